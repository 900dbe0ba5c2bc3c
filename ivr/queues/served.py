"""How well each queue has served its callers: today, and of late. Counted as the calls are told; no input or output."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dialplan.model import Site
from dialplan.schedule import local_time

MOST = 20_000  # callers remembered per queue; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one caller's wait.

    Args:
        at: when he was answered or gave up.
        answered: whether he was answered.
        gave_up: whether he hung up; who was neither answered nor gave up left by a key or after the longest wait.
        wait_s: seconds he waited; None where its beginning was missed.
    """

    at: datetime
    answered: bool
    gave_up: bool = False
    wait_s: float | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """Service level (B2) of some callers.

    Args:
        in_time: answered within the queue's X seconds.
        answered: all who were answered.
        abandoned: who gave up, without short abandons where the site does not count them.
        left: who left by a key, after the longest wait or from an empty queue, or was not let in.
    """

    in_time: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0

    @property
    def callers(self) -> int:
        """The denominator."""
        return self.answered + self.abandoned + self.left

    @property
    def per_cent(self) -> float | None:
        """In time of all, 0..100; None when there was no caller."""
        return 100 * self.in_time / self.callers if self.callers else None


class Served:
    """Callers answered and lost since midnight, site's zone.

    Args:
        site: the site in force, for X of each queue and its rule for short abandons.
    """

    def __init__(self, site: Callable[[], Site]) -> None:
        self._site = site
        self._queues: dict[str, deque[Outcome]] = {}
        # Asked for at every change while somebody watches, and the same until another caller is noted.
        self._today: dict[str, tuple[Site, datetime, Level]] = {}

    def note(self, queue: str, outcome: Outcome) -> None:
        """Add a caller; of a queue that is not the site's, nothing is kept."""
        if queue not in self._site().queues:
            return
        known = self._queues.setdefault(queue, deque(maxlen=MOST))
        later: list[Outcome] = []  # who left by a key is told of a little late; they stand in order of time
        while known and known[-1].at > outcome.at:
            later.append(known.pop())
        known.extend([outcome, *reversed(later)])
        self._today.pop(queue, None)

    def midnight(self, now: datetime) -> datetime:
        """When today began, site's zone."""
        return local_time(now, self._site().zone).replace(hour=0, minute=0, second=0, microsecond=0)

    def today(self, queue: str, now: datetime) -> Level:
        """The service level since midnight, site's zone."""
        site, midnight = self._site(), self.midnight(now)
        known = self._today.get(queue)
        if known is not None and known[0] is site and known[1] == midnight:
            return known[2]
        found = self._queues.get(queue)
        while found and found[0].at < midnight:
            found.popleft()
        level = self._level(queue, midnight)
        self._today[queue] = (site, midnight, level)
        return level

    def of_late(self, queue: str, now: datetime, seconds: float) -> Level:
        """The service level of the last ``seconds``, of today at most."""
        return self._level(queue, now - timedelta(seconds=seconds))

    def _level(self, queue: str, since: datetime) -> Level:
        site, found = self._site(), self._queues.get(queue)
        if found is None or queue not in site.queues:
            return Level()
        limit = site.queues[queue].service_level
        short = 0 if site.count_short_abandons else site.short_abandon
        in_time = answered = abandoned = left = 0
        for one in reversed(found):
            if one.at < since:
                break
            if one.answered:
                answered += 1
                in_time += one.wait_s is not None and one.wait_s <= limit
            elif one.gave_up:
                abandoned += one.wait_s is None or one.wait_s >= short
            else:
                left += 1
        return Level(in_time, answered, abandoned, left)


__all__ = ["Level", "Outcome", "Served"]
