from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.core.errors import TelephonyError
from ivr.softphones.listening import find_all, find_sound
from ivr.softphones.sounds import Sound, compose, read_wav, write_mulaw, write_padded, write_wav

from .noise import noise


def decode_mulaw(data: bytes) -> np.ndarray:
    """ITU-T G.711, table 2a, as the usual formula."""
    code = ~np.frombuffer(data, np.uint8).astype(np.int32) & 0xFF
    value = (((code & 0x0F) << 3) + 0x84 << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -value, value)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    sound = noise(1, 0.5)
    write_wav(tmp_path / "a.wav", sound)
    got = read_wav(tmp_path / "a.wav")
    assert got.rate == 8000
    assert np.array_equal(got.samples, sound.samples)


def test_padding_is_silence_that_takes_no_room(tmp_path: Path) -> None:
    sound = noise(1, 0.5)
    path = tmp_path / "a.wav"
    write_padded(path, sound, 60.0)
    got = read_wav(path)
    assert got.duration == pytest.approx(60.5)
    assert np.array_equal(got.samples[:4000], sound.samples)
    assert not got.samples[4000:].any()
    assert path.stat().st_blocks * 512 < 100_000


def test_parts_and_silence_make_one_sound() -> None:
    first, second = noise(1, 0.1), noise(2, 0.2)
    whole = compose([first, 0.5, second, 1.0])
    assert whole.duration == pytest.approx(1.8)
    assert np.array_equal(whole.samples[800:4800], np.zeros(4000, np.int16))
    assert np.array_equal(whole.samples[4800:6400], second.samples)


def test_parts_of_another_rate_are_refused() -> None:
    with pytest.raises(TelephonyError, match="16000 Hz among parts of 8000 Hz"):
        compose([Sound(np.zeros(10, np.int16), 16000)])


@pytest.mark.parametrize(("channels", "width"), [(2, 2), (1, 1)])
def test_other_formats_are_refused_with_a_cure(tmp_path: Path, channels: int, width: int) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as target:
        target.setnchannels(channels)
        target.setsampwidth(width)
        target.setframerate(8000)
        target.writeframes(bytes(800))
    with pytest.raises(TelephonyError, match="16-bit mono PCM"):
        read_wav(path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all, by no means"])
def test_what_is_no_wav_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(TelephonyError, match="not a readable WAV file"):
        read_wav(tmp_path / "a.wav")


def test_mulaw_is_g711(tmp_path: Path) -> None:
    samples = np.arange(-32768, 32768, 7, dtype=np.int16)
    write_mulaw(tmp_path / "a.ul", Sound(samples, 8000))
    decoded = decode_mulaw((tmp_path / "a.ul").read_bytes())
    clipped = np.clip(samples.astype(np.int32), -32635, 32635)
    # Half a step: each segment of biased values from 2**(7+e) on has 16 steps.
    assert np.all(np.abs(decoded - clipped) <= (np.abs(clipped) + 132) / 32)
    write_mulaw(tmp_path / "zero.ul", Sound(np.zeros(3, np.int16), 8000))
    assert (tmp_path / "zero.ul").read_bytes() == b"\xff\xff\xff"


def test_mulaw_of_another_rate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TelephonyError, match="mu-law of 16000 Hz"):
        write_mulaw(tmp_path / "a.ul", Sound(np.zeros(10, np.int16), 16000))


def test_a_sound_is_found_where_it_is() -> None:
    said = noise(1, 1.0)
    recording = compose([noise(2, 0.7), 0.3, said, 2.0])
    match = find_sound(said, recording)
    assert match.offset == pytest.approx(1.0)
    assert match.correlation == pytest.approx(1.0, abs=1e-6)


def test_loudness_does_not_matter_and_other_talk_lowers_the_likeness() -> None:
    said = noise(1, 1.0)
    quiet = Sound((said.samples // 10).astype(np.int16), 8000)
    assert find_sound(said, compose([0.5, quiet])).correlation > 0.99
    mixed = Sound((compose([0.5, said]).samples // 2 + noise(3, 1.5).samples // 2).astype(np.int16), 8000)
    found = find_sound(said, mixed)
    assert found.offset == pytest.approx(0.5)
    assert 0.5 < found.correlation < 0.9


def test_what_was_not_said_is_not_found() -> None:
    assert find_sound(noise(1, 1.0), noise(2, 5.0)).correlation < 0.1
    assert find_sound(noise(1, 1.0), compose([5.0])).correlation == 0.0
    assert find_sound(noise(1, 1.0), noise(1, 0.5)).correlation == 0.0
    assert find_all(noise(1, 1.0), noise(2, 5.0)) == []


def test_every_occurrence_is_found_in_order() -> None:
    said = noise(1, 0.5)
    found = find_all(said, compose([0.2, said, 1.0, said, noise(2, 1.0), said]))
    assert [match.offset for match in found] == pytest.approx([0.2, 1.7, 3.2])
    assert len(find_all(said, compose([said, said, said]), limit=2)) == 2


def test_looking_for_silence_is_refused() -> None:
    with pytest.raises(TelephonyError, match="empty or silent"):
        find_sound(compose([1.0]), noise(1, 2.0))


def test_rates_must_agree() -> None:
    with pytest.raises(TelephonyError, match="cannot compare"):
        find_sound(noise(1, 0.1), Sound(noise(1, 1.0).samples, 16000))
