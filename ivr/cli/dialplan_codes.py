"""``ivr dialplan codes`` and ``schema``: what the check can say, and what an editor can know of a site's files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, guarded
from ivr.core.errors import UsageError
from ivr.core.language import Text, console_language
from ivr.core.problems import Severity


def register(app: typer.Typer) -> None:
    """Add the commands to ``ivr dialplan``."""
    app.command()(codes)
    app.command()(schema)


def codes(
    code: Annotated[str | None, typer.Argument(help="One code, with its example; all by default.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List what the check can say, each code with its cure. / 列出检查可能报告的问题代码"""
    from dialplan.codes import CODES
    from dialplan.manual import example, plain

    wanted = guarded(lambda: _wanted(code, list(CODES)), as_json=as_json)
    if as_json:
        emit(
            [
                {
                    "code": name,
                    "severity": CODES[name].severity.value,
                    "text": plain(CODES[name].text.en),
                    "text_zh": plain(CODES[name].text.zh),
                    "cure": plain(CODES[name].cure.en),
                    "cure_zh": plain(CODES[name].cure.zh),
                    "example": example(name),
                }
                for name in wanted
            ]
        )
        return
    for name in wanted:
        kind = CODES[name]
        colour = "red" if kind.severity is Severity.ERROR else "yellow"
        told = f"{plain(str(kind.text))} — {plain(str(kind.cure))}"
        console.print(f"[{colour}]{name}[/{colour}] {escape(told)}", soft_wrap=True)
    if code is not None and (shown := example(wanted[0])):
        console.print(escape("\n" + shown), soft_wrap=True)


def _wanted(code: str | None, names: list[str]) -> list[str]:
    if code is None:
        return names
    if code.upper() not in names:
        raise UsageError(
            Text(f"there is no code {code:.20}", f"没有代码 {code:.20}"),
            cure=Text("list them: `ivr dialplan codes`", "请列出：`ivr dialplan codes`"),
        )
    return [code.upper()]


def schema(
    part: Annotated[
        str, typer.Option("--part", help="Kind of file: site, flow, numbers, queues, ...; whole for all as one.")
    ] = "whole",
    into: Annotated[
        Path | None, typer.Option("--into", help="Write one file for each part into this folder. / 写入该文件夹")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Print the JSON Schema of a site's files, for editors. / 输出站点文件的 JSON Schema，供编辑器使用"""
    from dialplan.schema import FILES
    from dialplan.schema import schema as schema_of

    def work() -> None:
        known = ["whole", *FILES]
        if into is not None:
            written = _write(into)
            if as_json:
                emit({"files": [str(path) for path in written]})
                return
            done(f"{into}: schemas written: {len(FILES)}", f"{into}：已写出 {len(FILES)} 个 Schema")
        elif part in known:
            emit(schema_of(part, _language()))
        else:
            raise UsageError(
                Text(f"there is no part {part:.20}", f"没有 {part:.20} 这一部分"),
                cure=Text(f"one of: {', '.join(known)}", f"可用：{'、'.join(known)}"),
            )

    guarded(work, as_json=as_json)


def _language() -> Literal["en", "zh"]:
    return "zh" if console_language() == "zh" else "en"


def _write(folder: Path) -> list[Path]:
    from dialplan.schema import FILES
    from dialplan.schema import schema as schema_of

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for part in FILES:
        found = schema_of(part, _language())
        text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
        written.append(folder / f"{part}.schema.json")
        written[-1].write_text(text, encoding="utf-8")
    return written
