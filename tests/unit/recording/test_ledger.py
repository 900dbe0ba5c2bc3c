from __future__ import annotations

import asyncio
import hashlib
import json
import os
import wave
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.ami import events as ev
from ivr.core.clock import FixedClock
from ivr.core.errors import StorageError
from ivr.journal import Journal
from ivr.storage import calls, jobs, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call, Leg, QueueVisit, Recording
from recording.ledger import FORGOTTEN, GIVE_UP, Ledger, measure
from recording.notices import NEVER_CLOSED, read_notice

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
CLOSED = 1772355630.25  # when Asterisk closed a recording


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


class Room:
    """A ledger with its folders, and what Asterisk would leave in them."""

    def __init__(self, database: Database, root: Path) -> None:
        self.database = database
        self.clock = FixedClock(after(60))
        self.folder = root / "recordings"
        self.notices = root / "spool"
        self.folder.mkdir()
        self.notices.mkdir()
        self.ledger = Ledger(database, self.folder, self.notices, self.clock)

    def sound(self, file: str, seconds: float = 1.0) -> Path:
        path = self.folder / file
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(8000)
            out.writeframes(b"\x01\x02" * int(8000 * seconds))
        return path

    def notice(self, file: str, role: str, *, linkedid: str = "1.1") -> Path:
        unique = file.partition("-")[0]
        data = {
            "file": file,
            "linkedid": linkedid,
            "uniqueid": unique,
            "role": role,
        }
        path = self.notices / f"{file}.json"
        path.write_text(json.dumps(data) + "\n")
        return path

    async def take_in(self) -> int:
        """Nobody has written to anything since ``CLOSED``."""
        for path in [*self.folder.iterdir(), *self.notices.iterdir()]:
            os.utime(path, (CLOSED, CLOSED), follow_symlinks=False)
        return await self.ledger.take_in()

    async def ended(self, *uniqueids: str) -> None:
        """Calls that ended long ago, each with a channel of this id."""
        for uniqueid in uniqueids:
            await self.call(uniqueid, ended=20, **{f"_{uniqueid.replace('.', '_')}": ""})

    async def call(self, linkedid: str = "1.1", *, ended: float | None = 50, visits: int = 0, **legs: str) -> None:
        """A call in the journal; ``legs`` are agents by the uniqueid of their leg, with _ for the dot."""
        async with self.database.write() as session:
            call = Call(linkedid=linkedid, started_at=NOW, ended_at=after(ended) if ended is not None else None)
            call.legs = [
                Leg(uniqueid=unique.strip("_").replace("_", "."), role="agent", agent=agent, started_at=after(5))
                for unique, agent in legs.items()
            ]
            call.visits = [
                QueueVisit(queue="q", joined_at=after(1), connected_at=after(6), agent="lee") for _ in range(visits)
            ]
            session.add(call)

    async def row(self, file: str) -> Recording:
        async with self.database.read() as session:
            found = await recordings.find(session, file)
        assert found is not None
        return found

    async def job(self, linkedid: str = "1.1") -> str:
        """State of the call's job, "" when it was not asked for."""
        async with self.database.read() as session:
            call = await calls.find(session, linkedid)
            job = await jobs.find(session, "judge", call.id) if call else None
        return job.state if job else ""

    def left(self) -> list[str]:
        return sorted(path.name for path in self.notices.iterdir())


@pytest.fixture
def room(database: Database, tmp_path: Path) -> Room:
    return Room(database, tmp_path)


async def test_a_closed_file_is_written_down_with_its_length_and_checksum(room: Room) -> None:
    sound = room.sound("1.1-caller.wav", 2.5)
    room.notice("1.1-caller.wav", "caller")
    await room.call()
    assert await room.take_in() == 1
    row = await room.row("1.1-caller.wav")
    assert (row.state, row.role, row.linkedid, row.uniqueid, row.gap_cause) == ("closed", "caller", "1.1", "1.1", "")
    assert (row.rate, row.frames, row.bytes) == (8000, 20000, sound.stat().st_size)
    assert row.sha256 == hashlib.sha256(sound.read_bytes()).hexdigest()
    assert row.closed_at == datetime.fromtimestamp(CLOSED, UTC)
    assert row.call_id is not None
    assert room.left() == []
    assert await room.take_in() == 0


