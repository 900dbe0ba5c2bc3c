"""Sounds that resemble nothing but themselves."""

from __future__ import annotations

import numpy as np

from ivr.softphones.sounds import Sound


def noise(seed: int, seconds: float) -> Sound:
    """Noise of telephone bandwidth (300-3300 Hz) that swells like syllables, 8,000 Hz; the same for the same seed."""
    count = round(seconds * 8000)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / 8000)
    spectrum[(frequency < 300) | (frequency > 3300)] = 0
    wave = np.fft.irfft(spectrum, count) * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(count) / 8000))
    return Sound((wave / np.abs(wave).max() * 20000).astype(np.int16), 8000)
