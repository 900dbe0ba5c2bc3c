"""Talks of calls that were journalled before there was a table of talks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text

from ivr.ami import events as ev
from ivr.core.clock import SystemClock
from ivr.journal import filling
from ivr.journal.filling import fill_talks
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import AgentTalk, Backfill, Call
from tests.unit.journal.test_journal import created, ended, opened, write
from tests.unit.journal.test_talking import agent_event, handed_on, in_queue
from tests.unit.journal.test_transfers import records


def facts(number: int, *, talked: bool = True) -> list[Any]:
    """A call of its own: its uniqueids and the names of its files begin with ``number``."""
    begun = [created(0), opened(0.1), records(0.1, "1.1", "caller")]
    left = agent_event(ev.AgentCompleted, 5, dest_uniqueid="1.2", member="lee", reason="transfer")
    story = [*begun, *in_queue(), left, *handed_on(5, "1.2", "1.3", "kim"), ended(9, "1.1", "1.3")] if talked else begun
    return [_renamed(fact, number) for fact in [*story, ended(10)]]


def _renamed(fact: Any, number: int) -> Any:
    names = [name for name in ("linkedid", "uniqueid", "dest_uniqueid") if getattr(fact, name, "").startswith("1.")]
    more: dict[str, Any] = {name: f"{number}{getattr(fact, name)[1:]}" for name in names}
    if isinstance(fact, ev.UserEvent):
        more["fields"] = {**fact.fields, "file": f"{number}-{fact.fields.get('file', '')}"}
    return replace(fact, **more)


async def before(database: Database, calls: int) -> list[tuple[Any, ...]]:
    """Calls as an older version left them; their talks as they were before these were taken away."""
    for number in range(1, calls + 1):
        await write(database, *facts(number, talked=number != 2))
    async with database.write() as session:
        session.add(Backfill(name="talks"))
        was = await talks(session)
        await session.execute(delete(AgentTalk))
    return was


async def talks(session: Any) -> list[tuple[Any, ...]]:
    rows = await session.scalars(select(AgentTalk).order_by(AgentTalk.call_id, AgentTalk.connected_at))
    return [
        (row.call_id, row.agent, row.origin, row.queue, row.handed_by, row.connected_at, row.completed_at, row.ended_by,
         row.uniqueid, row.rang_s) for row in rows
    ]  # fmt: skip


async def test_old_calls_get_the_talks_they_would_have_now(database: Database) -> None:
    was = await before(database, 5)
    assert len(was) == 8  # the second call had none
    assert await fill_talks(database, SystemClock(), batch=2) == 8
    async with database.read() as session:
        assert await talks(session) == was
        work = await session.get_one(Backfill, "talks")
        assert (work.reached, work.done_at is not None) == (5, True)


async def test_it_is_done_once_and_goes_on_where_it_was_ended(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = await before(database, 5)

    async def ended_here(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(filling.asyncio, "sleep", ended_here)
        with pytest.raises(KeyboardInterrupt):
            await fill_talks(database, SystemClock(), batch=2)
    async with database.read() as session:
        assert 0 < len(await talks(session)) < len(was)
    assert 0 < await fill_talks(database, SystemClock(), batch=2) < len(was)
    async with database.write() as session:
        assert await talks(session) == was
        await session.execute(delete(AgentTalk))
    assert await fill_talks(database, SystemClock()) == 0


async def test_a_call_that_cannot_be_read_holds_up_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = await before(database, 3)
    real = filling.tell_talks

    def fails(call: Call) -> None:
        if call.id == 1:
            raise ValueError("broken")
        real(call)

    monkeypatch.setattr(filling, "tell_talks", fails)
    assert await fill_talks(database, SystemClock()) == len([row for row in was if row[0] == 3])


async def test_the_migration_asks_for_it_where_there_are_calls(tmp_path: Path) -> None:
    for name, calls in (("old", 1), ("new", 0)):
        url = f"sqlite+aiosqlite:///{tmp_path}/{name}.db"
        upgrade(url, "0011")
        async with Database(url) as database:
            async with database.write() as session:
                for _ in range(calls):
                    await session.execute(
                        text(
                            "INSERT INTO calls (linkedid, number, caller, language, flow, flow_version, route, outcome,"
                            " hung_up_by, evidence, started_at)"
                            " VALUES ('1.1', '', '', '', '', '', 'engine', '', '', '{}', '2026-03-01 09:00:00')"
                        )
                    )
            upgrade(url)
            async with database.read() as session:
                assert await session.scalar(select(func.count()).where(Backfill.name == "talks")) == calls
