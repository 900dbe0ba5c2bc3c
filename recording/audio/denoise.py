"""Taking steady noise down before recognition (log-spectral amplitude estimator, Ephraim and Malah 1985).

The a-priori SNR of each frequency follows the decision-directed rule of the same authors (1984). Compared with
plain spectral subtraction it leaves no musical tones, which a recogniser takes for speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recording.audio.wav import Samples, quantise

WINDOW_S = 0.032
OVERLAP = 4
NOISE_PERCENTILE = 20.0
NOISE_BIAS = 1.8  # a low percentile lies below the mean; speech that fills the pauses raises it
LOWEST_PRIOR = 0.003  # a-priori SNR
HIGHEST = 1e4  # a-posteriori SNR
MOST_FRAMES = 4096  # from which the noise is estimated

Power = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Strength:
    """How noise is taken down.

    Args:
        memory: weight of the frame before in the a-priori SNR, per frame of 8 ms.
        floor: least gain of a frequency, 0..1.
    """

    memory: float
    floor: float


GENTLE = Strength(memory=0.95, floor=0.2)  # best at 10 dB and above
FIRM = Strength(memory=0.98, floor=0.1)  # best at 5 dB


def noise_power(samples: Samples, rate: int) -> Power | None:
    """Mean power of the noise per frequency.

    It is taken from the ``NOISE_PERCENTILE`` of each frequency's power over the frames that are not digital silence.

    Args:
        samples: int16, shape (n,); all of the file, pauses too.
        rate: Hz.

    Returns:
        shape (window // 2 + 1,); None when there is too little sound, or nothing but digital silence.
    """
    size = round(WINDOW_S * rate)
    if len(samples) < 2 * size:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[:: size // OVERLAP]
    chosen = frames[:: max(1, len(frames) // MOST_FRAMES)].astype(np.float32)
    chosen = chosen[np.abs(chosen).max(axis=1) > 0]
    if not len(chosen):
        return None
    power = np.abs(np.fft.rfft(chosen * _window(size), axis=1)) ** 2
    noise: Power = (np.percentile(power, NOISE_PERCENTILE, axis=0) * NOISE_BIAS).astype(np.float32)
    return noise


def reduce_noise(samples: Samples, rate: int, noise: Power | None, strength: Strength = GENTLE) -> Samples:
    """The sound with steady noise taken down.

    Args:
        samples: int16, shape (n,); a stretch of speech.
        rate: Hz.
        noise: as ``noise_power`` gives it; None leaves the sound as it is.
        strength: how much.

    Returns:
        int16, shape (n,).
    """
    size = round(WINDOW_S * rate)
    if noise is None or not len(samples):
        return samples.copy()
    hop = size // OVERLAP
    window = _window(size)
    padded = np.concatenate([np.zeros(size, np.float32), samples.astype(np.float32), np.zeros(2 * size, np.float32)])
    spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * window, axis=1)
    gains = _gains(np.abs(spectra) ** 2, noise, strength)
    pieces = np.fft.irfft(spectra * gains, size, axis=1).astype(np.float32) * window
    out = np.zeros((len(pieces) + OVERLAP - 1, hop), np.float32)
    for part in range(OVERLAP):
        out[part : part + len(pieces)] += pieces[:, part * hop : (part + 1) * hop]
    out /= OVERLAP / 2  # the sum of the squared windows over one hop
    return quantise(out.reshape(-1)[size : size + len(samples)])


def _gains(power: NDArray[np.floating], noise: Power, strength: Strength) -> NDArray[np.float32]:
    """Gain per frame and frequency, shape as ``power``."""
    posterior = np.minimum(power / (noise + 1e-9), HIGHEST).astype(np.float32)
    fresh = (1 - strength.memory) * np.maximum(posterior - 1, 0)
    gains = np.empty_like(posterior)
    before: NDArray[np.float32] = np.ones(posterior.shape[1], np.float32)
    for index in range(len(posterior)):
        prior = np.maximum(strength.memory * before + fresh[index], LOWEST_PRIOR)
        wiener = prior / (1 + prior)
        gain = np.minimum(wiener * _half_integral(wiener * posterior[index]), 1.0)
        before = gain * gain * posterior[index]
        gains[index] = gain
    return np.maximum(gains, strength.floor)


def _half_integral(v: NDArray[np.float32]) -> NDArray[np.float32]:
    """exp(E1(v) / 2), looked up."""
    grid, values = _table()
    return np.interp(v, grid, values).astype(np.float32)


@lru_cache(maxsize=1)
def _table() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """exp(E1(v) / 2) for v from 1e-6 to 50 (series and rational form of Abramowitz and Stegun 5.1.53, 5.1.56)."""
    v = np.logspace(-6, np.log10(50), 4000)
    small = (
        -np.log(v)
        - 0.57721566
        + v * (0.99999193 + v * (-0.24991055 + v * (0.05519968 + v * (-0.00976004 + v * 0.00107857))))
    )
    large = np.exp(-v) / v * (v * v + 2.334733 * v + 0.250621) / (v * v + 3.330657 * v + 1.681534)
    return v, np.exp(0.5 * np.where(v < 1, small, large))


@lru_cache(maxsize=4)
def _window(size: int) -> NDArray[np.float32]:
    window: NDArray[np.float32] = np.sqrt(np.hanning(size + 1)[:-1]).astype(np.float32)
    return window
