"""The numbers a verdict rests on, in one place and versioned: change one, change the version."""

from __future__ import annotations

from dataclasses import dataclass

from recording.rulebooks.test import ACCEPT


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Scores are 0..100 (``recording.matching``)."""

    version: str = "1"
    accept: float = ACCEPT  # the free decode alone is evidence
    support: float = 45.0  # enough when the grammar pass heard every word of the phrase at that place
    near: float = 65.0  # without the grammar pass: too like the phrase to say it was not said
    most_lost: float = 0.4  # share of the phrase in words not heard at all; more is another phrase's common ending
    accuse: float = 70.0  # a forbidden phrase is taken as said with the grammar pass from here
    sure: float = 85.0  # and without it from here; the same for any phrase in noise
    snr_floor_db: float = 12.0  # below it the absence of a phrase proves nothing
    shortest_speech: float = 0.5  # seconds, padding of the speech spans included; less is no speech
    fewest_words: float = 0.4  # words per second of speech; fewer and the recogniser understood nothing
    slack: float = 1.0  # seconds a window is widened on both sides
    overlap: float = 0.5  # seconds by which a grammar hit may miss the place found in the free decode
    pause: float = 1.5  # seconds; a phrase does not go on across a longer pause


THRESHOLDS = Thresholds()
