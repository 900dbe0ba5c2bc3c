"""When agents could be rung, from the rows of a queue_log; where it does not say, from their calls."""

from __future__ import annotations

import math
from collections import defaultdict

from ivr.queues.simulation.model import Agent, Stretch
from recording.analytics.spans import merged, without

# Calls of an agent this far apart are of two shifts, where nothing tells his logging in and out.
SHIFT_GAP = 4 * 3600.0
_BEGINS, _ENDS = {"ADDMEMBER"}, {"REMOVEMEMBER"}
_PAUSES, _UNPAUSES = {"PAUSE", "PAUSEALL"}, {"UNPAUSE", "UNPAUSEALL"}


class Presence:
    """Collects what rows say of agents, in order of time; times are seconds."""

    def __init__(self) -> None:
        self._there: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
        self._paused: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
        self._seen: dict[tuple[str, str], list[Stretch]] = defaultdict(list)
        self._order: dict[str, None] = {}

    def take(self, event: str, agent: str, queue: str, at: float, *, paused: bool = False) -> None:
        """A row of logging in or out, or of a pause; any other is passed over."""
        if not agent:
            return
        if event in _BEGINS | _ENDS and queue:
            self._order.setdefault(agent)
            self._there[agent, queue].append((at, event in _BEGINS))
            self._paused[agent, queue].append((at, paused))
        elif event == "UNPAUSEALL":
            for name, other in [*self._paused, (agent, "")]:
                if name == agent:
                    self._paused[agent, other].append((at, False))
        elif event in _PAUSES | _UNPAUSES:
            self._paused[agent, queue].append((at, event in _PAUSES))

    def seen(self, agent: str, queue: str, begin: float, end: float) -> None:
        """The agent was rung or talked."""
        if agent:
            self._order.setdefault(agent)
            self._seen[agent, queue].append((begin, max(begin, end)))

    @property
    def supposed(self) -> tuple[str, ...]:
        """Agents of whom a queue's rows tell no logging in or out."""
        return tuple(sorted({agent for agent, queue in self._seen if not self._there.get((agent, queue))}))

    def agents(self) -> tuple[Agent, ...]:
        """Everybody, in the order in which the log first names them."""
        queues: dict[str, dict[str, tuple[Stretch, ...]]] = {name: {} for name in self._order}
        for agent, queue in sorted({*self._there, *self._seen}):
            queues[agent][queue] = self._stretches(agent, queue)
        return tuple(Agent(name, present) for name, present in queues.items() if present)

    def _stretches(self, agent: str, queue: str) -> tuple[Stretch, ...]:
        told = self._there.get((agent, queue), [])
        there = _switched(told, before=bool(told) and not told[0][1]) if told else self._shifts(agent, queue)
        pauses = merged([*_switched(self._paused[agent, queue]), *_switched(self._paused[agent, ""])])
        return tuple(without(there, pauses))

    def _shifts(self, agent: str, queue: str) -> list[Stretch]:
        shifts = merged(self._seen[agent, queue], gap=SHIFT_GAP)
        return [(begin, end) for begin, end in shifts if begin < end]


def _switched(rows: list[tuple[float, bool]], *, before: bool = False) -> list[Stretch]:
    """The stretches in which a switch was on; ``before`` is how it stood before the first row."""
    found: list[Stretch] = []
    since = -math.inf if before else None
    for at, on in rows:
        if on and since is None:
            since = at
        elif not on and since is not None:
            if since < at:
                found.append((since, at))
            since = None
    if since is not None:
        found.append((since, math.inf))
    return merged(found)
