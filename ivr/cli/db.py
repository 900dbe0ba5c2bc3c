"""``ivr db``: the database."""

from __future__ import annotations

import typer

from ivr.cli.common import JsonFlag, done, emit, guarded, note, run, state
from ivr.core.settings import Settings

app = typer.Typer(help="The database. / 数据库", no_args_is_help=True)


@app.command()
def upgrade(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Bring the tables to this version; safe to run twice. / 升级数据库结构，可重复执行"""
    from ivr.storage.migrations import upgrade as migrate

    settings = state(context).settings
    version = guarded(lambda: migrate(settings.database), as_json=as_json)
    talks = guarded(lambda: run(_fill(settings)), as_json=as_json)
    if as_json:
        emit({"version": version, "talks": talks})
        return
    done(f"database at version {version}", f"数据库版本：{version}")
    if talks:
        note(f"{talks} talks of earlier calls written down", f"已补记以往通话的 {talks} 段坐席通话")


async def _fill(settings: Settings) -> int:
    from ivr.core.clock import SystemClock
    from ivr.journal.filling import fill_talks
    from ivr.storage.database import Database

    async with Database(settings.database, settings.home / "audit.head") as database:
        return await fill_talks(database, SystemClock())
