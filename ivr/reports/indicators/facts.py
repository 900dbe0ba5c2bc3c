"""What indicators are made from, without the database: calls, their queue visits, rings and talks, agents' states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """One stay in one queue; ``outcome`` is "" while the caller waits."""

    queue: str
    joined: datetime
    left: datetime | None = None
    outcome: str = ""
    connected: datetime | None = None


@dataclass(frozen=True, slots=True)
class RingFacts:
    """One agent's phone ringing; ``result`` is answered | no_answer | refused | cancelled, "" while it rings."""

    agent: str
    queue: str
    began: datetime
    ended: datetime | None
    result: str


@dataclass(frozen=True, slots=True)
class TalkFacts:
    """One agent's talk with a caller.

    Args:
        queue: it came through; "" if through none.
        ended: None while it goes on.
    """

    agent: str
    queue: str
    began: datetime
    ended: datetime | None

    @property
    def seconds(self) -> float:
        """How long it was; 0 while it goes on."""
        return max(0.0, (self.ended - self.began).total_seconds()) if self.ended else 0.0


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call that asked for an agent; it belongs to the hour, the day and the month in which it came in."""

    id: int
    started: datetime
    ended: datetime | None
    visits: tuple[VisitFacts, ...]
    rings: tuple[RingFacts, ...] = ()
    talks: tuple[TalkFacts, ...] = ()

    def of_queue(self, queue: str) -> CallFacts:
        """Only what happened in one queue."""
        return replace(
            self,
            visits=tuple(one for one in self.visits if one.queue == queue),
            rings=tuple(one for one in self.rings if one.queue == queue),
            talks=tuple(one for one in self.talks if one.queue == queue),
        )


@dataclass(frozen=True, slots=True)
class StateFacts:
    """A stretch of an agent's time in one state, as in table agent_states; stretches overlap, an open one goes on."""

    agent: str
    state: str
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything about a period ``since <= t < until``.

    Args:
        calls: begun in it, that asked for an agent, in order.
        states: of agents, that touch it; None where nobody wrote any down.
        now: until when open stretches are counted.
    """

    since: datetime
    until: datetime
    now: datetime
    calls: tuple[CallFacts, ...]
    states: tuple[StateFacts, ...] | None = None

    @property
    def queues(self) -> tuple[str, ...]:
        """Queues that anybody joined, in order of name."""
        return tuple(sorted({visit.queue for call in self.calls for visit in call.visits}))

    @property
    def agents(self) -> tuple[str, ...]:
        """Agents who were rung, talked or were logged in, in order of name."""
        found = {ring.agent for call in self.calls for ring in call.rings}
        found |= {talk.agent for call in self.calls for talk in call.talks}
        return tuple(sorted((found | {one.agent for one in self.states or ()}) - {""}))


def of_queue(calls: Sequence[CallFacts], queue: str) -> tuple[CallFacts, ...]:
    """The calls that joined a queue, with what happened in it alone."""
    return tuple(one for one in (call.of_queue(queue) for call in calls) if one.visits)
