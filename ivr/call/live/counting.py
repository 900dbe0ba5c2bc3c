"""Counts callers answered and lost, from the manager's events, for the service level of today."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from ivr.ami import events as ev
from ivr.core.clock import Clock
from ivr.queues.served import Outcome, Served

SETTLED_AFTER = timedelta(seconds=30)  # who has left a queue and is not joined with an agent by then, is not to be
MOST = 5000  # callers remembered; the oldest are forgotten

Caller = tuple[str, str]
"""A channel's uniqueid and the queue."""


class Counting:
    """Follows each caller from joining to what came of it.

    Asterisk says that a caller has left before it says that an agent has him, so who leaves is counted as lost to a
    key or the longest wait only when nothing else has been heard for a while.
    """

    def __init__(self, served: Served, clock: Clock) -> None:
        self._served = served
        self._clock = clock
        self._joined: OrderedDict[Caller, datetime] = OrderedDict()
        self._left: OrderedDict[Caller, tuple[datetime, datetime | None]] = OrderedDict()

    def tell(self, event: ev.AmiEvent) -> None:
        """Take an event."""
        match event:
            case ev.QueueJoined():
                self._joined[event.uniqueid, event.queue] = event.at
                if len(self._joined) > MOST:
                    self._joined.popitem(last=False)
            case ev.QueueAbandoned():
                self._end((event.uniqueid, event.queue), event.at, gave_up=True)
            case ev.AgentConnected():
                self._end((event.uniqueid, event.queue), event.at, answered=True)
            case ev.QueueLeft():
                caller = (event.uniqueid, event.queue)
                if caller in self._joined:
                    self._left[caller] = (event.at, self._joined.pop(caller))
                if len(self._left) > MOST:
                    self._left.popitem(last=False)
        self.settle()

    def settle(self) -> None:
        """Count those who have left for good."""
        before = self._clock.now() - SETTLED_AFTER
        while self._left and next(iter(self._left.values()))[0] < before:
            (_, queue), (at, since) = self._left.popitem(last=False)
            self._served.note(queue, Outcome(at, answered=False, wait_s=_seconds(since, at)))

    def _end(self, caller: Caller, at: datetime, *, answered: bool = False, gave_up: bool = False) -> None:
        _, since = self._left.pop(caller, (at, self._joined.pop(caller, None)))
        self._served.note(caller[1], Outcome(at, answered, gave_up, _seconds(since, at)))


def _seconds(begin: datetime | None, end: datetime) -> float | None:
    return None if begin is None else max(0.0, (end - begin).total_seconds())


__all__ = ["Counting"]
