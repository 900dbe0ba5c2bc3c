"""Recordings, what was heard in them, and what was measured. Times are seconds from the start of the call."""

from __future__ import annotations

from dataclasses import dataclass

from recording.analytics.features import CallFeatures

Wave = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a file without its party's sound.

    Args:
        cause: ``paused`` or ``no media``.
        start, end: None where only the length is known.
        lost_s: seconds that are missing, where that is all that is known.
    """

    cause: str
    start: float | None = None
    end: float | None = None
    lost_s: float | None = None


@dataclass(frozen=True, slots=True)
class SoundStory:
    """What was measured in one agent's talk.

    Args:
        agent: id of the agent.
        health, caller_health: how far the recognition can be believed, 0..100; None without enough speech.
        floor: below it nothing that rests on words is judged by the machine.
        features: times in seconds of the call.
    """

    agent: str
    health: float | None
    caller_health: float | None
    floor: float
    features: CallFeatures


@dataclass(frozen=True, slots=True)
class Track:
    """One party's recording.

    Args:
        role: caller, agent or voicemail.
        offset: when its first frame was.
        duration: seconds of sound.
        wave: lowest and highest sample of equal stretches, -1..1; empty when not read.
        speech: when the party spoke.
        gaps: where the file is without its party's sound.
        note: how the file came to differ from what was recorded.
        model, pipeline: what transcribed it; "" if nothing did.
    """

    id: int
    role: str
    agent: str
    file: str
    state: str
    offset: float
    duration: float
    gap_cause: str = ""
    sha256: str = ""
    wave: Wave = ()
    speech: tuple[tuple[float, float], ...] = ()
    snr_db: float | None = None
    model: str = ""
    pipeline: str = ""
    gaps: tuple[Gap, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the model heard it; ``conf`` 0..1."""

    text: str
    start: float
    end: float
    conf: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one party said without a longer pause; ``speaker`` is caller, agent or voicemail."""

    speaker: str
    agent: str
    start: float
    end: float
    text: str
    words: tuple[Word, ...]
