"""``ivr dialplan graph``: the flows drawn."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, site_folder, state
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text

if TYPE_CHECKING:
    from collections.abc import Sequence


class Format(StrEnum):
    """How it is drawn."""

    MERMAID = "mermaid"
    SVG = "svg"


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr dialplan``."""
    app.command()(graph)


def graph(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the site; the one set by default.")] = None,
    flow: Annotated[list[str] | None, typer.Option("--flow", help="This flow only; more than once. / 流程")] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="By default that of the file's ending, else mermaid. / 格式")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; standard output when not given. / 输出文件")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Draw the flows; steps with problems of the check are marked. / 绘制流程图，标出有问题的步骤"""
    place = folder or site_folder(state(context).settings)
    drawing = form or (Format.SVG if out is not None and out.suffix.lower() == ".svg" else Format.MERMAID)

    def work() -> str:
        text = drawn(place, flow or [], drawing)
        if out is not None:
            _write(out, text)
        return text

    text = guarded(work, as_json=as_json)
    if as_json:
        emit({"format": drawing.value} | ({"file": str(out)} if out is not None else {"text": text}))
    elif out is not None:
        done(f"drawn into {out}", f"已绘制到 {out}")
    else:
        typer.echo(text, nl=False)


def drawn(place: Path, flows: Sequence[str], form: Format) -> str:
    """The flows of a site; all of them when none is named.

    Raises:
        SiteError: if the site cannot be read at all.
        UsageError: if there is no such flow, or one is too large to be drawn.
    """
    from dialplan.drawing import TooLargeError, chart_of, mermaid, svg
    from ivr.call.site_drawing import codes_of, of_steps, read_drawable

    site, problems = read_drawable(place)
    if unknown := [name for name in flows if name not in site.flows]:
        raise UsageError(
            Text(f"no flow {unknown[0]!r:.60}", f"没有流程 {unknown[0]!r:.60}"),
            cure=Text(f"there are: {', '.join(site.flows)}", f"现有：{'、'.join(site.flows)}"),
        )
    found = of_steps(place, site, problems)
    charts = [chart_of(site, name, codes_of(found.get(name, {}))) for name in flows or site.flows]
    if form is Format.MERMAID:
        return mermaid(charts)
    try:
        return svg(charts)
    except TooLargeError:
        raise UsageError(
            Text("a flow is too large to be drawn", "流程过大，无法绘制"),
            cure=Text("draw one with --flow, or cut it into flows that a subflow step enters",
                      "请用 --flow 只绘制一个，或用 subflow 步骤拆分流程"),
        ) from None  # fmt: skip


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise SetupError(
            Text(f"cannot write {out}: {error.strerror}", f"无法写入 {out}：{error.strerror}"),
            cure=Text("give another file: -o FILE", "请指定其他文件：-o 文件"),
        ) from error
