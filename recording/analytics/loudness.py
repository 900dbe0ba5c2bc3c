"""How loud a voice is, over the whole of its speech (norm E3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recording.analytics.features import Span
from recording.audio.wav import Sound

LONGEST_S = 4.0  # a longer span of speech is measured in pieces
SHORTEST_S = 0.5  # a shorter one is not measured
FRAME_S = 0.02
GATE_DB = 10.0  # frames this far below the stretch's mean are pauses, not voice (as the gate of ITU-R BS.1770)
FULL_SCALE = 32768.0
CLIPPED = 0.98  # of full scale; mu-law's largest value is 32124


@dataclass(frozen=True, slots=True)
class Stretch:
    """A few seconds of speech.

    Args:
        start: seconds from the file's first frame.
        end: seconds from the file's first frame.
        level_db: mean level of its voiced frames, dBFS.
        clipped: share of its samples at full scale, 0..1.
    """

    start: float
    end: float
    level_db: float
    clipped: float


def levels(sound: Sound, speech: Sequence[Span]) -> list[Stretch]:
    """The speech in stretches of 0.5 to 4 s, each with its level.

    Args:
        sound: mono.
        speech: spans in seconds.
    """
    found: list[Stretch] = []
    size = round(FRAME_S * sound.rate)
    for start, end in speech:
        count = max(1, int(np.ceil((end - start) / LONGEST_S)))
        for index in range(count):
            first, last = start + (end - start) * index / count, start + (end - start) * (index + 1) / count
            samples = sound.samples[round(first * sound.rate) : round(last * sound.rate)]
            frames = len(samples) // size
            if last - first < SHORTEST_S or not frames:
                continue
            power = (samples[: frames * size].astype(np.float64).reshape(frames, size) ** 2).mean(axis=1)
            mean = float(power.mean())
            if mean <= 0:
                continue
            voiced = power[power >= mean * 10 ** (-GATE_DB / 10)]
            level = 10 * np.log10(float(voiced.mean()) / FULL_SCALE**2)
            clipped = float((np.abs(samples.astype(np.int32)) >= CLIPPED * FULL_SCALE).mean())
            found.append(Stretch(round(first, 3), round(last, 3), round(float(level), 1), round(clipped, 5)))
    return found
