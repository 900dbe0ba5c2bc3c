from __future__ import annotations

import hashlib
import io
import json
import wave
import zipfile
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pyrage
import pytest

from ivr.core.errors import UsageError
from ivr.storage import audit, calls, ledger, legal_holds, quality
from ivr.storage.database import Database
from ivr.storage.models import Transcript
from recording.keeping.deletion import HeldError
from recording.keeping.erasing import put_in_place, write_redacted
from recording.keeping.export import check_zip, gather, write_export
from recording.keeping.redact import find_in_call, redact_in_place
from recording.keeping.redaction import MARKER
from recording.keeping.tracks import tracks_of, write_stereo
from recording.vault import Identity, Vault
from tests.unit.recording.keeping_room import NOW, RATE, KeepingRoom, names, tone

CARD = "我的 卡号 是 四一一一 一一一一 一一一一 一一一一 谢谢"
ECHO = "好的 四一一一 一一一一 一一一一 一一一一 对 吗"
DIGITS = "四一一一"


@pytest.fixture
def room(database: Database, tmp_path: Path) -> KeepingRoom:
    return KeepingRoom(database, tmp_path)


async def stereo(room: KeepingRoom, call_id: int, **stretch: float) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    async with room.database.read() as session:
        call = await calls.get(session, call_id)
    assert call is not None
    out = io.BytesIO()
    write_stereo(tracks_of(call), room.folder, room.vault, cast(BinaryIO, out), **stretch)
    out.seek(0)
    with wave.open(out, "rb") as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, RATE)
        frames = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    return frames.reshape(-1, 2)


async def test_parties_side_by_side_on_one_clock(room: KeepingRoom) -> None:
    call = await room.call(seconds=25)
    sound = await stereo(room, call)
    assert len(sound) == 25 * RATE
    assert (sound[:, 0] == tone(25, 300)).all()
    assert not sound[: 5 * RATE, 1].any()
    assert (sound[5 * RATE :, 1] == tone(20, 500)).all()
    part = await stereo(room, call, start=4.5, end=12.25)
    assert (part == sound[round(4.5 * RATE) : round(12.25 * RATE)]).all()
    with pytest.raises(UsageError, match="no sound there"):
        await stereo(room, call, start=25.0)


async def test_parties_of_two_rates_are_heard_together(room: KeepingRoom) -> None:
    call = await room.call(seconds=20)
    path = room.folder / "1.2-agent.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(np.full(16000 * 15, 1000, "<i2").tobytes())
    await room.change(path.name, rate=16000, frames=16000 * 15)
    async with room.database.read() as session:
        found = await calls.get(session, call)
    assert found is not None
    out_file = io.BytesIO()
    assert write_stereo(tracks_of(found), room.folder, room.vault, cast(BinaryIO, out_file)) == 20.0
    frames = np.frombuffer(out_file.getvalue()[44:], np.int16).reshape(-1, 2)
    assert (frames[5 * 16000 + 1 :, 1] == 1000).all()
    assert np.abs(frames[::2, 0].astype(int) - tone(20, 300)).max() == 0


