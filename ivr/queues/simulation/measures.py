"""Waits of a queue, measured or simulated, by the same formulae."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ivr.queues.simulation.model import Outcome


@dataclass(frozen=True, slots=True)
class Waits:
    """What waiting in a queue came to. Shares are 0..1, times seconds; None where there is nothing to count.

    Args:
        offered: callers who joined.
        level: answered within X / offered (B2).
        speed: mean wait of the answered.
        p95: 95 of 100 of the answered waited no longer; by rank, no values in between.
        longest: longest wait of anybody.
        starved: callers who waited longer than the limit while agents of theirs took somebody who came later.
    """

    queue: str
    offered: int
    answered: int
    abandoned: int
    timeout: int
    unserved: int
    level: float | None
    speed: float | None
    p95: float | None
    longest: float | None
    starved: int


def measure(
    outcomes: Sequence[Outcome],
    levels: Mapping[str, float],
    serves: Mapping[str, Iterable[str]],
    *,
    starved_after: float,
) -> dict[str, Waits]:
    """The waits of each queue, by name.

    Args:
        levels: X of the service level by queue, seconds; 20 where none is named.
        serves: the queues of each agent.
        starved_after: seconds; who waits longer and was overtaken counts as starved.
    """
    overtaken = overtakes(outcomes, serves)
    starved = {one.id for one in outcomes if one.waited > starved_after and overtaken.get(one.id, 0)}
    queues = sorted({one.queue for one in outcomes})
    return {queue: _waits(queue, outcomes, levels.get(queue, 20.0), starved) for queue in queues}


def overtakes(outcomes: Sequence[Outcome], serves: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """How often each caller who waited saw somebody who joined later answered by an agent who serves his queue, too."""
    queues = {agent: frozenset(names) for agent, names in serves.items()}
    by_join = sorted(outcomes, key=lambda one: one.at)
    found: dict[str, int] = {}
    waiting: list[Outcome] = []
    joined = 0
    for taken in sorted((one for one in outcomes if one.result == "answered"), key=lambda one: one.ended):
        while joined < len(by_join) and by_join[joined].at < taken.ended:
            waiting.append(by_join[joined])
            joined += 1
        waiting = [one for one in waiting if one.ended >= taken.ended]
        mine = queues.get(taken.agent, frozenset())
        for one in waiting:
            if one.at < taken.at and one.ended > taken.ended and one.queue in mine:
                found[one.id] = found.get(one.id, 0) + 1
    return found


def _waits(queue: str, outcomes: Iterable[Outcome], level: float, starved: set[str]) -> Waits:
    mine = [one for one in outcomes if one.queue == queue]
    answered = sorted(one.waited for one in mine if one.result == "answered")
    count = {name: sum(one.result == name for one in mine) for name in ("abandoned", "timeout", "unserved")}
    return Waits(
        queue,
        offered=len(mine),
        answered=len(answered),
        abandoned=count["abandoned"],
        timeout=count["timeout"],
        unserved=count["unserved"],
        level=sum(wait <= level for wait in answered) / len(mine) if mine else None,
        speed=sum(answered) / len(answered) if answered else None,
        p95=answered[math.ceil(0.95 * len(answered)) - 1] if answered else None,
        longest=max((one.waited for one in mine), default=None),
        starved=sum(one.id in starved for one in mine),
    )
