"""Sounds that are no speech: beeps, and our own music on hold."""

from __future__ import annotations

import numpy as np

from prompts.catalogue import Tone
from prompts.measure import Floats

BEEP_LEVEL = -14.0  # dBFS, RMS
MUSIC_LEVEL = -24.0  # dBFS, RMS
_RAMP = 0.008

# Eight bars of 2.5 s. MIDI notes, chosen to lie in the telephone band (300 to 3400 Hz, fundamentals from C4).
_BAR = 2.5
_CHORDS = (
    (60, 64, 67, 71), (69, 72, 76, 67), (65, 69, 72, 76), (67, 71, 74, 65),
    (64, 67, 71, 74), (69, 72, 76, 64), (62, 65, 69, 72), (67, 71, 74, 77),
)  # fmt: skip
_MELODY = (79, 76, 77, 74, 71, 72, 77, 74)
_PATTERN = (0, 1, 2, 3, 2, 1)


def tone(pieces: Tone, rate: int, *, level: float = BEEP_LEVEL) -> Floats:
    """A tone of (hertz, seconds) pieces, hertz 0 for silence; each piece at ``level`` dBFS RMS, without clicks."""
    out: list[Floats] = []
    amplitude = 10 ** (level / 20) * np.sqrt(2)
    for hertz, seconds in pieces:
        count = round(seconds * rate)
        wave = amplitude * np.sin(2 * np.pi * hertz * np.arange(count) / rate)
        ramp = np.minimum(1.0, np.arange(count) / (_RAMP * rate))
        out.append((wave * ramp * ramp[::-1]).astype(np.float32))
    return np.concatenate(out) if out else np.zeros(0, np.float32)


def _pluck(note: int, seconds: float, rate: int, *, decay: float) -> Floats:
    """A soft struck tone: the fundamental and two partials that fade faster."""
    hertz = 440 * 2 ** ((note - 69) / 12)
    at = np.arange(round(seconds * rate)) / rate
    sound = np.zeros(len(at))
    for partial, strength in ((1, 1.0), (2, 0.32), (3, 0.1)):
        if hertz * partial < 3400:
            sound += strength * np.sin(2 * np.pi * hertz * partial * at) * np.exp(-at * partial / decay)
    attack = np.minimum(1.0, at / 0.012)
    fade = np.minimum(1.0, (seconds - at) / 0.05)
    return (sound * attack * fade).astype(np.float32)


def music(rate: int, *, level: float = MUSIC_LEVEL) -> Floats:
    """A calm 20 s loop: broken chords and a slow melody, tails running over the seam; ``level`` dBFS RMS."""
    total = round(_BAR * len(_CHORDS) * rate)
    out = np.zeros(total, np.float32)

    def add(sound: Floats, seconds: float, strength: float) -> None:
        start = round(seconds * rate)
        np.add.at(out, (start + np.arange(len(sound))) % total, sound * strength)

    step = _BAR / len(_PATTERN)
    for bar, chord in enumerate(_CHORDS):
        for place, voice in enumerate(_PATTERN):
            add(_pluck(chord[voice], 2.0, rate, decay=0.7), bar * _BAR + place * step, 0.55)
        add(_pluck(chord[0], 3.0, rate, decay=1.6), bar * _BAR, 0.5)
        add(_pluck(_MELODY[bar], 3.2, rate, decay=1.1), bar * _BAR + step, 0.6)
    return np.asarray(out * (10 ** (level / 20) / np.sqrt(np.mean(out.astype(np.float64) ** 2))), dtype=np.float32)


__all__ = ["music", "tone"]
