from __future__ import annotations

import os
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.storage import audit, recordings
from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit, Recording
from recording.errors import SoundError
from recording.keeping import headers
from recording.keeping.accepting import accept
from recording.keeping.headers import mend, read_layout
from recording.keeping.verify import UNKNOWN_AFTER
from recording.vault import Identity, Vault
from tests.unit.recording.keeping_room import NOW, KeepingRoom, after, kill, names, tone

CALLER, AGENT = "1.1-caller.wav", "1.2-agent.wav"


@pytest.fixture
def room(database: Database, tmp_path: Path) -> KeepingRoom:
    return KeepingRoom(database, tmp_path)


def age(path: Path, room: KeepingRoom) -> None:
    """Make a file one that nobody has written to for long."""
    old = room.clock.now().timestamp() - 2 * UNKNOWN_AFTER.total_seconds()
    os.utime(path, (old, old))


async def test_a_house_in_order(room: KeepingRoom) -> None:
    await room.call(1)
    await room.call(2)
    assert await room.codes(deep=True) == []


async def test_a_byte_changed_shows_only_to_who_reads_all(room: KeepingRoom) -> None:
    await room.call()
    path = room.folder / CALLER
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(bytes(content))
    assert await room.codes() == []
    assert await room.codes(deep=True) == [("changed", CALLER)]


async def test_a_file_gone_and_one_cut(room: KeepingRoom) -> None:
    await room.call()
    (room.folder / CALLER).unlink()
    room.sound(AGENT, 3.0)
    assert sorted(await room.codes()) == [("differs", AGENT), ("missing", CALLER), ("short", AGENT)]


async def test_what_is_short_needs_a_cause(room: KeepingRoom) -> None:
    await room.call()
    path = room.sound(AGENT, 3.0)
    await room.change(AGENT, frames=3 * 8000, bytes=path.stat().st_size)
    assert await room.codes() == [("short", AGENT)]
    await room.change(AGENT, gaps=[{"cause": "paused", "start_s": 1.0, "end_s": 2.0}])
    assert await room.codes() == [("short", AGENT)]  # a pause is silence in the file, not less of it
    await room.change(AGENT, gaps=[{"cause": "no media", "start_s": None, "end_s": None, "lost_s": 12.0}])
    assert await room.codes() == []


async def test_calls_without_sound_and_parties_without_files(room: KeepingRoom) -> None:
    def talked(linkedid: str, evidence: dict[str, bool] | None = None) -> Call:
        call = Call(linkedid=linkedid, started_at=NOW, ended_at=after(30), outcome="answered", evidence=evidence or {})
        call.visits = [QueueVisit(queue="q", joined_at=NOW, connected_at=after(1), agent="kim")]
        return call

    def recording(call: Call, role: str, state: str = "missing", cause: str = "no media") -> None:
        file = f"{call.linkedid}-{role}.wav"
        call.recordings.append(
            Recording(linkedid=call.linkedid, uniqueid=file, role=role, file=file, state=state, gap_cause=cause)
        )

    silent, half, refused, waited = talked("1.1"), talked("2.1"), talked("3.1", {"refused": True}), talked("4.1")
    recording(half, "caller")
    recording(refused, "caller", "refused", "refused by caller")
    waited.visits[0].connected_at = None
    async with room.database.write() as session:
        session.add_all([silent, half, refused, waited])
    found = await room.faults()
    assert [(one.code, one.where, one.detail) for one in found] == [
        ("call_without_sound", "1.1", NOW.isoformat()),
        ("party_without_file", "2.1", "kim"),
    ]


async def test_sound_without_a_call_and_files_without_a_row(room: KeepingRoom) -> None:
    async with room.database.write() as session:
        path = room.sound("9.1-caller.wav", 1.0)
        await recordings.upsert(
            session, path.name, linkedid="9.1", uniqueid="9.1", role="caller", state="closed", started_at=NOW,
            rate=8000, frames=8000, bytes=path.stat().st_size,
        )  # fmt: skip
    age(room.sound("8.1-agent.wav", 1.0), room)
    fresh = room.sound("7.1-agent.wav", 1.0)
    os.utime(fresh, (room.clock.now().timestamp(),) * 2)
    assert await room.codes() == [("sound_without_call", "9.1-caller.wav"), ("unknown_file", "8.1-agent.wav")]


