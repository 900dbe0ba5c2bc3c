"""Calls held while they are told on: made at once, written at once, whole when they are read again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from ivr.storage import calls, recordings
from ivr.storage.database import Database
from ivr.storage.models import Leg, Recording, Step

AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


def leg(uniqueid: str, **more: object) -> Leg:
    return Leg(uniqueid=uniqueid, role="caller", channel="PJSIP/x", started_at=AT, agent="", **more)


def step(number: int) -> Step:
    at = AT + timedelta(seconds=number)
    return Step(seq=number, at=at, step="menu", kind="menu", event="key", detail={"key": str(number)})


async def test_only_calls_that_are_new_are_made(database: Database) -> None:
    async with database.write() as session:
        assert set(await calls.hold_new(session, {"1.1": AT})) == {"1.1"}
    async with database.write() as session:
        made = await calls.hold_new(session, {"1.2": AT + timedelta(seconds=1), "1.1": AT, "1.0": AT})
        assert set(made) == {"1.2", "1.0"}
        assert (made["1.2"].started_at, made["1.2"].outcome, made["1.2"].route) == (
            AT + timedelta(seconds=1), "", "engine",
        )  # fmt: skip
        assert await calls.hold_new(session, {}) == {}
    async with database.read() as session:
        assert {call.linkedid for call in await calls.list_calls(session)} == {"1.2", "1.1", "1.0"}


async def test_what_was_added_is_read_back_whole(database: Database) -> None:
    async with database.write() as session:
        held = await calls.hold_new(session, {"1.1": AT, "2.1": AT})
        for linkedid, call in held.items():
            call.legs.append(leg(linkedid))
            call.steps.extend([step(1), step(2)])
            call.number = "1000"
        held["2.1"].legs.append(leg("2.2", ended_at=AT, hangup_cause=16))
        file = Recording(linkedid="2.1", uniqueid="2.1", role="caller", file="a.wav", state="open", agent="")
        held["2.1"].recordings.append(file)
        await calls.write_parts(session, held.values())
    async with database.write() as session:
        held = await calls.hold(session, ["2.1"])
        held["2.1"].legs[0].ended_at = AT
        held["2.1"].steps.append(step(3))
        await calls.write_parts(session, held.values())
    async with database.read() as session:
        first, second = sorted(await calls.list_calls(session), key=lambda call: call.linkedid)
    assert [one.uniqueid for one in first.legs] == ["1.1"]
    assert [one.detail for one in first.steps] == [{"key": "1"}, {"key": "2"}]
    assert {one.uniqueid: (one.ended_at, one.hangup_cause) for one in second.legs} == {
        "2.1": (AT, None), "2.2": (AT, 16),
    }  # fmt: skip
    assert [one.seq for one in second.steps] == [1, 2, 3]
    assert [(one.file, one.state, one.gaps, one.call_id) for one in second.recordings] == [
        ("a.wav", "open", [], second.id)
    ]
    assert {call.number for call in (first, second)} == {"1000"}


@pytest.mark.parametrize("known", [True, False])
async def test_a_recording_that_was_there_before_its_call_is_joined_to_it(database: Database, known: bool) -> None:
    async with database.write() as session:
        if known:
            await calls.hold_new(session, {"1.1": AT})
        await recordings.upsert(session, "a.wav", linkedid="1.1", uniqueid="1.1", role="caller")
        await session.execute(update(Recording).values(call_id=None))
    async with database.write() as session:
        held = await calls.hold(session, ["1.1"]) | await calls.hold_new(session, {"1.1": AT})
        assert [one.file for one in held["1.1"].recordings] == ["a.wav"]
        held["1.1"].recordings.append(
            Recording(linkedid="1.1", uniqueid="1.1", role="agent", file="b.wav", state="open", agent="")
        )
        await calls.write_parts(session, held.values())
    async with database.read() as session:
        call = await calls.find(session, "1.1")
    assert call is not None
    assert {one.file for one in call.recordings} == {"a.wav", "b.wav"}


async def test_many_calls_take_no_more_statements_than_few(database: Database) -> None:
    statements: list[str] = []
    event.listen(database._engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    async def write(names: list[str]) -> int:
        statements.clear()
        async with database.write() as session:
            held = await calls.hold(session, names)
            held |= await calls.hold_new(session, dict.fromkeys(names, AT))
            for linkedid, call in held.items():
                call.legs.append(leg(linkedid))
                call.steps.extend([step(1), step(2)])
            await calls.write_parts(session, held.values())
        return len(statements)

    assert await write(["1.1", "1.2"]) == await write([f"2.{one}" for one in range(40)])
