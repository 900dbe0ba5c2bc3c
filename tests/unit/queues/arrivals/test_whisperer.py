"""Whispers are there while a caller waits, in the language of the agent who is rung, and gone when he is."""

from __future__ import annotations

import asyncio
import os
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dialplan.model import Site
from ivr.ami import events as ev
from ivr.ami.snapshot import QueueSnapshot, WaitingCaller
from ivr.core.clock import FixedClock
from ivr.core.errors import StorageError
from ivr.queues.arrivals import FactBook, Whisperer
from ivr.queues.arrivals.facts import SHOWN
from ivr.queues.arrivals.sound import compose
from ivr.queues.arrivals.wording import whisper
from ivr.queues.floor import Floor
from ivr.queues.live import LiveQueues
from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit
from tests.unit.agents.office import SITE

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CALLER = "13812345678"


class Room:
    """A queue that whispers, its callers, and the files."""

    def __init__(self, database: Database, folder: Path, *parts: str) -> None:
        told = {"whisper": list(parts), "contact_days": 7}
        queues = {"service": SITE.queues["service"].model_copy(update=told), "sales": SITE.queues["sales"]}
        self.site: Site = SITE.model_copy(update={"queues": queues})
        self.clock = FixedClock(NOON)
        self.live = LiveQueues()
        self.floor = Floor(self.live, lambda: self.site)
        self.book = FactBook(database, self.floor, lambda: self.site, self.clock)
        self.folder = folder
        self.whisperer = Whisperer(folder, self.book, lambda: self.site, self.clock)

    def tell(self, *events: ev.AmiEvent) -> None:
        for event in events:
            self.live.tell(event)
            self.floor.tell(event)
            self.whisperer.tell(event)

    def join(self, caller: str = "c1", queue: str = "service") -> None:
        self.tell(ev.QueueJoined(at=self.clock.now(), linkedid=caller, uniqueid=caller, queue=queue))

    def ring(self, agent: str = "6001", caller: str = "c1", queue: str = "service") -> None:
        self.tell(self.event(ev.AgentCalled, agent, caller, queue))

    def event(self, kind: Any, agent: str, caller: str = "c1", queue: str = "service") -> ev.AmiEvent:
        interface, phone = f"PJSIP/{agent}", f"a{agent}"
        found: ev.AmiEvent = kind(
            at=self.clock.now(), linkedid=caller, uniqueid=caller, queue=queue, interface=interface, dest_uniqueid=phone
        )
        return found

    def files(self) -> list[str]:
        return sorted(one.name for one in self.folder.iterdir())

    async def until(self, *names: str) -> None:
        async with asyncio.timeout(5):
            while not (self.folder.is_dir() and self.files() == sorted(names)):
                await asyncio.sleep(0.01)

    async def says(self, language: str, caller: str = "c1") -> None:
        """Wait until the file says what the queue wants told in this language."""
        arrival = await self.book.of(caller, caller, "service")
        phrases = list(whisper(self.site.queues["service"], arrival, arrival.waited(self.clock.now()), language))
        wanted = compose(language, phrases, 8000).tobytes()
        async with asyncio.timeout(5):
            while self.sound(caller) != wanted:
                await asyncio.sleep(0.01)

    def sound(self, caller: str = "c1") -> bytes:
        try:
            with wave.open(str(self.folder / f"{caller}.wav")) as file:
                return file.readframes(file.getnframes())
        except FileNotFoundError:
            return b""


async def calls(database: Database, *begun: datetime, caller: str = CALLER) -> None:
    """Calls of one caller; all but the last, ``c1``, are over, answered in a queue."""
    async with database.write() as session:
        for number, at in enumerate(begun):
            last = number == len(begun) - 1
            linkedid, outcome = ("c1", "") if last else (f"earlier-{number}", "answered")
            call = Call(linkedid=linkedid, caller=caller, started_at=at, language="ko-KR", outcome=outcome)
            if not last:
                visit = QueueVisit(queue="service", joined_at=at, agent="lee", outcome="answered", ended_by="")
                call.visits.append(visit)
            session.add(call)


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def room(database: Database, tmp_path: Path) -> AsyncIterator[Room]:
    found = Room(database, tmp_path / "whispers", "language", "wait", "region", "contacts")
    running = asyncio.create_task(found.whisperer.run())
    yield found
    await ended(running)


