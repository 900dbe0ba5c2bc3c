"""What a studio recorded: what is read, and what is refused before it fills the memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ivr.core.errors import SetupError
from prompts import studio
from prompts.studio import read_sound

RATE = 8000


def tone(seconds: float, channels: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def test_channels_are_mixed(tmp_path: Path) -> None:
    path = tmp_path / "two.flac"
    soundfile.write(path, tone(1, 2), RATE)
    sound, rate = read_sound(path)
    assert (sound.shape, rate) == ((RATE,), RATE)
    assert np.abs(sound).max() == pytest.approx(0.3, abs=0.01)


def test_a_small_file_of_many_samples_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "eight.flac"
    soundfile.write(path, np.zeros((10 * RATE, 8), np.float32), RATE)
    assert path.stat().st_size < 100_000
    monkeypatch.setattr(studio, "MOST_SAMPLES", 8 * 10 * RATE - 1)
    with pytest.raises(SetupError, match="more than 639999 samples"):
        read_sound(path)
    monkeypatch.setattr(studio, "MOST_SAMPLES", 8 * 10 * RATE)
    with pytest.raises(SetupError, match="it is silent"):
        read_sound(path)
