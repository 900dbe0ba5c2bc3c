"""What is open now: callbacks by queue, and alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage import alerts
from ivr.storage.callbacks import OPEN
from ivr.storage.models import Callback

MOST = 50  # alerts


async def open_callbacks(session: AsyncSession) -> dict[str, dict[str, Any]]:
    """Callbacks that are not over, by queue: how many, and since when the first of them waits (ISO)."""
    query = (
        select(Callback.queue, func.count(), func.min(Callback.place_at))
        .where(Callback.state.in_(OPEN))
        .group_by(Callback.queue)
    )
    return {
        queue: {"open": count, "oldest": oldest.isoformat()} for queue, count, oldest in await session.execute(query)
    }


async def alerts_since(session: AsyncSession, since: datetime) -> Mapping[str, dict[str, Any]]:
    """Alerts that go on, and those that ended at ``since`` or later, at most 50, by id."""
    rows = await alerts.newest(session, since=since, limit=MOST)
    return {
        str(row.id): {
            "rule": row.rule,
            "kind": row.kind,
            "subject": row.subject,
            "began_at": row.began_at.isoformat(),
            "ended_at": None if row.ended_at is None else row.ended_at.isoformat(),
            "value": None if row.value is None else round(row.value, 1),
            "limit": row.threshold,
        }
        for row in rows
    }


__all__ = ["alerts_since", "open_callbacks"]
