"""The simulation: events in order of time, nothing left to chance but what the seed decides.

As app_queue does with ``autofill``: whenever a caller waits and an agent of his queue is free, that agent is rung.
Callers of a queue are taken by priority, then by when they joined; among free agents the lowest penalty goes first,
then the strategy decides; among queues the heaviest goes first, then the longest waiting caller. ``ringall`` rings
the one agent who would be the first to answer, taken to be the one idle longest.
"""

from __future__ import annotations

import heapq
import itertools
import random
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.queues.simulation.model import Agent, Arrival, Busy, Line, Outcome, Replayed, Setup

# What happens first where several things happen at once: agents become free before callers give up.
_FREE, _JOIN, _PRESENT, _RING_OVER, _LEAVE = range(5)
Key = tuple[int, float, int]


@dataclass(slots=True)
class _Caller:
    arrival: Arrival
    key: Key  # his place in line
    misses: list[float]
    rung: _Agent | None = None
    rung_since: float = 0.0
    done: bool = False


@dataclass(slots=True)
class _Agent:
    agent: Agent
    order: int
    free: bool = True
    idle_since: float = 0.0
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def present(self, queue: str, at: float) -> bool:
        stretches = self.agent.present.get(queue, ())
        place = bisect_right(stretches, (at, float("inf"))) - 1
        return place >= 0 and at < stretches[place][1]


def simulate(arrivals: Sequence[Arrival], setup: Setup, *, seed: int = 0) -> Replayed:
    """Replay ``arrivals`` in a house.

    Args:
        seed: of the strategies that choose at random; the same seed gives the same result.
    """
    return _Run(arrivals, setup, seed).run()


