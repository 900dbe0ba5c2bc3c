"""When a caller who waits is told something: pure, on the clock of the caller's own waiting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dialplan.model import Queue

FIRST = 1.0
"""Seconds from joining to the first position."""

What = Literal["position", "comfort"]


@dataclass(slots=True)
class Told:
    """What one caller has been told, and what comes next.

    Args:
        position_at, comfort_at: when the next of each is due; None for never.
        turn: which comfort message is next.
        until: end of what is being said.
    """

    position_at: datetime | None
    comfort_at: datetime | None
    turn: int = 0
    until: datetime | None = None

    @classmethod
    def from_joining(cls, joined: datetime, queue: Queue) -> Told:
        """For a caller who has just joined."""
        return cls(
            joined + timedelta(seconds=FIRST) if queue.announce_position else None,
            joined + timedelta(seconds=queue.comfort_every) if queue.comfort else None,
        )

    def due(self, now: datetime) -> What | None:
        """What is to be said now; the position before a comfort message, nothing while something is said."""
        if self.until is not None and now < self.until:
            return None
        if self.position_at is not None and now >= self.position_at:
            return "position"
        if self.comfort_at is not None and now >= self.comfort_at:
            return "comfort"
        return None

    def said(self, what: What, now: datetime, seconds: float, queue: Queue) -> None:
        """Something that takes ``seconds`` is being said."""
        self.until = now + timedelta(seconds=seconds)
        if what == "position":
            self.position_at = now + timedelta(seconds=queue.announce_position) if queue.announce_position else None
        else:
            self.turn += 1
            self.comfort_at = now + timedelta(seconds=queue.comfort_every)


__all__ = ["FIRST", "Told", "What"]
