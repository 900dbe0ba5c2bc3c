"""``ivr db``: the database."""

from __future__ import annotations

from typing import Annotated

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


@app.command()
def tidy(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go. / 仅统计")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete agents' states and alerts that were kept long enough (IVR_KEEP_...). / 清理到期的坐席状态与告警"""
    settings = state(context).settings
    found = guarded(lambda: run(_tidy(settings, dry_run=dry_run)), as_json=as_json)
    if as_json:
        emit({"dry_run": dry_run, "deleted": found})
        return
    counts = ", ".join(f"{table} {number}" for table, number in found.items())
    if dry_run:
        done(f"would be deleted: {counts}", f"将删除：{counts}")
    else:
        done(f"deleted: {counts}", f"已删除：{counts}")


async def _tidy(settings: Settings, *, dry_run: bool) -> dict[str, int]:
    """Rows by table."""
    from datetime import timedelta

    from ivr.cli.keeping import open_room
    from ivr.storage import audit, tidying

    days = {
        tidying.STATES: settings.keep_states,
        tidying.ALERTS: settings.keep_alerts,
        tidying.RECONCILIATIONS: settings.keep_alerts,
    }
    found = dict.fromkeys(days, 0)
    async with open_room(settings) as room:
        now = room.clock.now()
        for table, kept in days.items():
            before = now - timedelta(days=kept)
            if dry_run:
                async with room.database.read() as session:
                    found[table] = await tidying.count(session, table, before)
                continue
            deleted = tidying.BATCH
            while deleted == tidying.BATCH:
                async with room.database.write() as session:
                    deleted = await tidying.forget(session, table, before)
                found[table] += deleted
        if any(found.values()) and not dry_run:
            async with room.database.write() as session:
                detail = {"days": days, "deleted": found}
                await audit.append(session, actor=room.actor, action="tidy", object="database", at=now, detail=detail)
    return found


async def _fill(settings: Settings) -> int:
    from ivr.core.clock import SystemClock
    from ivr.journal.filling import fill_talks
    from ivr.storage.database import Database
    from ivr.storage.search.fill import FACTS, fill

    async with Database(settings.database, settings.home / "audit.head") as database:
        talks = await fill_talks(database, SystemClock())
        await fill(database, SystemClock(), names=(FACTS,))
        return talks