async def test_a_file_that_is_missing_empty_cut_or_no_sound(room: Room) -> None:
    (room.folder / "1.2-caller.wav").touch()
    (room.folder / "1.3-caller.wav").write_bytes(b"\x00" * 5000)
    cut = room.sound("1.4-caller.wav", 1.0)
    os.truncate(cut, 9000)
    (room.folder / "1.5-caller.wav").mkdir()
    for number in range(1, 6):
        room.notice(f"1.{number}-caller.wav", "caller", linkedid=f"1.{number}")
    await room.ended(*(f"1.{number}" for number in range(1, 6)))
    assert await room.take_in() == 5
    rows = [await room.row(f"1.{number}-caller.wav") for number in range(1, 6)]
    assert [(row.state, row.gap_cause) for row in rows] == [
        ("missing", "file not found"),
        ("broken", "asterisk killed"),
        ("broken", "asterisk killed"),
        ("broken", "not a whole sound file"),
        ("broken", "asterisk killed"),
    ]
    assert rows[3].sha256 == hashlib.sha256(cut.read_bytes()).hexdigest(), "what there is can still be proved"
    assert rows[3].bytes == 9000
    assert room.left() == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120), st.integers(0, 60), st.binary(max_size=12))
def test_whatever_a_sound_file_holds_it_is_measured(tmp_path: Path, tail: bytes, cut: int, patch: bytes) -> None:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"ab" * 10)
    content = path.read_bytes()
    content = (content[:cut] + patch + content[cut + len(patch) :] + tail)[: 64 + len(tail)]
    path.write_bytes(content)
    found = measure(path)
    assert found.state in {"closed", "broken"}
    assert found.bytes == len(content)
    assert (found.frames or 0) <= len(content)


HOSTILE = [
    "",
    "{",
    "[]",
    "null",
    '"text"',
    "{}",
    "[" * 3000,
    '{"file": 1, "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}',
    '{"file": "x", "linkedid": "1.1", "uniqueid": "1.1", "role": "boss"}',
    '{"file": "../x", "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}',
    '{"file": "..", "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}',
    '{"file": "x", "linkedid": "1;rm", "uniqueid": "1.1", "role": "caller"}',
    '{"file": "x", "linkedid": "1.1", "uniqueid": "1.1", "role": ["caller"]}',
    '{"file": "somebody-elses", "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}',
    '{"file": "x", "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}' + " " * 5000,
]


@pytest.mark.parametrize("content", HOSTILE)
async def test_what_is_no_notice_of_ours_is_set_aside_and_never_lost(room: Room, content: str) -> None:
    (room.notices / "x.json").write_text(content)
    room.sound("2.2-caller.wav")
    room.notice("2.2-caller.wav", "caller", linkedid="2.2")
    (room.notices / "z.json").write_bytes(b"\xff\xfe\x00")
    assert await room.take_in() == 1, "the good one is not held up"
    assert room.left() == ["x.refused", "z.refused"]
    assert (room.notices / "x.refused").read_text() == content
    async with room.database.read() as session:
        assert await recordings.find(session, "x") is None


async def test_folders_links_and_pipes_named_like_notices(room: Room, tmp_path: Path) -> None:
    (room.notices / "a.json").mkdir()
    (room.notices / "b.json").symlink_to(tmp_path / "nowhere")
    good = tmp_path / "c.json"
    good.write_text('{"file": "c", "linkedid": "1.1", "uniqueid": "1.1", "role": "caller"}')
    (room.notices / "c.json").symlink_to(good)
    os.mkfifo(room.notices / "d.json")
    async with asyncio.timeout(10):
        assert await room.take_in() == 0
    assert room.left() == ["a.refused", "b.refused", "c.refused", "d.refused"]


async def test_what_was_set_aside_is_not_overwritten(room: Room) -> None:
    for content in ("first", "second", "third"):
        (room.notices / "x.json").write_text(content)
        await room.take_in()
    assert sorted(path.read_text() for path in room.notices.iterdir()) == ["first", "second", "third"]


async def test_a_notice_that_is_being_written_is_left_alone(room: Room) -> None:
    (room.notices / "1.1-voicemail.wav.json").touch()
    room.sound("1.1-voicemail.wav")
    room.clock.advance((datetime.now(UTC) - room.clock.now()).total_seconds())
    assert await room.ledger.take_in() == 0
    assert room.left() == ["1.1-voicemail.wav.json"]
    room.clock.advance(NEVER_CLOSED.total_seconds() + 60)
    assert await room.ledger.take_in() == 0
    assert room.left() == ["1.1-voicemail.wav.refused"]


