"""Places in a queue: who comes before whom, callers on the line and those who wait to be called back alike.

Order: the higher priority first, then who has waited longer. app_queue keeps the same order, given
``asterisk_priority``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One place.

    Args:
        key: the channel's uniqueid, or ``callback-<id>``.
        queue: in which queue.
        priority: 0 to 10.
        since: since when he has been waiting.
        live: whether he is on the line.
    """

    key: str
    queue: str
    priority: int
    since: datetime
    live: bool = True

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Sorts places, the first to be served first."""
        return -self.priority, self.since, self.key


def asterisk_priority(priority: int, *, called_back: bool = False) -> int:
    """QUEUE_PRIO of a caller: whoever is called back comes before all of his own priority, and after those above."""
    return 2 * priority + (1 if called_back else 0)


def priority_of(asterisk: int) -> int:
    """The priority behind a QUEUE_PRIO."""
    return max(0, asterisk // 2)


def positions(places: Iterable[Place]) -> dict[str, int]:
    """Each live caller's position by key, 1 = next, counting those who wait to be called back.

    Args:
        places: of one queue.
    """
    ordered = sorted(places, key=lambda place: place.order)
    return {place.key: number for number, place in enumerate(ordered, start=1) if place.live}


__all__ = ["Place", "asterisk_priority", "positions", "priority_of"]
