"""Filling the upper band a telephone line leaves empty.

Recognisers trained on wideband speech mishear 8 kHz sound that was merely resampled: the band above
4 kHz, which they expect to hold fricatives, is empty. Folding fills it with the mirrored lower band.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recording.audio.wav import Samples, quantise

TAPS = 63
MIRROR_GAIN = 0.4


@lru_cache(maxsize=1)
def _kernel() -> NDArray[np.float32]:
    """Low-pass at 4 kHz plus ``MIRROR_GAIN`` times its high-pass complement, for 16 kHz, linear phase."""
    n = np.arange(TAPS) - TAPS // 2
    low = np.sinc(n / 2) * np.hamming(TAPS)
    low /= low.sum()
    high = -low
    high[TAPS // 2] += 1.0
    kernel: NDArray[np.float32] = (2 * (low + MIRROR_GAIN * high)).astype(np.float32)
    return kernel


def fold(samples: Samples) -> Samples:
    """8 kHz sound as 16 kHz sound with the upper band filled.

    Stuffing zeros between samples mirrors the spectrum at 4 kHz; the kernel keeps the lower band at
    unity gain and the mirror image at ``MIRROR_GAIN``.

    Args:
        samples: int16, shape (n,), 8000 Hz.

    Returns:
        int16, shape (2n,), 16000 Hz.
    """
    if not len(samples):
        return np.zeros(0, np.int16)
    stuffed = np.zeros(2 * len(samples), np.float32)
    stuffed[::2] = samples
    full = np.convolve(stuffed, _kernel())
    return quantise(full[TAPS // 2 : TAPS // 2 + len(stuffed)])