def still_open(path: Path) -> None:
    """The header as it is while Asterisk records."""
    with path.open("r+b") as file:
        for place in (4, 40):
            file.seek(place)
            file.write(bytes(4))


async def test_a_recording_that_goes_on_is_left_alone_until_it_is_closed(room: Room) -> None:
    sound = room.sound("1.1-caller.wav")
    whole = sound.read_bytes()
    still_open(sound)
    room.notice("1.1-caller.wav", "caller")
    await room.call(ended=None, _1_1="")
    assert await room.take_in() == 0
    sound.write_bytes(whole)
    assert await room.take_in() == 1
    assert (await room.row("1.1-caller.wav")).state == "closed"


async def test_a_recording_that_is_never_closed_is_taken_in_when_its_channel_is_gone(room: Room) -> None:
    still_open(room.sound("1.1-caller.wav"))
    room.notice("1.1-caller.wav", "caller")
    await room.call(ended=58, _1_1="")
    assert await room.take_in() == 0, "Asterisk may be about to close it"
    room.clock.advance(NEVER_CLOSED.total_seconds() - 2)
    assert await room.take_in() == 0
    room.clock.advance(1)
    assert await room.take_in() == 1
    row = await room.row("1.1-caller.wav")
    assert (row.state, row.gap_cause) == ("broken", "asterisk killed")
    assert row.bytes


async def test_a_file_that_is_written_to_is_open_whatever_the_journal_says(room: Room) -> None:
    sound = room.sound("1.1-caller.wav")
    still_open(sound)
    path = room.notice("1.1-caller.wav", "caller")
    await room.ended("1.1")
    os.utime(path, (CLOSED, CLOSED))
    now = room.clock.now().timestamp()
    os.utime(sound, (now - 4, now - 4))
    assert await room.ledger.take_in() == 0
    os.utime(sound, (now - 6, now - 6))
    assert await room.ledger.take_in() == 1


async def test_a_recording_of_which_nobody_knows_anything_is_taken_in_after_a_day(room: Room) -> None:
    still_open(room.sound("1.1-caller.wav"))
    room.notice("1.1-caller.wav", "caller")
    room.clock.advance(FORGOTTEN.total_seconds() - 60)
    assert await room.take_in() == 0
    room.clock.advance(60)
    assert await room.take_in() == 1
    assert (await room.row("1.1-caller.wav")).gap_cause == "asterisk killed"


async def test_many_calls_under_way_hold_nothing_up(room: Room) -> None:
    for number in range(300):
        file = f"1.{number}-caller.wav"
        still_open(room.sound(file, 0.01))
        room.notice(file, "caller", linkedid=f"1.{number}")
    room.sound("9.1-caller.wav")
    room.notice("9.1-caller.wav", "caller", linkedid="9.1")
    assert await room.take_in() == 1
    assert len(room.left()) == 300


