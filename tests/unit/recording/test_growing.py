"""Files that Asterisk still writes, read as far as they go, and two of them as one stereo stream in step."""

from __future__ import annotations

import struct
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from recording.audio.growing import GrowingSound, Together, stream_header
from recording.audio.wav import Samples
from recording.errors import SoundError

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BLOCK = 32 * 1024  # bytes at once, as Asterisk writes


class Written:
    """A recording as Asterisk writes it: in blocks, and the sizes into the header at its end."""

    def __init__(self, path: Path, rate: int = 8000) -> None:
        self.path = path
        head = stream_header(rate, 1)
        self._bytes = head[:4] + bytes(4) + head[8:40] + bytes(4)
        self._kept = 0
        path.touch()

    def say(self, samples: Samples) -> None:
        self._bytes += samples.astype("<i2").tobytes()
        whole = len(self._bytes) // BLOCK * BLOCK
        with self.path.open("ab") as file:
            file.write(self._bytes[self._kept : whole])
        self._kept = whole

    def close(self) -> None:
        with self.path.open("ab") as file:
            file.write(self._bytes[self._kept :])
        with self.path.open("r+b") as file:
            for at, size in ((4, len(self._bytes) - 8), (40, len(self._bytes) - 44)):
                file.seek(at)
                file.write(struct.pack("<I", size))


def words(seed: int, seconds: float, rate: int = 8000) -> Samples:
    """Samples that are never 0, so that silence can be told from them."""
    found = np.random.default_rng(seed).integers(1, 30000, round(seconds * rate))
    return found.astype(np.int16)


def sides(data: bytes) -> tuple[Samples, Samples]:
    both = np.frombuffer(data, dtype="<i2").reshape(-1, 2)
    return both[:, 0].astype(np.int16), both[:, 1].astype(np.int16)


def test_a_file_is_read_as_far_as_it_goes_and_said_to_be_closed(tmp_path: Path) -> None:
    file, sound = Written(tmp_path / "a.wav"), GrowingSound(tmp_path / "a.wav")
    said = words(1, 5.0)
    GrowingSound(tmp_path / "none.wav").look()
    file.say(said[:100])
    sound.look()
    assert (sound.frames, sound.rate, sound.closed) == (0, 0, False)
    file.say(said[100:])
    sound.look()
    assert (sound.rate, sound.closed) == (8000, False)
    assert sound.frames == (2 * BLOCK - 44) // 2
    assert np.array_equal(sound.between(8000, 9000), said[8000:9000])
    file.close()
    sound.look()
    assert sound.closed
    assert np.array_equal(sound.between(0, 41000), np.concatenate([said, np.zeros(1000, np.int16)]))
    with wave.open(str(file.path)) as whole:
        assert whole.getnframes() == 40000


def test_two_sides_come_in_step_however_unevenly_they_are_written(tmp_path: Path) -> None:
    caller, agent = Written(tmp_path / "c.wav"), Written(tmp_path / "a.wav")
    said, told = words(2, 12.0), words(3, 7.0)
    caller.say(said[: 8000 * 6])
    together = Together([(caller.path, START), (agent.path, START + timedelta(seconds=3))])
    assert together.look()
    agent.say(told[: 8000 * 3])
    together.look()
    parts = [together.take()]
    assert parts[0]
    begun = together.at
    assert begun is not None
    for second in range(6, 10):
        caller.say(said[8000 * second : 8000 * (second + 1)])
        agent.say(told[8000 * (second - 3) : 8000 * (second - 2)])
        together.look()
        parts.append(together.take())
    agent.close()
    caller.say(said[80000:])
    for _ in range(3):
        together.look()
        parts.append(together.take())
    assert together.done
    left, right = sides(b"".join(parts))
    end = 8000 * 10  # when the agent's file was closed
    first = end - len(left)
    assert 0 <= first < 8000 * 6
    assert np.array_equal(left, said[first:end])
    assert np.array_equal(right, told[first - 24000 : end - 24000] if first >= 24000 else right)
    assert np.array_equal(right[max(0, 24000 - first) :], told[max(0, first - 24000) :])


def test_it_begins_with_the_newest_seconds(tmp_path: Path) -> None:
    caller, agent = Written(tmp_path / "c.wav"), Written(tmp_path / "a.wav")
    said, told = words(4, 30.0), words(5, 30.0)
    caller.say(said)
    agent.say(told)
    together = Together([(caller.path, START), (agent.path, START)])
    together.look()
    left, right = sides(together.take())
    assert len(left) == 20000
    assert together.at is not None
    assert np.array_equal(left, said[together.at - 20000 : together.at])
    assert np.array_equal(right, told[together.at - 20000 : together.at])
    assert together.take() == b""


def test_a_side_that_says_nothing_holds_the_other_up_for_a_while_only(tmp_path: Path) -> None:
    caller, agent = Written(tmp_path / "c.wav"), Written(tmp_path / "a.wav")
    told = words(6, 12.0)
    together = Together([(caller.path, START), (agent.path, START)])
    agent.say(told[:20000])
    together.look()
    assert together.take() == b""
    agent.say(told[20000:])
    together.look()
    left, right = sides(together.take())
    assert len(left) and not left.any()
    assert right.all()
    whole, _ = sides(together.take(rest=True))
    assert not whole.any()


def test_an_agent_whose_caller_is_not_recorded_is_heard_alone(tmp_path: Path) -> None:
    agent = Written(tmp_path / "a.wav")
    told = words(7, 3.0)
    agent.say(told)
    agent.close()
    together = Together([(None, START), (agent.path, START)])
    together.look()
    left, right = sides(together.take())
    assert not left.any()
    assert np.array_equal(right, told[4000:])
    assert together.done
    assert together.begun == START


@pytest.mark.parametrize("content", [b"not a sound file at all, but longer than a header", stream_header(8000, 2)])
def test_what_is_no_recording_of_one_party_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(SoundError, match="while it grows"):
        GrowingSound(tmp_path / "a.wav").look()


def test_sides_of_different_rates_are_refused(tmp_path: Path) -> None:
    caller, agent = Written(tmp_path / "c.wav"), Written(tmp_path / "a.wav", 16000)
    for one in (caller, agent):
        one.say(words(8, 5.0))
    with pytest.raises(SoundError, match="different rates"):
        Together([(caller.path, START), (agent.path, START)]).look()
