"""``ivr calls index``: what calls are found by in searches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.search.fill import Filled

_STAGES = {"facts": Text("facts of calls", "通话概要"), "words": Text("words of transcripts", "转写文本")}


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("index")(index)


def index(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="All calls again, not only what is missing. / 全部重建")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Put calls into the index of the search that are not in it yet. / 补建通话搜索索引"""
    settings = state(context).settings
    with progress_bar(quiet=as_json) as tell:
        found = guarded(lambda: run(_fill(settings, tell, rebuild=rebuild)), as_json=as_json)
    if as_json:
        emit({"calls": found.calls, "recordings": found.recordings, "locked": found.locked})
    else:
        done(f"{found.calls} calls, words of {found.recordings} recordings put in",
             f"已写入 {found.calls} 通通话、{found.recordings} 个录音的文本")  # fmt: skip
        if found.locked:
            note(f"{found.locked} transcripts are sealed and cannot be opened here: run this where an identity is",
                 f"{found.locked} 份转写已加密，本机无法打开：请在持有身份密钥的机器上运行")  # fmt: skip
    raise typer.Exit(1 if found.locked else 0)


async def _fill(settings: Settings, tell: Tell, *, rebuild: bool) -> Filled:
    import asyncio

    from ivr.core.clock import SystemClock
    from ivr.storage.migrations import upgrade
    from ivr.storage.search.fill import begin_anew, fill, settled
    from recording.vault.database import open_database

    await asyncio.to_thread(upgrade, settings.database)
    async with open_database(settings) as database:
        if rebuild:
            await begin_anew(database)
        found = await fill(database, SystemClock(), lambda stage, share: tell(str(_STAGES[stage]), share))
        if rebuild:
            await settled(database)
        return found