async def test_after_a_crash_between_row_and_notice_the_same_row_is_written(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.call()

    def crash(*_: object, **__: object) -> None:
        raise KeyError("the machine went down here")

    with monkeypatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(Path, "unlink", crash)
        await room.take_in()
    first = await room.row("1.1-caller.wav")
    assert room.left() == ["1.1-caller.wav.json"]
    assert await room.take_in() == 1
    second = await room.row("1.1-caller.wav")
    assert (first.id, first.sha256, first.state) == (second.id, second.sha256, second.state)
    assert room.left() == []
    assert await room.ledger.settle() == 1
    assert await room.ledger.settle() == 0


async def test_while_the_database_refuses_notices_stay(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")

    async def refuse(*_: object, **__: object) -> None:
        raise StorageError("disk full")

    with monkeypatch.context() as patch, pytest.raises(StorageError):
        patch.setattr(recordings, "upsert_all", refuse)
        await room.take_in()
    assert room.left() == ["1.1-caller.wav.json"]
    assert await room.take_in() == 1


async def test_two_ledgers_over_one_spool(room: Room) -> None:
    for number in range(40):
        room.sound(f"{number}.0-caller.wav", 0.1)
        room.notice(f"{number}.0-caller.wav", "caller", linkedid=f"{number}.0")
    other = Ledger(room.database, room.folder, room.notices, room.clock)
    taken = await asyncio.gather(room.take_in(), other.take_in())
    assert sum(taken) >= 40
    assert room.left() == []
    async with room.database.read() as session:
        found = [await recordings.find(session, f"{number}.0-caller.wav") for number in range(40)]
    assert [row.state for row in found if row is not None] == ["closed"] * 40


async def test_the_call_of_a_recording_may_become_known_later(room: Room) -> None:
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    assert (await room.row("1.1-caller.wav")).call_id is None
    await room.call()
    assert await room.ledger.settle() == 1
    assert (await room.row("1.1-caller.wav")).call_id is not None
    assert await room.job() == "queued"


async def test_the_agent_is_known_from_his_leg(room: Room) -> None:
    room.sound("1.2-agent.wav")
    room.notice("1.2-agent.wav", "agent")
    await room.call(_1_2="lee")
    await room.take_in()
    assert (await room.row("1.2-agent.wav")).agent == "lee"


async def test_the_agents_leg_may_become_known_after_his_recording(room: Room) -> None:
    room.sound("1.2-agent.wav")
    room.notice("1.2-agent.wav", "agent")
    await room.take_in()
    assert (await room.row("1.2-agent.wav")).agent == ""
    await room.call(_1_2="lee")
    assert await room.ledger.settle() == 1
    assert (await room.row("1.2-agent.wav")).agent == "lee"


async def test_a_call_is_settled_when_it_is_over_and_its_files_are_closed(room: Room) -> None:
    await room.call(ended=None, visits=1)
    async with room.database.write() as session:
        await recordings.upsert(session, "1.2-agent.wav", linkedid="1.1", uniqueid="1.2", role="agent")
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    assert await room.ledger.settle() == 0, "it is not over"
    async with room.database.write() as session:
        call = (await calls.hold(session, ["1.1"]))["1.1"]
        call.ended_at = after(50)
    assert await room.ledger.settle() == 0, "the agent's file is open"
    room.sound("1.2-agent.wav")
    room.notice("1.2-agent.wav", "agent")
    await room.take_in()
    assert await room.ledger.settle() == 1
    assert await room.ledger.settle() == 0
    assert await room.job() == "queued"


async def test_a_talk_is_waited_for_even_when_nobody_told_of_the_agents_file(room: Room) -> None:
    await room.call(visits=1)
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    assert await room.ledger.settle() == 0
    room.clock.advance(GIVE_UP.total_seconds())
    assert await room.ledger.settle() == 1


async def test_a_file_that_never_closes_is_waited_for_only_so_long(room: Room) -> None:
    await room.call(ended=50)
    async with room.database.write() as session:
        await recordings.upsert(session, "1.1-caller.wav", linkedid="1.1", uniqueid="1.1", role="caller")
    room.clock.advance(GIVE_UP.total_seconds() - 10)
    assert await room.ledger.settle() == 0
    room.clock.advance(1)
    assert await room.ledger.settle() == 1


async def test_a_call_without_recordings_asks_for_nothing(room: Room) -> None:
    await room.call()
    room.clock.advance(10_000)
    assert await room.ledger.settle() == 0


async def test_a_file_that_closes_after_the_judging_has_the_call_judged_again(room: Room) -> None:
    await room.call(ended=50, visits=1)
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    await room.take_in()
    room.clock.advance(GIVE_UP.total_seconds())
    await room.ledger.settle()
    async with room.database.write() as session:
        job = await jobs.claim(session, "judge", "w", now=room.clock.now())
        assert job is not None
        await jobs.finish(session, job.id, "w", now=room.clock.now())
    room.sound("1.2-agent.wav")
    path = room.notice("1.2-agent.wav", "agent")
    content = path.read_text()
    await room.take_in()
    assert await room.job() == "queued"
    async with room.database.write() as session:
        job = await jobs.claim(session, "judge", "w", now=room.clock.now())
        assert job is not None
        await jobs.finish(session, job.id, "w", now=room.clock.now())
    path.write_text(content)
    await room.take_in()
    assert await room.job() == "done", "the same notice again is no news"


async def test_an_old_call_is_not_forgotten_behind_many_new_ones(room: Room) -> None:
    await room.call("0.9")
    async with room.database.write() as session:
        session.add_all(Call(linkedid=f"9.{number}", started_at=after(20 + number / 100)) for number in range(250))
    room.sound("0.9-caller.wav")
    room.notice("0.9-caller.wav", "caller", linkedid="0.9")
    await room.take_in()
    assert await room.ledger.settle() == 1
    assert await room.job("0.9") == "queued"


Told = Callable[[Journal], Awaitable[None]]


def told(seconds: float, kind: type[ev.ChannelEvent], uniqueid: str = "1.1", **more: Any) -> ev.ChannelEvent:
    return kind(at=after(seconds), linkedid="1.1", uniqueid=uniqueid, channel=f"PJSIP/{uniqueid}", **more)


async def test_the_journal_does_not_open_again_what_the_ledger_has_closed(room: Room) -> None:
    room.sound("1.1-caller.wav")
    room.sound("1.2-agent.wav")
    room.notice("1.1-caller.wav", "caller")
    room.notice("1.2-agent.wav", "agent")
    await room.take_in()
    async with Journal(room.database, room.clock) as journal:
        journal.put(told(0, ev.ChannelCreated, context="ivr-incoming", extension="100"))
        fields = {"File": "1.1-caller.wav", "Role": "caller"}
        journal.put(told(0.5, ev.UserEvent, name="IvrRecording", fields=fields))
        await journal.flush()
        journal.put(told(0.6, ev.RecordingStarted))
        fields = {"File": "1.2-agent.wav", "Role": "agent"}
        journal.put(told(4, ev.UserEvent, "1.2", name="IvrRecording", fields=fields))
        called = {"queue": "q", "interface": "PJSIP/6001", "member": "lee", "dest_uniqueid": "1.2"}
        journal.put(told(4.1, ev.AgentCalled, **called))
    caller, agent = await room.row("1.1-caller.wav"), await room.row("1.2-agent.wav")
    assert (caller.state, caller.frames, caller.started_at) == ("closed", 8000, after(0.6))
    assert (agent.state, agent.frames, agent.agent) == ("closed", 8000, "lee")
    assert caller.sha256
    async with room.database.read() as session:
        call = await calls.find(session, "1.1")
    assert call is not None
    assert len(call.recordings) == 2


async def test_journal_and_ledger_at_the_same_time_lose_nothing(room: Room) -> None:
    total = 30
    for number in range(total):
        room.sound(f"{number}.1-caller.wav", 0.05)
    async with Journal(room.database, room.clock) as journal:

        async def ledger_side() -> None:
            for number in range(total):
                room.notice(f"{number}.1-caller.wav", "caller", linkedid=f"{number}.1")
                await room.take_in()

        async def journal_side() -> None:
            for number in range(total):
                ids = {"linkedid": f"{number}.1", "uniqueid": f"{number}.1", "channel": "PJSIP/a"}
                journal.put(ev.ChannelCreated(at=after(number), **ids, context="ivr-incoming"))
                fields = {"File": f"{number}.1-caller.wav", "Role": "caller"}
                journal.put(ev.UserEvent(at=after(number), **ids, name="IvrRecording", fields=fields))
                await asyncio.sleep(0.01)

        await asyncio.gather(ledger_side(), journal_side())
    await room.ledger.settle()
    rows = [await room.row(f"{number}.1-caller.wav") for number in range(total)]
    assert {row.state for row in rows} == {"closed"}
    assert all(row.call_id is not None and row.started_at is not None for row in rows)
    assert journal.stats.failed == 0


async def test_run_goes_on_after_trouble_and_ends_when_cancelled(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    troubles = 0
    real = recordings.upsert_all

    async def sometimes(*args: Any, **more: Any) -> dict[str, Recording]:
        nonlocal troubles
        troubles += 1
        if troubles <= 2:
            raise StorageError("locked")
        return await real(*args, **more)

    monkeypatch.setattr(recordings, "upsert_all", sometimes)
    room.sound("1.1-caller.wav")
    room.notice("1.1-caller.wav", "caller")
    running = asyncio.create_task(room.ledger.run(every=0.01))
    async with asyncio.timeout(10):
        while room.left():
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert troubles == 3
    assert (await room.row("1.1-caller.wav")).state == "closed"


def test_a_notice_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "1.1-caller.wav.json"
    path.write_text('{"file": "1.1-caller.wav", "linkedid": "1.0", "uniqueid": "1.1", "role": "caller"}\n')
    notice = read_notice(path)
    assert notice is not None
    assert (notice.file, notice.linkedid, notice.uniqueid, notice.role) == ("1.1-caller.wav", "1.0", "1.1", "caller")
    with pytest.raises(FileNotFoundError):
        read_notice(tmp_path / "gone.json")