async def test_a_stranger_is_taken_in_and_joined_to_its_call(room: KeepingRoom) -> None:
    call = await room.call()
    async with room.database.write() as session:
        found = await recordings.find(session, AGENT)
        assert found is not None
        found.file = "elsewhere-agent.wav"
    age(room.folder / AGENT, room)
    assert sorted(await room.codes()) == [("missing", "elsewhere-agent.wav"), ("unknown_file", AGENT)]
    (done,) = await room.repair()
    assert done.ok
    row = await room.row(AGENT)
    assert (row.call_id, row.role, row.agent, row.linkedid, row.state) == (call, "agent", "lee", "1.1", "closed")
    assert await room.codes(deep=True) == [("missing", "elsewhere-agent.wav")]
    age(room.sound("notes.wav", 1.0), room)
    (refused,) = await room.repair()
    assert not refused.ok


async def test_the_second_message_of_a_call_is_a_message(room: KeepingRoom) -> None:
    call = await room.call()
    age(room.sound("1.1-statement2.wav", 1.0), room)
    (done,) = await room.repair()
    assert done.ok
    row = await room.row("1.1-statement2.wav")
    assert (row.call_id, row.role, row.agent) == (call, "statement", "")


async def test_a_killed_recorder_s_file_is_mended_and_the_loss_written_down(room: KeepingRoom) -> None:
    await room.call()
    path = room.folder / AGENT
    kept = kill(path, cut=8000 * 2 * 4)
    with pytest.raises((wave.Error, EOFError)), wave.open(str(path), "rb"):
        pass
    await room.change(AGENT, state="broken", gap_cause="not a whole sound file", sha256="", frames=None, bytes=None)
    assert await room.codes() == [("broken", AGENT)]
    (done,) = await room.repair()
    assert done.ok, done.text
    with wave.open(str(path), "rb") as sound:
        assert sound.readframes(sound.getnframes()) == kept
    row = await room.row(AGENT)
    assert (row.state, row.frames, row.gap_cause) == ("closed", len(kept) // 2, "asterisk killed; last 4.0 s lost")
    assert row.gaps == [{"cause": "asterisk killed", "start_s": 11.0, "end_s": None}]
    assert sorted(one.name for one in room.folder.iterdir()) == [CALLER, AGENT]
    assert await room.codes(deep=True) == []
    async with room.database.read() as session:
        (told,) = await audit.list_rows(session)
        assert (told.action, told.object, told.detail["sha256"]) == ("repair", f"recording:{row.id}", row.sha256)
    assert await room.repair() == []


async def test_mending_broken_off_anywhere_is_gone_on_with(room: KeepingRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    await room.call()
    kept = kill(room.folder / AGENT)
    await room.change(AGENT, state="open", sha256="", frames=None, bytes=None)
    real = Path.replace

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", full)
    (failed,) = await room.repair()
    assert not failed.ok
    assert "No space" in failed.text.en
    monkeypatch.setattr(Path, "replace", real)
    assert not list(room.folder.glob(".*"))
    # now the file is mended and the process ends before the ledger hears of it
    mend(room.folder / AGENT)
    assert (room.folder / f"{AGENT}.broken").exists()
    assert names(await room.codes()) == ["left_open"]
    (done,) = await room.repair()
    assert done.ok
    assert (await room.row(AGENT)).gap_cause.startswith("asterisk killed")
    assert (room.folder / AGENT).read_bytes()[44:] == kept
    assert await room.codes(deep=True) == []
    assert not (room.folder / f"{AGENT}.broken").exists()


async def test_a_closed_file_that_was_changed_is_not_mended_away(room: KeepingRoom) -> None:
    await room.call()
    kill(room.folder / AGENT)
    before = (room.folder / AGENT).read_bytes()
    assert names(await room.codes()) == ["broken"]
    (done,) = await room.repair()
    assert not done.ok
    assert "not those of the ledger" in done.text.en
    assert (room.folder / AGENT).read_bytes() == before


async def test_rows_left_open(room: KeepingRoom) -> None:
    await room.call()
    await room.change(AGENT, state="open", sha256="", frames=None, bytes=None, rate=None)
    assert await room.codes() == [("left_open", AGENT)]
    (done,) = await room.repair()
    assert done.ok
    assert (await room.row(AGENT)).sha256
    assert await room.codes(deep=True) == []
    (room.folder / AGENT).unlink()
    await room.change(AGENT, state="open")
    (lost,) = await room.repair()
    assert not lost.ok
    assert await room.codes() == [("missing", AGENT)]
    room.sound(AGENT, 15.0, 500.0)
    assert await room.codes() == [("found_again", AGENT)]
    assert [one.ok for one in await room.repair()] == [True]
    assert await room.codes(deep=True) == []


async def test_a_call_that_goes_on_is_left_alone(room: KeepingRoom) -> None:
    call_id = await room.call()
    async with room.database.write() as session:
        call = await session.get(Call, call_id)
        assert call is not None
        call.ended_at = None
    await room.change(AGENT, state="open")
    kill(room.folder / AGENT)
    os.utime(room.folder / AGENT, (room.clock.now().timestamp(),) * 2)
    assert await room.codes() == []
    room.clock.advance(timedelta(hours=7).total_seconds())
    assert names(await room.codes()) == ["left_open"]


async def test_what_cannot_be_mended_is_accepted_and_new_faults_still_show(room: KeepingRoom) -> None:
    await room.call()
    room.sound(AGENT, 3.0)

    async def taken() -> None:
        await accept(
            room.database, room.folder, room.vault, AGENT, reason="disk failed", actor="test", at=room.clock.now()
        )

    assert sorted(names(await room.codes(deep=True))) == ["changed", "differs", "short"]
    await taken()
    assert await room.codes(deep=True) == []
    content = bytearray((room.folder / AGENT).read_bytes())
    content[100] ^= 1
    (room.folder / AGENT).write_bytes(bytes(content))
    assert names(await room.codes(deep=True)) == ["changed"]
    (room.folder / AGENT).unlink()
    assert names(await room.codes()) == ["missing"]
    await taken()
    assert await room.codes(deep=True) == []
    async with room.database.read() as session:
        assert [row.detail["reason"] for row in await audit.list_rows(session)] == ["disk failed"] * 2


async def test_sealed_files_are_checked_with_and_without_the_key(database: Database, tmp_path: Path) -> None:
    identity = Identity.new()
    room = KeepingRoom(database, tmp_path, Vault([identity.recipient], [identity]))
    await room.call()
    row = await room.row(AGENT)
    room.vault.seal_file(room.folder / AGENT, row.sha256)
    assert await room.codes(deep=True) == []
    room.vault = Vault([identity.recipient])
    assert await room.codes(deep=True) == []
    room.vault = Vault([identity.recipient], [identity])
    sealed = room.folder / f"{AGENT}.sealed"
    content = bytearray(sealed.read_bytes())
    content[-100] ^= 1
    sealed.write_bytes(bytes(content))
    assert names(await room.codes(deep=True)) == ["damaged"]
    sealed.write_bytes(bytes(content[:-500]))
    assert names(await room.codes()) == ["damaged"]
    room.vault = Vault([identity.recipient])
    assert names(await room.codes()) == ["damaged"]


@given(seconds=st.floats(0.01, 1.0), cut=st.integers(0, 300), sizes=st.sampled_from(["zero", "too long", "whole"]))
def test_layout_finds_the_sound_whatever_the_header_says(
    tmp_path_factory: pytest.TempPathFactory, seconds: float, cut: int, sizes: str
) -> None:
    path = tmp_path_factory.mktemp("wav") / "1.1-caller.wav"
    sound = tone(seconds).astype("<i2").tobytes()
    content = bytearray(headers.header(8000, len(sound)) + sound)
    if sizes == "zero":
        content[4:8] = content[40:44] = bytes(4)
    if sizes == "too long":
        content[40:44] = (len(sound) + 999).to_bytes(4, "little")
    cut = min(cut, len(sound) - 2)
    path.write_bytes(bytes(content[: len(content) - cut]))
    expected = sound[: (len(sound) - cut) // 2 * 2]
    with path.open("rb") as file:
        layout = read_layout(file)
    assert layout.whole == (sizes == "whole" and cut == 0)
    assert layout.length == len(expected)
    mend(path)
    with wave.open(str(path), "rb") as mended:
        assert mended.readframes(mended.getnframes()) == expected


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"x" * 100, b"RIFF\0\0\0\0WAVEdata\0\0\0\0"])
def test_what_is_no_recording_is_not_touched(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "1.1-caller.wav"
    path.write_bytes(content)
    with pytest.raises(SoundError):
        mend(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