async def test_a_whisper_is_there_as_long_as_the_caller_waits(room: Room, database: Database) -> None:
    await calls(database, NOON)
    room.join()
    await room.until("c1.wav", "c1.wav16")
    await room.says("zh-CN")
    room.clock.advance(40)
    room.ring("6002")
    await room.says("ko-KR")  # kim's best language, and by now the wait is worth telling
    room.tell(room.event(ev.AgentDumped, "6002"))
    room.ring("6001")
    await room.says("zh-CN")
    room.tell(ev.QueueLeft(at=NOON, uniqueid="c1", queue="service"))
    await room.until()


async def test_phones_of_several_languages_are_told_in_the_sites_first(room: Room, database: Database) -> None:
    await calls(database, NOON)
    room.join()
    room.ring("6002")
    room.ring("6001")
    await room.says("zh-CN")
    room.tell(ev.ChannelEnded(at=NOON, uniqueid="c1", cause=16))
    await room.until()


async def test_who_has_left_while_asterisk_was_out_of_sight_is_forgotten(room: Room) -> None:
    room.join("c1")
    room.join("c2")
    await room.until("c1.wav", "c1.wav16", "c2.wav", "c2.wav16")
    waiting = (WaitingCaller(queue="service", uniqueid="c2", position=1),)
    room.tell(ev.ConnectionRestored(at=NOON, snapshot=QueueSnapshot(at=NOON, waiting=waiting)))
    await room.until("c2.wav", "c2.wav16")


async def test_only_queues_that_whisper_have_files_and_only_callers_with_safe_names(room: Room) -> None:
    room.join("c2", "sales")
    room.ring(caller="c2", queue="sales")
    room.join("../c3")
    room.join("c4")  # nothing is known of him, but his language
    await room.until("c4.wav", "c4.wav16")


async def test_files_of_an_engine_that_was_killed_are_taken_away(database: Database, tmp_path: Path) -> None:
    old, new = tmp_path / "1.wav", tmp_path / "2.wav"
    for file, age in ((old, 7201), (new, 60)):
        file.touch()
        os.utime(file, times=((NOON - timedelta(seconds=age)).timestamp(),) * 2)
    room = Room(database, tmp_path, "language")
    running = asyncio.create_task(room.whisperer.run())
    room.join()
    async with asyncio.timeout(5):
        while not (tmp_path / "c1.wav16").exists():
            await asyncio.sleep(0.01)
    await ended(running)
    assert not old.exists() and new.exists()


async def test_what_is_known_of_a_caller(room: Room, database: Database) -> None:
    earlier = [NOON - timedelta(days=8), *(NOON - timedelta(days=days) for days in (6, 5, 4, 3, 2, 1))]
    await calls(database, *earlier, NOON)
    room.join()
    room.clock.advance(12)
    found = await room.book.of("c1", "c1", "service")
    assert (found.number, found.language, found.waited(room.clock.now()), found.calls) == (CALLER, "ko-KR", 12, 7)
    assert found.region is not None and found.region.province == "jiangsu"
    assert len(found.contacts) == SHOWN
    assert (found.contacts[0].at, found.contacts[0].queue, found.contacts[0].agent) == (earlier[-1], "service", "lee")


@pytest.mark.parametrize("caller", ["", "anonymous"])
async def test_a_caller_without_a_number(room: Room, database: Database, caller: str) -> None:
    await calls(database, NOON - timedelta(days=1), NOON, caller=caller)
    room.join()
    found = await room.book.of("c1", "c1", "service")
    assert found.region is None
    assert (found.calls, len(found.contacts)) == ((2, 1) if caller else (0, 0))


async def test_a_call_the_journal_has_not_written_yet_is_asked_for_again(room: Room, database: Database) -> None:
    room.join()
    assert (await room.book.of("c1", "c1", "service")).number == ""
    await calls(database, NOON)
    assert (await room.book.of("c1", "c1", "service")).number == CALLER


async def test_without_the_database_there_is_still_something_to_say(
    room: Room, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise StorageError("gone", cure="none")

    monkeypatch.setattr(database, "read", broken)
    room.floor.expect("c1", 0, language="ko-KR")
    room.join()
    await room.until("c1.wav", "c1.wav16")
    assert room.sound() == compose("zh-CN", [["whisper-language-ko"]], 8000).tobytes()
