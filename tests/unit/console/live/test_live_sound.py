"""A talk heard while it goes on: audited before the first byte, in step, over when the talk is; not by everybody."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from ivr.console.context import Console
from ivr.console.errors import Conflict, Forbidden
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services import live_sound
from ivr.core.errors import StorageError, UsageError
from ivr.storage import audit
from ivr.storage.models import Audit, Call, Recording
from tests.unit.console.live.conftest import ADMIN, AGENT, QA, SUPERVISOR
from tests.unit.recording.test_growing import Written, sides, words


async def talk(console: Console, call: str = "c1", *, ended: bool = False) -> tuple[Written, Written]:
    """A talk of agent-lee that has gone on for six seconds."""
    folder: Path = console.settings.recordings
    folder.mkdir(parents=True, exist_ok=True)
    began = console.clock.now() - timedelta(seconds=6)
    async with console.database.write() as session:
        row = Call(linkedid=call, caller="139", started_at=began, ended_at=console.clock.now() if ended else None)
        for role, agent, at in (("caller", "", 0.0), ("agent", "agent-lee", 1.0)):
            row.recordings.append(
                Recording(
                    linkedid=call, uniqueid=f"{call}-{role}", role=role, agent=agent, file=f"{call}-{role}.wav",
                    started_at=began + timedelta(seconds=at), state="open",
                )
            )  # fmt: skip
        session.add(row)
    return Written(folder / f"{call}-caller.wav"), Written(folder / f"{call}-agent.wav")


async def listens(console: Console) -> list[Audit]:
    async with console.database.read() as session:
        return [row for row in await audit.list_rows(session) if row.action == "listen"]


async def test_it_is_heard_as_it_is_spoken_and_ends_with_the_talk(console: Console) -> None:
    caller, agent = await talk(console)
    said, told = words(1, 9.0), words(2, 8.0)
    caller.say(said[:48000])
    agent.say(told[:40000])
    heard = await live_sound.begin(console, QA, "agent-lee")
    rows = await listens(console)
    assert [(row.actor, row.object, row.detail["live"], row.detail["agent"]) for row in rows] == [
        ("qa", "call:1", True, "agent-lee")
    ]
    assert len(rows[0].detail["recordings"]) == 2
    parts: list[bytes] = []

    async def follow() -> None:
        async for data in heard.chunks():
            parts.append(data)

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.3)
    caller.say(said[48000:])
    agent.say(told[40000:])
    caller.close()
    agent.close()
    await asyncio.wait_for(following, 10)
    whole = b"".join(parts)
    assert (whole[:4], whole[8:16], heard.rate) == (b"RIFF", b"WAVEfmt ", 8000)
    left, right = sides(whole[44:])
    assert np.array_equal(left, said[-len(left) :])
    assert np.array_equal(right, told[-len(right) :])
    async with console.database.read() as session:
        began = (await session.get_one(Recording, 1)).started_at
    assert began is not None
    assert (heard.begins - began).total_seconds() == pytest.approx(9.0 - len(left) / 8000, abs=0.001)


async def test_nothing_is_heard_that_the_audit_has_not(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    caller, agent = await talk(console)
    caller.say(words(1, 6.0))
    agent.say(words(2, 5.0))

    async def refuses(*_: object, **__: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(audit, "append", refuses)
    with pytest.raises(StorageError):
        await live_sound.begin(console, SUPERVISOR, "agent-lee")


async def test_who_may_not_listen_hears_nothing(console: Console) -> None:
    caller, agent = await talk(console)
    caller.say(words(1, 6.0))
    agent.say(words(2, 5.0))
    lee = Person(7, "lee2", "Lee", Role.SUPERVISOR, "agent-lee")
    for who in (AGENT, ADMIN, lee):
        with pytest.raises(Forbidden):
            await live_sound.begin(console, who, "agent-lee")
    assert await listens(console) == []


async def test_one_person_hears_no_more_than_two_talks_at_once(console: Console) -> None:
    caller, agent = await talk(console)
    caller.say(words(1, 6.0))
    agent.say(words(2, 5.0))
    streams = [(await live_sound.begin(console, QA, "agent-lee")).chunks() for _ in range(2)]
    for stream in streams:
        assert await anext(stream)
    with pytest.raises(Conflict):
        await live_sound.begin(console, QA, "agent-lee")
    await streams[0].aclose()  # type: ignore[attr-defined]
    assert await live_sound.begin(console, QA, "agent-lee")
    await streams[1].aclose()  # type: ignore[attr-defined]


async def test_a_talk_that_is_over_is_not_live(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sound, "FIRST", 0.3)
    with pytest.raises(UsageError, match="in no talk"):
        await live_sound.begin(console, QA, "agent-lee")
    caller, agent = await talk(console)
    with pytest.raises(UsageError, match="in no talk"):  # nothing has been written yet
        await live_sound.begin(console, QA, "agent-lee")
    agent.say(words(2, 5.0))
    agent.close()
    with pytest.raises(UsageError, match="in no talk"):  # the ledger has not heard of its end yet
        await live_sound.begin(console, QA, "agent-lee")
    _, other = await talk(console, "c2", ended=True)
    other.say(words(3, 5.0))
    with pytest.raises(UsageError, match="in no talk"):  # Asterisk was killed: never closed
        await live_sound.begin(console, QA, "agent-lee")
    assert await listens(console) == []
    assert caller.path.exists()


async def test_a_refused_recording_is_not_heard(console: Console) -> None:
    caller, agent = await talk(console)
    caller.say(words(1, 6.0))
    agent.say(words(2, 5.0))
    async with console.database.write() as session:
        for number in (1, 2):
            (await session.get_one(Recording, number)).state = "refused"
    with pytest.raises(UsageError, match="in no talk"):
        await live_sound.begin(console, QA, "agent-lee")


async def test_the_sound_ends_with_the_session(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_sound, "ASKED", -1.0)
    caller, agent = await talk(console)
    caller.say(words(1, 6.0))
    agent.say(words(2, 5.0))
    heard = await live_sound.begin(console, QA, "agent-lee")

    async def still() -> bool:
        return False

    stream = heard.chunks(still)
    assert len(await anext(stream)) > 44
    caller.say(words(3, 6.0))
    agent.say(words(4, 6.0))
    with pytest.raises(StopAsyncIteration):
        await asyncio.wait_for(anext(stream), 10)
