"""Sealing and giving new recipients to what lies there: the long work behind ``ivr keys``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from ivr.cli.common import done, emit, failed, guarded, run
from ivr.cli.progress import progress_bar
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from recording.vault import Identity
    from recording.vault.sealing import Done, Progress


def work_through(settings: Settings, what: str, borrowed: list[Identity], *, as_json: bool) -> Done:
    """Go through all files and rows, with progress.

    Args:
        what: ``seal`` or ``rewrap``.
        borrowed: identities to open with, beside this machine's.
    """
    with progress_bar(quiet=as_json) as tell:
        stage = str(Text("sealing", "加密中") if what == "seal" else Text("new recipients", "更新收件人"))
        work = _pass(settings, what, borrowed, lambda _, share: tell(stage, share))
        return guarded(lambda: run(work), as_json=as_json)


async def _pass(settings: Settings, what: str, borrowed: list[Identity], progress: Progress) -> Done:
    from ivr.cli.keeping import open_room
    from recording.vault import KeyFolder, KeysError, Vault
    from recording.vault.sealing import Done, Sealing, rewrap, seal_rows

    async with open_room(settings) as room:
        if not room.vault.enabled:
            raise KeysError(
                Text(f"no keys in {settings.key_folder}", f"{settings.key_folder} 中没有密钥"),
                cure=Text("make them: ivr keys init", "请先创建：ivr keys init"),
            )
        if what == "rewrap":
            vault = Vault(identities=borrowed, folder=KeyFolder(settings.key_folder)) if borrowed else room.vault
            return await rewrap(room.database, settings.recordings, vault, progress)
        files = await Sealing(room.database, settings.recordings, room.vault, room.clock).sweep(
            everything=True, progress=lambda stage, share: progress(stage, share / 2)
        )
        rows = await seal_rows(room.database, room.vault, lambda stage, share: progress(stage, 0.5 + share / 2))
        return Done(files.done + rows.done, files.failed + rows.failed, files.problems + rows.problems)


def worked(result: Done, *, as_json: bool) -> None:
    """Tell what was done, and end: exit code 1 if something failed."""
    if as_json:
        emit(result_of(result))
    else:
        say(result)
    raise typer.Exit(1 if result.failed else 0)


def result_of(result: Done) -> dict[str, Any]:
    """Plain data for JSON."""
    return {"done": result.done, "failed": result.failed, "problems": list(result.problems)}


def say(result: Done) -> None:
    """Tell what was done."""
    for problem in result.problems:
        failed(problem)
    done(f"{result.done} done, {result.failed} failed", f"完成 {result.done} 项，失败 {result.failed} 项")
