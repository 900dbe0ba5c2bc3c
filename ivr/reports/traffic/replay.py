"""A queue_log as callers, agents and measured waits, for the simulation."""

from __future__ import annotations

import math
import random
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ivr.journal.sources.queue_log import QueueRow
from ivr.queues.simulation.model import Arrival, Line, Outcome, Setup
from ivr.queues.simulation.patience import Patience, estimate
from ivr.reports.traffic.presence import Presence

_ENDS = frozenset({"COMPLETECALLER", "COMPLETEAGENT", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER"})
_LEFT = {
    "ABANDON": "abandoned",
    "EXITWITHKEY": "abandoned",
    "EXITEMPTY": "abandoned",
    "WITHDRAW": "abandoned",
    "EXITWITHTIMEOUT": "timeout",
}
GUESSED_TALK = 180.0  # seconds, in a log where nobody's talk is known


@dataclass(slots=True)
class _Visit:
    id: str
    queue: str
    joined: float
    result: str = ""
    ended: float = 0.0
    agent: str = ""
    ring: float = 0.0
    talk: float | None = None
    misses: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Log:
    """What a queue_log tells.

    Args:
        begin: time 0 of every other time here.
        arrivals: callers; talk, ring and patience of those who were not answered, and the patience of those who
            were, are drawn from what was measured of the others in the queue.
        setup: queues and agents as they were.
        outcomes: what became of the callers.
        missing_starts: callers whose joining the log does not have; taken from the wait told later.
        still_open: callers without an end in the log; left out.
        supposed: agents whose logging in and out the log does not have; taken from their calls.
        by_key: of the abandoned, those who left by a key, because the queue was empty, or were taken out.
    """

    begin: datetime
    arrivals: tuple[Arrival, ...]
    setup: Setup
    outcomes: tuple[Outcome, ...]
    missing_starts: int = 0
    still_open: int = 0
    supposed: tuple[str, ...] = ()
    by_key: int = 0


def read_log(rows: Iterable[QueueRow], lines: Mapping[str, Line], *, seed: int = 0) -> Log | None:
    """The log of some rows, in any order; None where nobody joined a queue.

    Args:
        lines: what is known of the queues; others are taken as they come.
        seed: of what is drawn.
    """
    ordered = sorted(rows, key=lambda row: row.at)
    if not ordered:
        return None
    reader = _Reader(ordered[0].at)
    for row in ordered:
        reader.take(row)
    visits = [one for one in reader.visits if one.result]
    if not visits:
        return None
    setup = Setup(_lines(visits, lines), reader.presence.agents())
    for one in visits:
        if setup.lines[one.queue].strategy == "ringall":
            one.misses.clear()  # all phones rang at once: no answer of one kept nobody waiting
    drawn = _Drawn(visits, seed)
    return Log(
        reader.begin,
        tuple(drawn.arrival(one) for one in visits),
        setup,
        tuple(_outcome(one) for one in visits),
        missing_starts=reader.missing,
        still_open=sum(not one.result for one in reader.visits),
        supposed=reader.presence.supposed,
        by_key=reader.by_key,
    )


class _Reader:
    def __init__(self, begin: datetime) -> None:
        self.begin = begin
        self.visits: list[_Visit] = []
        self.presence = Presence()
        self.missing = 0
        self.by_key = 0
        self._open: dict[tuple[str, str], _Visit] = {}
        self._talking: dict[tuple[str, str], _Visit] = {}

    def take(self, row: QueueRow) -> None:
        at = (row.at - self.begin).total_seconds()
        key = (row.callid, row.queue)
        event = row.event
        if event == "ENTERQUEUE":
            self._join(key, at)
        elif event == "CONNECT":
            self._connect(key, row, at)
        elif event in _ENDS:
            visit = self._talking.pop(key, None)
            if visit is not None:
                visit.talk = max(0.0, at - visit.ended)
                self.presence.seen(visit.agent, row.queue, visit.ended, at)
        elif event in _LEFT and row.callid:
            visit = self._open.pop(key, None) or self._lost(key, at - (row.number("wait_s") or 0.0))
            visit.result, visit.ended = _LEFT[event], max(at, visit.joined)
            self.by_key += event in {"EXITWITHKEY", "EXITEMPTY", "WITHDRAW"}
        elif event in {"RINGNOANSWER", "AGENTDUMP"}:  # who answers and hangs up before he is joined has missed it, too
            length = (row.number("ring_ms") or 0.0) / 1000
            self.presence.seen(row.agent, row.queue, at - length, at)
            if key in self._open:
                self._open[key].misses.append(length)
        else:
            self.presence.take(event, row.agent, row.queue, at, paused=row.text("paused") == "PAUSED")

    def _join(self, key: tuple[str, str], at: float) -> _Visit:
        # The same call may join the same queue again: each stay is one caller.
        visit = _Visit(f"{key[0]}/{len(self.visits)}", key[1], at)
        self.visits.append(visit)
        self._open[key] = visit
        return visit

    def _lost(self, key: tuple[str, str], at: float) -> _Visit:
        self.missing += 1
        visit = self._join(key, at)
        self._open.pop(key, None)
        return visit

    def _connect(self, key: tuple[str, str], row: QueueRow, at: float) -> None:
        visit = self._open.pop(key, None) or self._lost(key, at - (row.number("wait_s") or 0.0))
        visit.result, visit.ended, visit.agent = "answered", max(at, visit.joined), row.agent
        visit.ring = min(_rang(row), visit.ended - visit.joined)
        self._talking[key] = visit
        self.presence.seen(row.agent, row.queue, at - visit.ring, at)


class _Drawn:
    """What cannot be known of a caller, drawn from what was measured of others; the same for the same caller."""

    def __init__(self, visits: list[_Visit], seed: int) -> None:
        self._seed = seed
        self._talks: dict[str, list[float]] = defaultdict(list)
        self._rings: dict[str, list[float]] = defaultdict(list)
        waits: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        for one in visits:
            waits[one.queue].append((one.ended - one.joined, one.result == "abandoned"))
            if one.talk is not None:
                self._talks[one.queue].append(one.talk)
            if one.result == "answered":
                self._rings[one.queue].append(one.ring)
        self._all = [talk for talks in self._talks.values() for talk in talks] or [GUESSED_TALK]
        self._patience: dict[str, Patience] = {queue: estimate(rows) for queue, rows in waits.items()}

    def arrival(self, visit: _Visit) -> Arrival:
        chance = random.Random(f"{self._seed}:{visit.id}")  # noqa: S311 - a simulation
        talk, ring = chance.choice(self._talks[visit.queue] or self._all), visit.ring
        if visit.result != "answered":
            ring = chance.choice(self._rings[visit.queue] or [0.0])
        waited, share = visit.ended - visit.joined, chance.random()
        patience = waited if visit.result == "abandoned" else self._patience[visit.queue].longer(waited, share)
        return Arrival(
            visit.id,
            visit.queue,
            visit.joined,
            talk if visit.talk is None else visit.talk,
            patience,
            ring=ring,
            misses=tuple(visit.misses),
        )


def _rang(row: QueueRow) -> float:
    """Seconds the phone of the agent who answered rang: from when his channel was made, which its name tells; what
    Asterisk calls ring time can begin with another agent's phone."""
    told = row.number("ring_s") or 0.0
    made, _, _ = row.text("channel").rpartition("/")[2].rpartition("-")[2].partition(".")
    since = row.at.timestamp() - int(made) if made.isascii() and made.isdecimal() and len(made) < 12 else -1.0
    return since if 0 <= since <= told + 1 else told


def _lines(visits: list[_Visit], known: Mapping[str, Line]) -> dict[str, Line]:
    found = {}
    for queue in sorted({one.queue for one in visits}):
        line = known.get(queue, Line(queue))
        limits = [one.ended - one.joined for one in visits if one.queue == queue and one.result == "timeout"]
        if limits and not math.isfinite(line.max_wait):
            line = replace(line, max_wait=statistics.median(limits))
        found[queue] = line
    return found


def _outcome(one: _Visit) -> Outcome:
    return Outcome(one.id, one.queue, one.joined, one.result, one.ended, one.agent, one.talk or 0.0)
