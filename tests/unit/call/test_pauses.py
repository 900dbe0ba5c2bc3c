from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.ami import events as ev
from ivr.ami.errors import AmiActionFailed, AmiNotConnected
from ivr.ami.snapshot import ChannelState, QueueSnapshot
from ivr.call.recorder import PauseError, Pauses
from ivr.core.clock import FixedClock
from ivr.journal.facts import Fact, StepFact
from ivr.storage import pauses as rows
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)


class Exchange:
    """Channels of an Asterisk, which of them write silence, and what was set on them."""

    def __init__(self) -> None:
        self.connected = True
        self.there = {"PJSIP/a-1": "1.0", "PJSIP/6001-2": "1.0", "PJSIP/z-9": "9.0"}
        self.muted: set[str] = set()
        self.variables: list[tuple[str, str]] = []
        self.refuses: dict[str, str] = {}

    async def channels(self) -> Sequence[ChannelState]:
        if not self.connected:
            raise AmiNotConnected("down")
        return [ChannelState(channel=name, uniqueid=name, linkedid=linkedid) for name, linkedid in self.there.items()]

    async def mixmonitor_mute(self, channel: str, muted: bool, *, direction: str = "both") -> None:
        if not self.connected:
            raise AmiNotConnected("down")
        if channel in self.refuses:
            raise AmiActionFailed("MixMonitorMute", self.refuses[channel])
        (self.muted.add if muted else self.muted.discard)(channel)

    async def setvar(self, channel: str, variable: str, value: str) -> None:
        self.variables.append((variable, value))


class Room:
    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.exchange = database, FixedClock(NOW), Exchange()
        self.facts: list[Fact] = []
        self.pauses = self.engine()

    def put(self, fact: Fact) -> None:
        self.facts.append(fact)

    def engine(self) -> Pauses:
        """Another engine on the same database."""
        return Pauses(self.database, self.exchange, self, self.clock, lambda: 120.0)

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def told(self) -> list[str]:
        return [fact.event for fact in self.facts if isinstance(fact, StepFact)]

    async def going_on(self) -> int:
        async with self.database.read() as session:
            return len(await rows.active(session))


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    await asyncio.to_thread(upgrade, url)
    async with Database(url) as database:
        yield Room(database)


async def deal(pauses: Pauses, *events: ev.AmiEvent) -> None:
    """Let a running service deal with those of the events it takes."""
    done = asyncio.Semaphore(0)
    inner = pauses._deal

    async def told(event: ev.AmiEvent) -> None:
        try:
            await inner(event)
        finally:
            done.release()

    await pauses.look()
    for event in events:
        pauses.tell(event)
    taken = pauses._events.qsize()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pauses, "_deal", told)
        running = asyncio.create_task(pauses.run())
        try:
            async with asyncio.timeout(30):
                for _ in range(taken):
                    await done.acquire()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def started(channel: str, linkedid: str = "1.0") -> ev.RecordingStarted:
    return ev.RecordingStarted(at=NOW, linkedid=linkedid, uniqueid=channel, channel=channel)


def pressed(second: int = 0) -> ev.UserEvent:
    return ev.UserEvent(
        at=NOW + timedelta(seconds=second),
        linkedid="1.0",
        uniqueid="1.2",
        channel="PJSIP/6001-2",
        name="IvrPause",
        fields={"Agent": "agent-lee"},
    )


async def test_every_recorder_of_the_call_and_no_other_is_silent_until_it_is_resumed(room: Room) -> None:
    await room.pauses.pause("1.0", "api", by="ann")
    assert room.exchange.muted == {"PJSIP/a-1", "PJSIP/6001-2"}
    assert await room.pauses.resume("1.0", by="api") == 1
    assert room.exchange.muted == set()
    assert room.told() == ["paused", "resumed"]
    assert await room.pauses.resume("1.0", by="api") == 0


async def test_of_two_pauses_the_later_end_counts(room: Room) -> None:
    await room.pauses.pause("1.0", "agent", by="lee")
    async with room.pauses.paused("1.0", "card"):
        assert await room.pauses.resume("1.0", by="agent", reasons=("agent", "api")) == 1
        assert "PJSIP/a-1" in room.exchange.muted
    assert room.exchange.muted == set()


