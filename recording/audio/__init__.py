"""One party's sound: reading, measuring, cleaning and preparing it for the recogniser."""

from __future__ import annotations

from recording.audio.denoise import FIRM, GENTLE, noise_power, reduce_noise
from recording.audio.fold import fold
from recording.audio.level import snr_db
from recording.audio.peaks import peaks
from recording.audio.speech import speech_segments
from recording.audio.wav import Sound, read_wav

__all__ = [
    "FIRM",
    "GENTLE",
    "Sound",
    "fold",
    "noise_power",
    "peaks",
    "read_wav",
    "reduce_noise",
    "snr_db",
    "speech_segments",
]
