"""Speech said more slowly at the same pitch: waveform similarity overlap-add.

W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high quality time-scale
modification of speech", ICASSP 1993.
"""

from __future__ import annotations

import numpy as np

from ivr.core.errors import UsageError
from prompts.measure import Floats

FRAME = 0.03  # seconds of a window: two periods of a low voice
REACH = 0.008  # seconds a window may move, either way, to where it continues the one before
SLOWEST = 0.5


def slow_down(sound: Floats, rate: int, speed: float) -> Floats:
    """The sound at ``speed`` times its own (0.5 to 1), as long as its length over ``speed``.

    Args:
        sound: float32, shape (samples,).
        rate: Hz.

    Raises:
        UsageError: for another speed.
    """
    if not SLOWEST <= speed <= 1:
        raise UsageError(f"speed {speed}", cure=f"between {SLOWEST} and 1")
    half = round(rate * FRAME / 2)
    size, reach = 2 * half, round(rate * REACH)
    total = round(len(sound) / speed)
    if speed == 1 or len(sound) < 2 * size:
        return sound
    window = np.hanning(size + 1)[:-1]
    # Room on both sides, so that the first and last windows are whole.
    padded = np.pad(sound.astype(np.float64), (half + reach, size + half + 2 * reach))
    out = np.zeros(total + 2 * size + half)
    before = reach  # where the last window began
    for place in range(0, total + half, half):
        ideal = reach + min(round(place * speed), len(sound))
        start = ideal if not place else _best(padded, ideal, reach, padded[before + half : before + half + size])
        out[place : place + size] += padded[start : start + size] * window
        before = start
    return out[half : half + total].astype(np.float32)


def _best(sound: np.ndarray, ideal: int, reach: int, wanted: np.ndarray) -> int:
    """Where, within ``reach`` of ``ideal``, the sound is most like ``wanted``."""
    region = sound[ideal - reach : ideal + reach + len(wanted)]
    alike = np.correlate(region, wanted, "valid")
    energy = np.concatenate([[0.0], np.cumsum(region**2)])
    loudness = np.sqrt(np.maximum(energy[len(wanted) :] - energy[: -len(wanted)], 1e-9))
    return ideal - reach + int(np.argmax(alike / loudness))


__all__ = ["slow_down"]
