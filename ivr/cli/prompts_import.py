"""``ivr prompts import``: recordings from a studio."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.common import JsonFlag, done, emit, errors, failed, guarded, show_problems, state
from ivr.cli.progress import progress_bar
from ivr.cli.prompts_common import find_place, lay, writable
from ivr.core.language import Text


def register(app: typer.Typer) -> None:
    """Add the command to ``ivr prompts``."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    recordings: Annotated[Path, typer.Argument(help="Folder of the recordings.", exists=True, file_okay=False)],
    table: Annotated[Path, typer.Option("--csv", help="List: language, id or file, text. / 清单")],
    folder: Annotated[
        Path | None, typer.Option("--site", help="Folder of the site; the one in force by default. / 站点目录")
    ] = None,
    partly: Annotated[
        bool, typer.Option("--partly", help="Take in what is good where others are refused. / 部分导入")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take in recordings from a studio: they come before what was built. / 导入录音棚录音"""
    from prompts.studio_import import Imported, take_in

    settings = state(context).settings

    def work() -> Imported:
        writable(settings, folder)
        place = find_place(settings, folder)
        with progress_bar(quiet=as_json) as tell:
            found = take_in(
                recordings,
                table,
                place.book,
                place.folder,
                partly=partly,
                tell=lambda name, number, total: tell(name, number / total),
            )
        if found.taken:
            lay(settings, place, quiet=as_json)
        return found

    found = guarded(work, as_json=as_json)
    if as_json:
        emit({"imported": found.taken, "refused": [one.as_dict() for one in found.refused]})
    else:
        show_problems(found.refused, errors)
        if found.taken or not found.refused:
            done(f"imported: {len(found.taken)} recordings", f"已导入 {len(found.taken)} 个录音")
        if found.refused:
            nothing = "" if found.taken else str(Text("; nothing was imported", "；未导入任何录音"))
            failed(str(Text(f"refused: {len(found.refused)}", f"拒绝 {len(found.refused)} 个")) + nothing)
    raise typer.Exit(4 if found.refused else 0)
