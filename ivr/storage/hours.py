"""Business hours switched by hand, as rows that several engines read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import HoursSwitch

Session = AsyncSession
"""A session of the database, for rooms that may not import SQLAlchemy."""


async def switch(
    session: AsyncSession, hours: str, position: str, *, at: datetime, until: datetime | None, by: str
) -> HoursSwitch:
    """Switch hours by hand; what was switched before has ended."""
    await give_back(session, hours, at=at, by=by)
    row = HoursSwitch(hours=hours, position=position, began_at=at, until=until, by=by)
    session.add(row)
    await session.flush()
    return row


async def give_back(session: AsyncSession, hours: str, *, at: datetime, by: str) -> HoursSwitch | None:
    """Let the schedule decide again; what had been switched by hand until now, None if nothing was."""
    query = select(HoursSwitch).where(HoursSwitch.hours == hours, HoursSwitch.ended_at.is_(None))
    ended = None
    for row in (await session.scalars(query.order_by(HoursSwitch.id).with_for_update())).all():
        if row.until is not None and row.until <= at:
            row.ended_at = row.until
        else:
            row.ended_at, row.ended_by, ended = at, by, row
    return ended


async def going_on(session: AsyncSession, at: datetime) -> Sequence[HoursSwitch]:
    """What is switched by hand at ``at``, the newest of each hours last."""
    query = select(HoursSwitch).where(
        HoursSwitch.ended_at.is_(None), or_(HoursSwitch.until.is_(None), HoursSwitch.until > at)
    )
    return (await session.scalars(query.order_by(HoursSwitch.id))).all()


async def newest(session: AsyncSession, hours: str, *, limit: int = 20) -> Sequence[HoursSwitch]:
    """When hours were switched by hand, the newest first."""
    query = select(HoursSwitch).where(HoursSwitch.hours == hours).order_by(HoursSwitch.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


__all__ = ["Session", "give_back", "going_on", "newest", "switch"]
