"""The stereo sound of a call from anywhere, and its waveform."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.storage import calls
from ivr.storage.database import Database
from recording.keeping.peaks import BASE, PeaksBook
from recording.keeping.stereo import HEADER, StereoSound
from recording.keeping.tracks import Track, tracks_of, write_stereo
from recording.vault import Identity, Vault
from tests.unit.recording.keeping_room import RATE, KeepingRoom

FILES = ("1.1-caller.wav", "1.2-agent.wav")


async def call_of(database: Database, room: KeepingRoom, **secrets: Any) -> list[Track]:
    number = await room.call()
    async with database.read() as session:
        found = await calls.get(session, number)
    assert found is not None
    return tracks_of(found, {found.recordings[1].id: secrets["agent"]} if secrets else None)


def whole(tracks: list[Track], room: KeepingRoom) -> bytes:
    with StereoSound(tracks, room.folder, room.vault) as sound:
        return sound.read(0, sound.size)


def channels(data: bytes) -> np.ndarray[Any, np.dtype[np.int16]]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def pitch(sound: np.ndarray[Any, Any]) -> int:
    spectrum = np.abs(np.fft.rfft(sound.astype(float)))
    return round(int(spectrum.argmax()) * RATE / len(sound))


async def test_the_parties_are_side_by_side_on_the_clock_of_the_call(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    data = whole(await call_of(database, room), room)
    sound = channels(data)
    assert len(sound) == 20 * RATE and len(data) == HEADER + 20 * RATE * 4
    assert pitch(sound[6 * RATE : 8 * RATE, 0]) == 300 and pitch(sound[6 * RATE : 8 * RATE, 1]) == 500
    assert not sound[: 5 * RATE, 1].any(), "the agent comes after 5 s"
    assert sound[5 * RATE : 5 * RATE + 20, 1].any()


async def test_it_is_what_is_written_as_a_file(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    tracks = await call_of(database, room)
    out = io.BytesIO()
    write_stereo(tracks, room.folder, room.vault, cast(BinaryIO, out))
    assert whole(tracks, room) == out.getvalue()


async def test_sealed_it_sounds_the_same_byte_for_byte_and_nothing_plain_is_left(
    database: Database, tmp_path: Path
) -> None:
    identity = Identity.new()
    room = KeepingRoom(database, tmp_path, Vault([identity.recipient], [identity]))
    tracks = await call_of(database, room)
    plain = whole(tracks, room)
    for file in FILES:
        room.vault.seal_file(room.folder / file)
    assert whole(tracks, room) == plain
    assert sorted(path.name for path in room.folder.iterdir()) == [f"{file}.sealed" for file in FILES]


async def test_every_range_is_a_piece_of_the_whole(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    tracks = await call_of(database, room, agent=[(1.0, 2.0)])
    data = whole(tracks, room)
    with StereoSound(tracks, room.folder, room.vault) as sound:

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(st.integers(0, sound.size + 10), st.integers(1, 300_000))
        def ranges(first: int, count: int) -> None:
            assert sound.read(first, count) == data[first : first + count]

        ranges()


async def test_spans_that_are_not_to_be_heard_are_silent(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    tracks = await call_of(database, room, agent=[(1.0, 2.0)])
    sound = channels(whole(tracks, room))
    assert not sound[6 * RATE : 7 * RATE, 1].any()
    assert sound[6 * RATE : 7 * RATE, 0].any() and sound[7 * RATE : 8 * RATE, 1].any()
    assert (
        StereoSound(tracks, room.folder, room.vault).etag
        != StereoSound([Track(one.row, one.offset) for one in tracks], room.folder, room.vault).etag
    )


async def test_files_of_different_rates_are_one_sound(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    tracks = await call_of(database, room)
    path = room.folder / FILES[1]
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        times = np.arange(15 * 16000) / 16000
        out.writeframes(np.rint(8000 * np.sin(2 * np.pi * 500 * times)).astype("<i2").tobytes())
    tracks[1].row.rate, tracks[1].row.frames = 16000, 15 * 16000
    with StereoSound(tracks, room.folder, room.vault) as sound:
        assert (sound.rate, sound.frames) == (16000, 20 * 16000)
        data = sound.read(0, sound.size)
        assert data[100_001:300_000] == sound.read(100_001, 199_999)
        both = sound.samples(6 * 16000, 32000)
    spectrum = np.abs(np.fft.rfft(both.astype(float), axis=0))
    assert [round(int(one) / 2) for one in spectrum.argmax(axis=0)] == [300, 500]


async def test_the_waveform_shows_who_sounds_when_at_any_zoom(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    book = PeaksBook(room.folder, room.vault)
    tracks = await call_of(database, room, agent=[(3.0, 5.0)])
    wave_ = book.of(tracks, 0.0, 20.0, 400)
    assert wave_.points.shape == (2, 400, 2)
    caller, agent = wave_.points
    assert (caller[:, 1] > 25).all() and (caller[:, 0] < -25).all()
    assert not agent[:99].any(), "before 5 s"
    assert (agent[105:155, 1] > 25).all()
    assert not agent[162:198].any(), "silenced from 8 to 10 s"
    close = book.of(tracks, 4.99, 5.01, 160)
    assert close.points.shape == (2, 160, 2)
    assert not close.points[1, :79].any() and close.points[1, 90:].any()
    assert book.of(tracks, 0.0, 20.0, 3999).points.shape[1] == 3999, "closer than what is kept: from the samples"
    assert book.of(tracks, 30.0, 40.0, 10).points.shape == (2, 0, 2)


async def test_waveforms_in_memory_have_a_bound(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    tracks = await call_of(database, room)
    one = 2 * 20 * BASE * 2
    book = PeaksBook(room.folder, room.vault, kept=2 * one)
    for place in range(5):
        book.of([Track(track.row, track.offset, ((float(place), place + 0.5),)) for track in tracks], 0, 20, 100)
    assert len(book._known) == 2


async def test_a_call_without_sound_is_empty(tmp_path: Path) -> None:
    with StereoSound([], tmp_path, Vault()) as sound:
        assert (sound.seconds, sound.size, len(sound.read(0, 100))) == (0.0, HEADER, HEADER)


async def test_a_file_that_is_gone_is_an_error_that_leaves_nothing_open(database: Database, tmp_path: Path) -> None:
    room = KeepingRoom(database, tmp_path)
    tracks = await call_of(database, room)
    (room.folder / FILES[1]).unlink()
    sound = StereoSound(tracks, room.folder, room.vault)
    with pytest.raises(FileNotFoundError):
        sound.__enter__()  # a file left open would be a warning, and warnings are errors
