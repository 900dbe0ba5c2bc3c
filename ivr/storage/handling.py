"""How long agents' last talks took, for what callers who wait are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import QueueVisit


async def recent_talks(session: AsyncSession, *, since: datetime, limit: int) -> list[tuple[str, datetime, float]]:
    """Queue, end and seconds of the last talks that ended after ``since``, the oldest first; at most ``limit``."""
    query = (
        select(QueueVisit.queue, QueueVisit.connected_at, QueueVisit.completed_at)
        .where(QueueVisit.completed_at >= since, QueueVisit.connected_at.is_not(None))
        .order_by(QueueVisit.completed_at.desc())
        .limit(limit)
    )
    rows = (await session.execute(query)).all()
    return [
        (queue, ended, (ended - begun).total_seconds()) for queue, begun, ended in reversed(rows) if begun and ended
    ]
