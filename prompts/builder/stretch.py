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
    energy = np.concatenate([[0.0], np.cumsum(padded**2)])
    levels = np.sqrt(np.maximum(energy[size:] - energy[:-size], 1e-9))  # of the window that begins at each sample
    out = np.zeros(total + 2 * size + half)
    before = reach  # where the last window began
    for place in range(0, total + half, half):
        ideal = reach + min(round(place * speed), len(sound))
        start = ideal
        if place:  # where, within reach, the sound is most like what followed the last window
            near = slice(ideal - reach, ideal + reach + 1)
            wanted = padded[before + half : before + half + size]
            alike = np.correlate(padded[near.start : near.stop + size - 1], wanted, "valid")
            start = near.start + int((alike / levels[near]).argmax())
        out[place : place + size] += padded[start : start + size] * window
        before = start
    return out[half : half + total].astype(np.float32)


__all__ = ["slow_down"]
