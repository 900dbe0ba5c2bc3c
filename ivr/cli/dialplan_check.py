"""``ivr dialplan check``: what is wrong in a site."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.common import JsonFlag, console, done, emit, guarded, show_problems, site_folder, state
from ivr.core.language import Text
from ivr.core.problems import Severity


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr dialplan``."""
    app.command()(check)


def check(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Folder of the site; the one in force by default.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too. / 警告亦视为失败")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say what is wrong in a site: file:line:column, code, text, cure. / 检查站点配置"""
    from dialplan.checks import check_site
    from prompts.catalogue import known_ids

    place = folder or site_folder(state(context).settings)
    problems = guarded(lambda: check_site(place, known_prompts=known_ids()), as_json=as_json)
    wrong = [one for one in problems if strict or one.severity is Severity.ERROR]
    if as_json:
        emit({"site": str(place), "ok": not wrong, "problems": [one.as_dict() for one in problems]})
    else:
        show_problems(problems)
        if wrong:
            errors = sum(one.severity is Severity.ERROR for one in problems)
            warnings = len(problems) - errors
            text = Text(f"errors: {errors}, warnings: {warnings}", f"{errors} 个错误，{warnings} 个警告")
            console.print(f"[red]{text}[/red]")
        else:
            done(f"{place.name}: the site is in order", f"{place.name}：站点配置正确")
    raise typer.Exit(4 if wrong else 0)
