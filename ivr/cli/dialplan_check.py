"""``ivr dialplan check``: what is wrong in a site."""

from __future__ import annotations

import gc
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.common import JsonFlag, console, done, emit, guarded, show_problems, site_folder, state
from ivr.core.clock import SystemClock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem, Severity


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr dialplan``."""
    app.command()(check)


def check(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the site; the one in force by default.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too. / 警告亦视为失败")] = False,
    as_sarif: Annotated[
        Path | None,
        typer.Option(
            "--sarif", metavar="FILE", help="Write SARIF 2.1.0 for CI; - for standard output. / 写出 SARIF 2.1.0"
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say what is wrong in a site: file:line:column, code, text, cure. / 检查站点配置"""
    place = folder or site_folder(state(context).settings)
    to_stdout = as_sarif is not None and str(as_sarif) == "-"

    def work() -> list[Problem]:
        if as_json and to_stdout:
            text = Text("--json and --sarif - both want standard output", "--json 与 --sarif - 都要使用标准输出")
            raise UsageError(text, cure=Text("name a file for --sarif", "请为 --sarif 指定文件"))
        return _check(place, as_sarif)

    problems = guarded(work, as_json=as_json)
    wrong = [one for one in problems if strict or one.severity is Severity.ERROR]
    if as_json:
        emit({"site": str(place), "ok": not wrong, "problems": [one.as_dict() for one in problems]})
    elif not to_stdout:
        _show(place, problems, failed=bool(wrong))
    raise typer.Exit(4 if wrong else 0)


def _check(place: Path, as_sarif: Path | None) -> list[Problem]:
    from ivr.call.site_check import checked, unheard

    gc.freeze()  # the modules are here to stay: looking for garbage among them takes a third of the time
    # The year is that of this machine's zone: the site's is known only when its files have been read.
    site, problems = checked(place, today=SystemClock().now().astimezone().date())
    if site is not None:
        problems += unheard(place, site)
    if as_sarif is not None:
        from dialplan.sarif import sarif

        text = json.dumps(sarif(problems, place, base=Path.cwd()), ensure_ascii=False, indent=2) + "\n"
        if str(as_sarif) == "-":
            typer.echo(text, nl=False)
        else:
            as_sarif.write_text(text, encoding="utf-8")
    return problems


def _show(place: Path, problems: Sequence[Problem], *, failed: bool) -> None:
    show_problems(problems)
    if failed:
        errors = sum(one.severity is Severity.ERROR for one in problems)
        warnings = len(problems) - errors
        text = Text(f"errors: {errors}, warnings: {warnings}", f"{errors} 个错误，{warnings} 个警告")
        console.print(f"[red]{text}[/red]")
    else:
        done(f"{place.name}: the site is in order", f"{place.name}：站点配置正确")
