"""The last hour and the day until now by queue, from queue visits: where the live lines begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import QueueVisit

STEP = 60  # seconds between two points
BACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay in a queue that began today."""

    queue: str
    joined: datetime
    left: datetime | None
    outcome: str
    connected: datetime | None


async def visits_since(session: AsyncSession, since: datetime) -> list[Visit]:
    """Stays in queues that began at ``since`` or later."""
    query = (
        select(QueueVisit.queue, QueueVisit.joined_at, QueueVisit.left_at, QueueVisit.outcome, QueueVisit.connected_at)
        .where(QueueVisit.joined_at >= since)
        .order_by(QueueVisit.joined_at, QueueVisit.id)
    )
    return [Visit(*row) for row in await session.execute(query)]


def points(
    visits: Iterable[Visit], levels: Mapping[str, float], now: datetime
) -> dict[str, list[tuple[int, int, float | None]]]:
    """Callers who waited, and the service level since the first visit, at each minute of the last hour.

    Args:
        levels: X of the service level by queue, in seconds; other queues have no points.

    Returns:
        By queue: seconds since 1970, callers who waited, per cent answered within X of all who were answered or left;
        None before the first of them.
    """
    by_queue: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        by_queue[visit.queue].append(visit)
    begin = int((now - BACK).timestamp())
    moments = range(begin, int(now.timestamp()), STEP)
    return {queue: [_point(by_queue[queue], level, at) for at in moments] for queue, level in levels.items()}


def _point(visits: Iterable[Visit], level: float, at: int) -> tuple[int, int, float | None]:
    waiting = over = in_time = 0
    for one in visits:
        joined = one.joined.timestamp()
        if joined > at:
            break
        left = one.left or one.connected
        if left is None:
            waiting += not one.outcome
        elif left.timestamp() > at:
            waiting += 1
        else:
            over += 1
            in_time += one.connected is not None and one.connected.timestamp() - joined <= level
    return at, waiting, round(100 * in_time / over, 1) if over else None


def by_hour(visits: Iterable[Visit], queues: Iterable[str], zone: ZoneInfo) -> dict[str, list[int]]:
    """How many joined each queue in each hour of the day, in the site's zone; 24 numbers a queue."""
    found = {queue: [0] * 24 for queue in queues}
    for one in visits:
        if one.queue in found:
            found[one.queue][one.joined.astimezone(zone).hour] += 1
    return found


__all__ = ["BACK", "STEP", "Visit", "by_hour", "points", "visits_since"]
