"""Spectral subtraction of steady noise (Boll 1979, on power spectra with a floor)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recording.audio.wav import Samples, quantise

WINDOW_S = 0.032
OVERLAP = 4
NOISE_PERCENTILE = 20.0
NOISE_BIAS = 1.8  # a low percentile lies below the mean of the noise
OVERSUBTRACTION = 1.3
FLOOR = 0.03  # of the power that is always left: less warbling
BLOCK_FRAMES = 4096  # bounds the memory for long calls


def subtract_noise(samples: Samples, rate: int) -> Samples:
    """The sound with its steady noise taken down.

    The noise is the ``NOISE_PERCENTILE`` of each frequency's power over the frames that are not digital
    silence.

    Args:
        samples: int16, shape (n,).
        rate: Hz.

    Returns:
        int16, shape (n,).
    """
    size = round(WINDOW_S * rate)
    hop = size // OVERLAP
    if len(samples) < 2 * size:
        return samples.copy()
    window = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
    padded = np.concatenate([np.zeros(size, np.float32), samples.astype(np.float32), np.zeros(2 * size, np.float32)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    noise = _noise(frames, window)
    if noise is None:
        return samples.copy()
    out = np.zeros(len(frames) * hop + size, np.float32)
    for first in range(0, len(frames), BLOCK_FRAMES):
        spectra = np.fft.rfft(frames[first : first + BLOCK_FRAMES] * window, axis=1)
        power = spectra.real**2 + spectra.imag**2
        gain = np.sqrt(np.maximum(1 - OVERSUBTRACTION * noise / (power + 1e-9), FLOOR))
        pieces = np.fft.irfft(spectra * gain, size, axis=1).astype(np.float32) * window
        for offset, piece in enumerate(pieces):
            at = (first + offset) * hop
            out[at : at + size] += piece
    out /= OVERLAP / 2  # the sum of the squared windows over one hop
    return quantise(out[size : size + len(samples)])


def _noise(frames: NDArray[np.float32], window: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """Power of the noise per frequency, or None when every frame is digital silence."""
    step = max(1, len(frames) // BLOCK_FRAMES)
    chosen = frames[::step]
    chosen = chosen[np.abs(chosen).max(axis=1) > 0]
    if not len(chosen):
        return None
    spectra = np.fft.rfft(chosen * window, axis=1)
    power = spectra.real**2 + spectra.imag**2
    noise: NDArray[np.float32] = (np.percentile(power, NOISE_PERCENTILE, axis=0) * NOISE_BIAS).astype(np.float32)
    return noise
