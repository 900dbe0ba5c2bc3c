"""Slower speech: as long as asked, at the same pitch, as loud."""

from __future__ import annotations

import numpy as np
import pytest

from ivr.core.errors import UsageError
from prompts.builder.stretch import slow_down
from prompts.measure import Floats, speech_loudness


def voice(rate: int, seconds: float = 1.5, hertz: float = 150) -> Floats:
    """A hum with overtones that swells four times a second."""
    at = np.arange(round(seconds * rate)) / rate
    tone = sum(np.sin(2 * np.pi * hertz * n * at) / n for n in range(1, 6))
    return (0.1 * tone * (1.2 + np.sin(2 * np.pi * 4 * at))).astype(np.float32)


@pytest.mark.parametrize("rate", [8000, 16_000])
@pytest.mark.parametrize("speed", [0.5, 0.7, 0.85, 0.99])
def test_longer_at_the_same_pitch_and_as_loud(rate: int, speed: float) -> None:
    sound = voice(rate)
    slow = slow_down(sound, rate, speed)
    assert len(slow) == round(len(sound) / speed)
    assert slow.dtype == np.float32
    spectrum = np.abs(np.fft.rfft(slow))
    assert spectrum.argmax() * rate / len(slow) == pytest.approx(150, abs=5)
    assert speech_loudness(slow, rate) == pytest.approx(speech_loudness(sound, rate), abs=1.0)
    # Windows that did not fit their neighbours would cancel each other: the envelope keeps its four swells a second.
    envelope = np.abs(slow)[: len(slow) // 20 * 20].reshape(-1, 20).max(axis=1)
    beat = np.abs(np.fft.rfft(envelope - envelope.mean()))
    assert beat[: len(beat) // 4].argmax() * rate / 20 / len(envelope) == pytest.approx(4 * speed, abs=0.6)


def test_its_own_speed_and_what_is_too_short_stay_as_they_are() -> None:
    sound = voice(8000)
    assert slow_down(sound, 8000, 1.0) is sound
    assert len(slow_down(sound[:200], 8000, 0.5)) == 200
    assert not slow_down(np.zeros(4000, np.float32), 8000, 0.8).any()


@pytest.mark.parametrize("speed", [0.3, 1.2, 0.0, -1, float("nan")])
def test_other_speeds_are_refused(speed: float) -> None:
    with pytest.raises(UsageError):
        slow_down(voice(8000), 8000, speed)
