"""What is decided of one made-up call before its rows are written. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ivr.demo.data.exemplar import Exemplar


def moment(at: float) -> datetime:
    """Seconds since the epoch as a time."""
    return datetime.fromtimestamp(round(at, 6), UTC)


@dataclass(slots=True)
class Rang:
    """One agent's phone ringing."""

    agent: str
    begin: float
    end: float
    result: str


@dataclass(slots=True)
class Stay:
    """One stay in a queue, and the talk it led to.

    Args:
        outcome: answered, abandoned, timeout or key.
        exemplar: the talk; None when there was none.
    """

    queue: str
    joined: float
    position: int
    left: float = 0.0
    outcome: str = ""
    agent: str = ""
    connected: float | None = None
    completed: float | None = None
    ended_by: str = ""
    rings: list[Rang] = field(default_factory=list)
    exemplar: Exemplar | None = None


@dataclass(slots=True)
class Plan:
    """One call.

    Args:
        outcome: as in ``calls``.
        chosen: key of the main menu; "" when the caller left before.
        menu_at: when the main menu began; None when it did not.
        message: (begin, end) of a voicemail.
        answers: of the survey: (question, key or "", asked, answered).
    """

    number: str
    caller: str
    language: str
    started: float
    greeted: float  # language chosen
    holiday: bool = False
    closed: bool = False
    outcome: str = ""
    hung_up_by: str = "caller"
    ended: float = 0.0
    chosen: str = ""
    menu_at: float | None = None
    chosen_at: float | None = None
    stays: list[Stay] = field(default_factory=list)
    message: tuple[float, float] | None = None
    called_back: bool = False
    answers: list[tuple[str, str, float, float | None]] = field(default_factory=list)


__all__ = ["Plan", "Rang", "Stay", "moment"]
