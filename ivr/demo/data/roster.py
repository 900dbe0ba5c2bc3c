"""Who is at work when: shifts laid where the expected load needs them, with a lunch and two breaks."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

STARTS = (8, 9, 11, 13, 14)
HOURS = 8
OPEN, SHUT = 8, 22
LUNCH_S, BREAK_S = 2700.0, 900.0
_LEAST = 2.0  # agents of a queue whatever the load

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shift:
    """One agent's day. Times are seconds since the epoch.

    Args:
        pauses: (begin, end, reason), in order, none beside another.
    """

    agent: str
    begin: float
    end: float
    pauses: tuple[tuple[float, float, str], ...]

    def free_from(self, at: float) -> float | None:
        """The first moment from ``at`` on at which he takes calls; None if that is not today."""
        at = max(at, self.begin)
        for begin, end, _ in self.pauses:
            if begin <= at < end:
                at = end
        return at if at < self.end else None


def roster(
    day: date, load: Mapping[tuple[str, int], float], queues: Mapping[str, Sequence[str]], zone: ZoneInfo,
    chance: random.Random,
) -> list[Shift]:  # fmt: skip
    """The shifts of a day.

    Args:
        load: expected erlangs by queue and hour.
        queues: of each agent.
    """
    names = {queue for mine in queues.values() for queue in mine}
    hours = range(OPEN, SHUT)
    unmet = {(queue, hour): _needed(load.get((queue, hour), 0.0)) for queue in sorted(names) for hour in hours}
    agents = [agent for place, agent in enumerate(queues) if (day.toordinal() + place) % 7 not in {0, 3}]
    chance.shuffle(agents)
    shifts = []
    for agent in agents:
        mine = queues[agent]
        gains = {start: _gain(unmet, mine, start) for start in STARTS}
        start = max(gains, key=lambda one: gains[one])
        if gains[start] < 1.5:
            continue
        for hour in range(start, min(SHUT, start + HOURS)):
            for queue in mine:
                unmet[queue, hour] -= 1.0 / len(mine)
        shifts.append(_shift(agent, day, start, zone, chance))
    return shifts


def _needed(erlangs: float) -> float:
    """Agents for a load, by the square-root rule."""
    return _LEAST if erlangs <= 0 else max(_LEAST, erlangs + 0.9 * math.sqrt(erlangs) + 0.6)


def _gain(unmet: Mapping[tuple[str, int], float], queues: Sequence[str], start: int) -> float:
    hours = range(start, min(SHUT, start + HOURS))
    return sum(min(1.0, max(0.0, unmet[queue, hour])) / len(queues) for queue in queues for hour in hours)


def _shift(agent: str, day: date, start: int, zone: ZoneInfo, chance: random.Random) -> Shift:
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    begin = (midnight + timedelta(hours=start)).timestamp() - chance.uniform(20, 400)
    end = (midnight + timedelta(hours=min(SHUT, start + HOURS))).timestamp() + chance.uniform(0, 500)
    pauses = []
    for after, length, reason in ((1.8, BREAK_S, "break"), (3.9, LUNCH_S, "lunch"), (6.1, BREAK_S, "break")):
        pause = begin + (after + chance.uniform(-0.5, 0.5)) * 3600
        if pause + length < end - 900:
            pauses.append((pause, pause + length * chance.uniform(0.8, 1.1), reason))
    return Shift(agent, begin, end, tuple(pauses))


__all__ = ["HOURS", "Shift", "roster"]