async def test_it_ends_by_itself_even_in_the_hands_of_another_engine(room: Room) -> None:
    await room.pauses.pause("1.0", "api", seconds=30)
    other = room.engine()
    room.later(29)
    await other.look()
    assert room.exchange.muted
    room.later(2)
    await other.look()
    assert room.exchange.muted == set()
    assert await room.going_on() == 0
    assert room.told()[-1] == "resumed"


async def test_nobody_pauses_longer_than_the_site_allows(room: Room) -> None:
    row = await room.pauses.pause("1.0", "api", seconds=100_000)
    assert row.until - row.started_at == timedelta(seconds=120)


async def test_a_recorder_that_starts_in_a_pause_is_muted_at_once(room: Room) -> None:
    await room.pauses.pause("1.0", "api")
    await deal(room.pauses, started("PJSIP/6002-7"), started("PJSIP/z-9", "9.0"))
    assert "PJSIP/6002-7" in room.exchange.muted
    assert "PJSIP/z-9" not in room.exchange.muted


async def test_a_pause_that_cannot_be_is_no_pause_and_leaves_nothing_muted(room: Room) -> None:
    room.exchange.refuses["PJSIP/6001-2"] = "Permission denied"
    with pytest.raises(PauseError, match="Permission denied"):
        await room.pauses.pause("1.0", "card")
    assert room.exchange.muted  # one of them was silent already
    room.exchange.refuses.clear()
    await room.pauses.look()
    assert room.exchange.muted == set()
    assert await room.going_on() == 0


async def test_a_channel_without_a_recorder_is_no_trouble(room: Room) -> None:
    room.exchange.refuses["PJSIP/6001-2"] = "Cannot set mute flag"
    await room.pauses.pause("1.0", "card")
    assert room.exchange.muted == {"PJSIP/a-1"}


async def test_a_call_that_is_not_there_cannot_be_paused(room: Room) -> None:
    with pytest.raises(PauseError, match=r"7\.7"):
        await room.pauses.pause("7.7", "api")
    assert await room.going_on() == 0


async def test_an_overdue_pause_waits_for_asterisk(room: Room) -> None:
    await room.pauses.pause("1.0", "api", seconds=10)
    room.exchange.connected = False
    room.later(60)
    await room.pauses.look()
    assert await room.going_on() == 1
    room.exchange.connected = True
    await room.pauses.look()
    assert await room.going_on() == 0
    assert room.exchange.muted == set()


async def test_a_feature_code_is_done_once_by_however_many_engines(room: Room) -> None:
    for engine in (room.pauses, room.engine()):
        await deal(engine, pressed())
    assert room.exchange.muted
    assert room.told() == ["paused"]
    assert room.exchange.variables == [("IVR_RECORDING", "paused")]
    for engine in (room.pauses, room.engine()):
        await deal(engine, pressed(9))
    assert room.exchange.muted == set()
    assert room.told() == ["paused", "resumed"]


async def test_an_agent_is_told_when_it_fails(room: Room) -> None:
    room.exchange.connected = False
    await deal(room.pauses, pressed())
    assert room.exchange.variables == [("IVR_RECORDING", "failed")]
    assert room.told() == []


async def test_it_ends_with_the_call(room: Room) -> None:
    await room.pauses.pause("1.0", "api")
    await deal(room.pauses, ev.ChannelEnded(at=NOW, linkedid="1.0", uniqueid="1.0", cause=16))
    assert await room.going_on() == 0


async def test_after_a_lost_connection_new_recorders_are_muted_and_dead_calls_closed(room: Room) -> None:
    await room.pauses.pause("1.0", "api")
    await room.pauses.pause("9.0", "api")
    room.exchange.there = {"PJSIP/a-1": "1.0", "PJSIP/new-3": "1.0"}
    snapshot = QueueSnapshot(at=NOW, queues=(), members=(), waiting=(), channels=())
    await deal(room.pauses, ev.ConnectionRestored(at=NOW, snapshot=snapshot))
    assert {"PJSIP/a-1", "PJSIP/new-3"} <= room.exchange.muted
    assert await room.going_on() == 1