async def test_an_export_holds_everything_and_no_card(room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call(caller=CARD, agent=ECHO, score=80.0)
    await room.call(2)
    async with room.database.write() as session:
        await audit.append(session, actor="me", action="listen", object=f"call:{call}", at=NOW)
        await audit.append(session, actor="me", action="listen", object="call:2", at=NOW)
    material = await gather(room.database, call, redacted=True)
    target = tmp_path / "out" / "call.zip"
    done = write_export(
        material, room.folder, room.vault, target, extra={"story.html": b"<p>"}, about={"redacted": True}
    )
    assert (done.path, done.sealed) == (target, False)
    assert target.stat().st_mode & 0o777 == 0o600
    assert check_zip(target) == []
    async with room.database.read() as session:
        ids = [row.id for row in await ledger.page(session, 0)]
    with zipfile.ZipFile(target) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert set(contents) == {
        f"sound/caller-{ids[0]}.wav", f"sound/agent-{ids[1]}.wav", "sound/stereo.wav", "transcript.json",
        "transcript.txt", "transcript.srt", "transcript.vtt", "verdicts.json", "scores.json", "features.json",
        "ledger.json", "audit.json", "story.html", "manifest.json",
    }  # fmt: skip
    for name, content in contents.items():
        assert DIGITS.encode() not in content, name
        assert b"13800138000" not in content, name
    manifest = json.loads(contents["manifest.json"])
    assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items() if name != "manifest.json"
    }
    assert MARKER.encode() in contents["transcript.vtt"]
    assert [row["action"] for row in json.loads(contents["audit.json"])] == ["listen"]
    told = json.loads(contents["ledger.json"])["call"]
    assert (told["linkedid"], told["caller"]) == ("1.1", "*********00")
    assert json.loads(contents["scores.json"])[0]["points"] == 80.0
    with wave.open(io.BytesIO(contents[f"sound/caller-{ids[0]}.wav"])) as sound:
        frames = np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
    first, last = round(2.2 * RATE), round(3.7 * RATE)  # the words of the number
    assert not frames[first:last].any()
    assert (frames[: round(1.8 * RATE)] == tone(20)[: round(1.8 * RATE)]).all()
    # what lies in the house is as it was
    assert await room.codes(deep=True) == []
    async with room.database.read() as session:
        assert [DIGITS in one.text for _, one in await quality.transcripts(session, call)] == [True, True]


