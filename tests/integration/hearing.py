"""Whether a sound of noise is heard in a file, though the machine is loaded."""

from __future__ import annotations

from pathlib import Path

from ivr.softphones.listening import Match, find_sound
from ivr.softphones.sounds import Sound, read_wav

# Correlation of a part of a sound with a recording that holds it (0.99), and with one that does not (0.15).
FOUND, ABSENT = 0.8, 0.3
# The same of parts of a prompt: with one that holds it 1.0, with one that holds others of the same voice 0.28 to 0.51.
SPOKEN, OTHERS = 0.75, 0.65
WORDS = 0.8  # seconds
PART = 0.2  # seconds: a phone on a loaded machine slips within a sound now and then, the parts between stay whole


def hears(file: Path, sound: Path) -> bool:
    """Whether a part of the sound is heard; neither a clear yes nor a clear no fails the test."""
    return _clearly(file, sound, PART, FOUND, ABSENT)


def hears_prompt(file: Path, words: Path) -> bool:
    """Whether a prompt is heard, and not another one of the same voice; its parts are as long as a few words."""
    return _clearly(file, words, WORDS, SPOKEN, OTHERS)


def _clearly(file: Path, sound: Path, seconds: float, found: float, absent: float) -> bool:
    correlation = best_part(sound, file, seconds).correlation
    assert correlation > found or correlation < absent, f"{sound.stem} in {file.name}: {correlation:.2f}"
    return correlation > found


def best_part(sound: Path, file: Path, seconds: float = PART) -> Match:
    """Where the sound begins (seconds), by the part of it, that long, that is heard best.

    Raises:
        TelephonyError: as :func:`ivr.softphones.listening.find_sound`.
    """
    recording = read_wav(file)
    found = []
    for at, part in parts(sound, seconds):
        match = find_sound(part, recording)
        found.append(Match(match.offset - at, match.correlation))
    return max(found, key=lambda match: match.correlation)


def parts(file: Path, seconds: float) -> list[tuple[float, Sound]]:
    """A sound in parts of that length, what is left over at its end apart; each with where it begins, in seconds."""
    whole = read_wav(file)
    size = int(seconds * whole.rate)
    begins = range(0, len(whole.samples) - size + 1, size)
    return [(at / whole.rate, Sound(whole.samples[at : at + size], whole.rate)) for at in begins]
