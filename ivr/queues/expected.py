"""How long somebody will have to wait, judged by what the agents have just done (B4, B6).

Expected wait in seconds = position x mean handling time of the last answers / agents at work, where

* position counts from 1 and holds those who wait to be called back;
* handling time is talk and after-call work of the queue's last ``KEPT`` talks, none older than ``WITHIN``;
* agents at work are those logged in, neither paused nor out of reach.

It is the mean of what is to come, if talks go on as they did and nobody gives up: whoever is ahead and gives up
makes it shorter. Without a talk to go by, or without an agent, there is no answer.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

KEPT = 20
WITHIN = timedelta(hours=1)


class Handling:
    """Handling times of a queue's last talks."""

    def __init__(self, kept: int = KEPT, within: timedelta = WITHIN) -> None:
        self._talks: deque[tuple[datetime, float]] = deque(maxlen=kept)
        self._within = within

    def add(self, at: datetime, seconds: float) -> None:
        """A talk ended ``at``; it took ``seconds``, after-call work included."""
        if seconds > 0:
            self._talks.append((at, seconds))

    def mean(self, now: datetime) -> float | None:
        """Mean handling time in seconds; None when there was no talk of late."""
        recent = [seconds for at, seconds in self._talks if now - at <= self._within]
        return sum(recent) / len(recent) if recent else None


def expected_wait(position: int, handling: float | None, agents: int) -> float | None:
    """Seconds until the caller at ``position`` (1 = next) talks; None when that cannot be told.

    Args:
        position: counted from 1.
        handling: mean handling time, seconds.
        agents: at work in this queue.
    """
    if handling is None or agents <= 0 or position <= 0:
        return None
    return position * handling / agents


__all__ = ["KEPT", "WITHIN", "Handling", "expected_wait"]