async def test_an_export_not_redacted_has_the_sound_as_it_is(room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call(caller=CARD)
    material = await gather(room.database, call, redacted=False)
    write_export(material, room.folder, room.vault, tmp_path / "x.zip", extra={}, about={})
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert DIGITS in archive.read("transcript.txt").decode()
        (name,) = [name for name in archive.namelist() if name.startswith("sound/caller")]
        assert archive.read(name) == (room.folder / "1.1-caller.wav").read_bytes()


async def test_an_export_is_sealed_to_the_recipients(database: Database, tmp_path: Path) -> None:
    identity = Identity.new()
    room = KeepingRoom(database, tmp_path, Vault([identity.recipient], [identity]))
    call = await room.call(caller=CARD, agent=ECHO)
    for file in ("1.1-caller.wav", "1.2-agent.wav"):
        room.vault.seal_file(room.folder / file)
    material = await gather(database, call, redacted=True)
    target = tmp_path / "call.zip.age"
    assert write_export(material, room.folder, room.vault, target, extra={}, about={}).sealed
    assert not zipfile.is_zipfile(target)
    plain = tmp_path / "plain.zip"
    plain.write_bytes(pyrage.decrypt(target.read_bytes(), [identity.key]))
    assert check_zip(plain) == []
    assert sorted(path.name for path in tmp_path.glob(".*.zip*")) == []


async def test_an_export_that_fails_leaves_nothing(room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call()
    material = await gather(room.database, call, redacted=True)
    (room.folder / "1.2-agent.wav").unlink()
    folder = tmp_path / "out"
    with pytest.raises(FileNotFoundError):
        write_export(material, room.folder, room.vault, folder / "x.zip", extra={}, about={})
    assert list(folder.iterdir()) == []


async def test_a_changed_export_shows(room: KeepingRoom, tmp_path: Path) -> None:
    call = await room.call()
    write_export(await gather(room.database, call, redacted=True), room.folder, room.vault, tmp_path / "x.zip",
                 extra={}, about={})  # fmt: skip
    with zipfile.ZipFile(tmp_path / "x.zip") as old, zipfile.ZipFile(tmp_path / "y.zip", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"[]" if name == "verdicts.json" else old.read(name))
        new.writestr("more.txt", "x")
    assert check_zip(tmp_path / "y.zip") == ["verdicts.json", "more.txt"]


async def test_what_was_not_transcribed_is_not_called_redacted(room: KeepingRoom) -> None:
    call = await room.call(caller=CARD)
    async with room.database.write() as session:
        (transcript,) = await ledger.words_of(session, (await room.row("1.2-agent.wav")).id)
        await session.delete(transcript)
    with pytest.raises(UsageError, match=r"agent\.wav: not transcribed"):
        await gather(room.database, call, redacted=True)
    with pytest.raises(UsageError, match="not transcribed"):
        await redact_in_place(room.database, room.folder, room.vault, room.clock, call, actor="test")


@pytest.mark.parametrize("sealed", [False, True])
async def test_redacted_in_place_the_digits_are_nowhere(database: Database, tmp_path: Path, sealed: bool) -> None:
    identity = Identity.new()
    room = KeepingRoom(database, tmp_path, Vault([identity.recipient], [identity]) if sealed else None)
    call = await room.call(caller=CARD, agent=ECHO)
    old = await room.row("1.1-caller.wav")
    async with database.write() as session:
        session.add(
            Transcript(recording_id=old.id, model="older", pipeline="0", text=CARD, words=(
                await ledger.words_of(session, old.id))[0].words, speech=[], snr_db=None, created_at=NOW)
        )  # fmt: skip
    if sealed:
        for file in ("1.1-caller.wav", "1.2-agent.wav"):
            room.vault.seal_file(room.folder / file)
            await room.change(file, sealed_at=NOW)
    secrets = await redact_in_place(database, room.folder, room.vault, room.clock, call, actor="test")
    assert len(secrets.found) == 2
    assert await room.codes(deep=True) == []
    suffix = ".sealed" if sealed else ""
    assert sorted(path.name for path in room.folder.iterdir()) == [f"1.1-caller.wav{suffix}", f"1.2-agent.wav{suffix}"]
    row = await room.row("1.1-caller.wav")
    assert row.sha256 != old.sha256
    assert old.sha256 in row.note
    assert row.redacted_at == room.clock.now()
    with room.vault.open_file(room.folder / row.file) as file:
        frames = np.frombuffer(file.read()[44:], np.int16)
    assert not frames[round(2.2 * RATE) : round(3.7 * RATE)].any()
    assert frames[round(6 * RATE) :].any()
    async with database.read() as session:
        texts = [one.text for recording in (row.id, row.id + 1) for one in await ledger.words_of(session, recording)]
        assert len(texts) == 3
        assert all(MARKER in text and DIGITS not in text for text in texts)
        (verdict,) = await quality.list_verdicts(session, call)
        assert DIGITS not in json.dumps(verdict.evidence, ensure_ascii=False)
        assert [one.action for one in await audit.list_rows(session)] == ["redact", "redact"]
    _, again = await find_in_call(database, call)
    assert again.found == ()


async def test_a_redaction_broken_off_is_finished_or_undone(room: KeepingRoom) -> None:
    call = await room.call(caller=CARD)
    async with room.database.read() as session:
        found = await calls.get(session, call)
    assert found is not None
    _, secrets = await find_in_call(room.database, call)
    (track,) = [one for one in tracks_of(found, secrets.by_recording) if one.secrets]
    original = (room.folder / track.row.file).read_bytes()
    # before the ledger was told: the original stays
    write_redacted(room.folder, room.vault, track)
    assert names(await room.codes()) == ["half_redacted"]
    assert [one.ok for one in await room.repair()] == [True]
    assert (room.folder / track.row.file).read_bytes() == original
    # after it: the redacted file takes its place
    digest, size = write_redacted(room.folder, room.vault, track)
    await room.change(track.row.file, sha256=digest, bytes=size, redacted_at=NOW)
    assert "half_redacted" in names(await room.codes())
    assert [one.ok for one in await room.repair()] == [True]
    assert hashlib.sha256((room.folder / track.row.file).read_bytes()).hexdigest() == digest
    assert await room.codes(deep=True) == []
    put_in_place(room.folder, room.vault, await room.row(track.row.file))
    assert await room.codes(deep=True) == []


async def test_a_hold_keeps_the_original(room: KeepingRoom) -> None:
    call = await room.call(caller=CARD)
    async with room.database.write() as session:
        await legal_holds.place(session, call, reason="case", actor="law", at=NOW)
    before = (room.folder / "1.1-caller.wav").read_bytes()
    with pytest.raises(HeldError):
        await redact_in_place(room.database, room.folder, room.vault, room.clock, call, actor="test")
    assert (room.folder / "1.1-caller.wav").read_bytes() == before
    assert await room.codes(deep=True) == []