class _Run:
    def __init__(self, arrivals: Sequence[Arrival], setup: Setup, seed: int) -> None:
        self._lines = dict(setup.lines)
        self._agents = [_Agent(agent, order) for order, agent in enumerate(setup.agents)]
        self._members: dict[str, list[_Agent]] = defaultdict(list)
        for agent in self._agents:
            for queue in agent.agent.present:
                self._members[queue].append(agent)
        self._random = random.Random(seed)  # noqa: S311 - a simulation
        self._events: list[tuple[float, int, int, object]] = []
        self._numbers = itertools.count()
        self._waiting: dict[str, list[tuple[Key, _Caller]]] = defaultdict(list)
        self._last: dict[str, int] = {}  # rrmemory: who was rung last
        self._outcomes: dict[str, Outcome] = {}
        self._busy: list[Busy] = []
        self._callers = [
            _Caller(one, (-one.priority, one.at, number), list(one.misses))
            for number, one in enumerate(sorted(arrivals, key=lambda one: one.at))
        ]

    def run(self) -> Replayed:
        for caller in self._callers:
            self._at(caller.arrival.at, _JOIN, caller)
        for time in {begin for agent in self._agents for rows in agent.agent.present.values() for begin, _ in rows}:
            self._at(time, _PRESENT, None)
        now = 0.0
        while self._events:
            now, kind, _, about = heapq.heappop(self._events)
            self._happen(now, kind, about)
            # Everything of one moment first, then the agents are given out.
            if not self._events or self._events[0][0] > now or self._events[0][1] > _PRESENT:
                self._give_out(now)
        for caller in self._callers:
            if not caller.done:
                self._end(caller, "unserved", now)
        return Replayed(tuple(self._outcomes[one.arrival.id] for one in self._callers), tuple(self._busy))

    def _happen(self, now: float, kind: int, about: object) -> None:
        if kind == _FREE and isinstance(about, _Agent):
            about.free, about.idle_since = True, now
        elif kind == _JOIN and isinstance(about, _Caller):
            line = self._line(about.arrival.queue)
            insort(self._waiting[about.arrival.queue], (about.key, about))
            limit = min(about.arrival.patience, line.max_wait)
            if limit < float("inf"):
                self._at(about.arrival.at + limit, _LEAVE, about)
        elif kind == _RING_OVER and isinstance(about, tuple):
            self._ring_over(now, *about)
        elif kind == _LEAVE and isinstance(about, _Caller) and not about.done:
            self._leave(now, about)

    def _give_out(self, now: float) -> None:
        while True:
            heads = [rows[0][1] for rows in self._waiting.values() if rows]
            heads.sort(key=lambda one: (-self._line(one.arrival.queue).weight, one.arrival.at, one.key))
            for caller in heads:
                agent = self._choose(caller.arrival.queue, now)
                if agent is not None:
                    self._ring(now, caller, agent)
                    break
            else:
                return

    def _choose(self, queue: str, now: float) -> _Agent | None:
        free = [one for one in self._members[queue] if one.free and one.present(queue, now)]
        if not free:
            return None
        lowest = min(one.agent.penalties.get(queue, 0) for one in free)
        free = [one for one in free if one.agent.penalties.get(queue, 0) == lowest]
        match self._line(queue).strategy:
            case "linear":
                return free[0]
            case "random" | "wrandom":
                return self._random.choice(free)
            case "fewestcalls":
                return min(free, key=lambda one: (one.calls[queue], one.order))
            case "rrmemory" | "rrordered":
                last = self._last.get(queue, -1)
                return min(free, key=lambda one: (one.order <= last, one.order))
            case _:
                return min(free, key=lambda one: (one.idle_since, one.order))

    def _ring(self, now: float, caller: _Caller, agent: _Agent) -> None:
        queue = caller.arrival.queue
        self._waiting[queue].remove((caller.key, caller))
        agent.free = False
        caller.rung, caller.rung_since = agent, now
        self._last[queue] = agent.order
        length = caller.misses[0] if caller.misses else caller.arrival.ring
        self._at(now + length, _RING_OVER, (caller, agent))

    def _ring_over(self, now: float, caller: _Caller, agent: _Agent) -> None:
        if caller.done or caller.rung is not agent:
            return  # he gave up meanwhile
        queue = caller.arrival.queue
        caller.rung = None
        self._was_busy(agent, queue, caller.rung_since, now, "ring", caller)
        if caller.misses:
            caller.misses.pop(0)
            insort(self._waiting[queue], (caller.key, caller))
            self._at(now, _FREE, agent)
            return
        agent.calls[queue] += 1
        self._end(caller, "answered", now, agent)
        over = now + caller.arrival.talk
        self._was_busy(agent, queue, now, over, "talk", caller)
        free = over + self._line(queue).wrapup
        self._was_busy(agent, queue, over, free, "wrapup", caller)
        self._at(free, _FREE, agent)

    def _leave(self, now: float, caller: _Caller) -> None:
        queue = caller.arrival.queue
        if caller.rung is not None:
            agent, caller.rung = caller.rung, None
            self._was_busy(agent, queue, caller.rung_since, now, "ring", caller)
            self._at(now, _FREE, agent)
        else:
            self._waiting[queue].remove((caller.key, caller))
        timed_out = self._line(queue).max_wait <= caller.arrival.patience
        self._end(caller, "timeout" if timed_out else "abandoned", now)

    def _end(self, caller: _Caller, result: str, now: float, agent: _Agent | None = None) -> None:
        caller.done = True
        one = caller.arrival
        name, talk = (agent.agent.name, one.talk) if agent else ("", 0.0)
        self._outcomes[one.id] = Outcome(one.id, one.queue, one.at, result, max(now, one.at), name, talk)

    def _was_busy(self, agent: _Agent, queue: str, begin: float, end: float, kind: str, caller: _Caller) -> None:
        if end > begin:
            self._busy.append(Busy(agent.agent.name, queue, begin, end, kind, caller.arrival.id))

    def _line(self, queue: str) -> Line:
        return self._lines.setdefault(queue, Line(queue))

    def _at(self, time: float, kind: int, about: object) -> None:
        heapq.heappush(self._events, (time, kind, next(self._numbers), about))
