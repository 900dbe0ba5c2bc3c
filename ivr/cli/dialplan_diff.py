"""``ivr dialplan diff``: what a change of the site means, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ivr.cli.common import JsonFlag, console, done, emit, guarded, site_folder, state
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dialplan.differing import Change


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr dialplan``."""
    app.command()(diff)


def diff(
    context: typer.Context,
    old: Annotated[
        str, typer.Argument(help="Folder or version; the version in force when not given. / 目录或版本")
    ] = "",
    new: Annotated[str, typer.Argument(help="Folder or version; the site's folder when not given. / 目录或版本")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Say what changes from one site to another: numbers, calls, hours, people; exit 1 if anything. / 比较站点"""
    from dialplan.differing import compare
    from ivr.call.versions.putting import side

    settings = state(context).settings

    def work() -> list[Change]:
        return compare(side(settings, old or _in_force(settings)), side(settings, new or str(site_folder(settings))))

    changes = guarded(work, as_json=as_json)
    if as_json:
        emit({"differs": bool(changes), "changes": [one.as_dict() for one in changes]})
    elif not changes:
        done("both do the same", "两者一致")
    else:
        show(changes)
    raise typer.Exit(1 if changes else 0)


def show(changes: Sequence[Change], *, limit: int | None = None) -> None:
    """Print changes under their headings.

    Args:
        limit: lines at most.
    """
    from rich.markup import escape

    from dialplan.differing import Section
    from ivr.reports.clean import clean

    left = len(changes) if limit is None else limit
    for section in Section:
        listed = [one for one in changes if one.section is section]
        if not listed or left <= 0:
            continue
        console.print(f"[bold]{section.heading}[/bold]")
        for one in listed[:left]:
            console.print(f"  {escape(clean(str(one.text), 400))}", soft_wrap=True)
        left -= len(listed)
    if left < 0:
        more = Text(f"and {-left} more: ivr dialplan diff", f"另有 {-left} 项：ivr dialplan diff")
        console.print(f"  {more}")


def _in_force(settings: Settings) -> str:
    from ivr.call.versions import VersionStore

    force = VersionStore.of(settings).in_force()
    if force is None:
        raise UsageError(
            Text("no version is in force yet", "尚无生效版本"),
            cure=Text("name two folders: ivr dialplan diff OLD NEW", "请指定两个目录：ivr dialplan diff 旧 新"),
        )
    return force.version
