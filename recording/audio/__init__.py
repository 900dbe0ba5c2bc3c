"""One party's sound: reading, measuring, cleaning and preparing it for the recogniser."""

from __future__ import annotations

from recording.audio.denoise import subtract_noise
from recording.audio.fold import fold
from recording.audio.level import snr_db
from recording.audio.peaks import peaks
from recording.audio.speech import speech_segments
from recording.audio.wav import Sound, read_wav

__all__ = ["Sound", "fold", "peaks", "read_wav", "snr_db", "speech_segments", "subtract_noise"]
