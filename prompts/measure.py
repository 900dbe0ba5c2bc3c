"""How loud a sound is, and where its speech begins and ends."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FRAME = 0.02  # seconds
SPEECH = -42.0  # dB below the loudest frame: no speech any more
LOUD = -30.0  # dB below the loudest frame: left out of the loudness
SILENT = 1e-9


def frame_levels(sound: Floats, rate: int) -> Floats:
    """RMS of each 20 ms frame, shape (frames,); a shorter rest counts as a frame."""
    size = max(1, round(rate * FRAME))
    padded = np.pad(sound.astype(np.float64), (0, -len(sound) % size))
    return np.asarray(np.sqrt(np.mean(padded.reshape(-1, size) ** 2, axis=1)), dtype=np.float32)


def speech_loudness(sound: Floats, rate: int) -> float:
    """RMS in dBFS (full scale = 1.0) over the frames less than 30 dB below the loudest; -inf for silence."""
    levels = frame_levels(sound, rate)
    loudest = float(levels.max(initial=0.0))
    if loudest <= SILENT:
        return -math.inf
    loud = levels[levels > loudest * 10 ** (LOUD / 20)].astype(np.float64)
    return 10 * math.log10(float(np.mean(loud**2)))


def speech_span(sound: Floats, rate: int) -> tuple[int, int] | None:
    """First and last-plus-one sample of the speech, to 20 ms; None for silence."""
    levels = frame_levels(sound, rate)
    loudest = float(levels.max(initial=0.0))
    if loudest <= SILENT:
        return None
    speech = np.flatnonzero(levels > loudest * 10 ** (SPEECH / 20))
    size = max(1, round(rate * FRAME))
    return int(speech[0]) * size, min(len(sound), (int(speech[-1]) + 1) * size)


def decibels(amplitude: float) -> float:
    """An amplitude (full scale = 1.0) in dBFS, at least -180."""
    return 20 * math.log10(max(amplitude, SILENT))


__all__ = ["Floats", "decibels", "frame_levels", "speech_loudness", "speech_span"]
