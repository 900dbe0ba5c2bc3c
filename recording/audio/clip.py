"""A stretch of a sound as a file of its own, to be listened to."""

from __future__ import annotations

import warnings
from pathlib import Path

from recording.audio.wav import Sound

FADE_S = 0.02  # at both ends, so that a cut in the middle of a word does not click


def write_clip(sound: Sound, start: float, end: float, path: Path) -> float:
    """Write the stretch from ``start`` to ``end`` (seconds, cut to the sound) as a WAV; returns its seconds.

    Raises:
        OSError: if it cannot be written.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing ffmpeg, which WAV does not need
        from pydub import AudioSegment

    first = max(0, round(start * sound.rate))
    samples = sound.samples[first : max(first, round(end * sound.rate))]
    cut = AudioSegment(samples.astype("<i2").tobytes(), sample_width=2, frame_rate=sound.rate, channels=1)
    fade = round(1000 * min(FADE_S, len(samples) / sound.rate / 2))
    if fade:
        cut = cut.fade_in(fade).fade_out(fade)
    cut.export(str(path), format="wav").close()
    return len(samples) / sound.rate
