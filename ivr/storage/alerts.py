"""Alerts as rows: begun, ended, told, asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import AlertRow

Session = AsyncSession
"""A session of the database, for rooms that may not import SQLAlchemy."""


def add(session: AsyncSession, row: AlertRow) -> None:
    """Add an alert."""
    session.add(row)


async def begin(session: AsyncSession, row: AlertRow) -> None:
    """Add an alert; one of the same rule and subject that was never seen to end has ended by now."""
    await end(session, row.rule, row.subject, row.began_at, None, {})
    add(session, row)


async def end(
    session: AsyncSession, rule: str, subject: str, at: datetime, value: float | None, told: Mapping[str, str]
) -> int:
    """End what goes on of a rule and subject; how many there were.

    Args:
        value: measured at the end.
        told: who heard of the end, and what came of that.
    """
    query = select(AlertRow).where(
        AlertRow.rule == rule, AlertRow.subject == subject, AlertRow.ended_at.is_(None), AlertRow.began_at <= at
    )
    rows = (await session.scalars(query.with_for_update())).all()
    for row in rows:
        row.ended_at, row.end_value = at, value
        if told:
            row.told = {**row.told, "cleared": {**told}}
    return len(rows)


async def tell(
    session: AsyncSession, rule: str, subject: str, state: str, at: datetime, told: Mapping[str, str]
) -> bool:
    """Note who heard of it later, of what was ``raised``, ``cleared`` or an ``event`` at ``at``; False: no such row."""
    moment = AlertRow.ended_at if state == "cleared" else AlertRow.began_at
    query = select(AlertRow).where(AlertRow.rule == rule, AlertRow.subject == subject, moment == at)
    row = await session.scalar(query.order_by(AlertRow.id.desc()).limit(1).with_for_update())
    if row is None:
        return False
    row.told = {**row.told, state: {**row.told.get(state, {}), **told}}
    return True


async def going_on(session: AsyncSession) -> Sequence[AlertRow]:
    """What was raised and not cleared, the oldest first."""
    query = select(AlertRow).where(AlertRow.ended_at.is_(None)).order_by(AlertRow.began_at, AlertRow.id)
    return (await session.scalars(query)).all()


async def newest(
    session: AsyncSession, *, since: datetime | None = None, only_open: bool = False, limit: int = 100
) -> Sequence[AlertRow]:
    """Alerts that went on at ``since`` or began later, the newest first."""
    query = select(AlertRow).order_by(AlertRow.began_at.desc(), AlertRow.id.desc()).limit(limit)
    if since is not None:
        query = query.where(or_(AlertRow.ended_at.is_(None), AlertRow.ended_at >= since))
    if only_open:
        query = query.where(AlertRow.ended_at.is_(None))
    return (await session.scalars(query)).all()


__all__ = ["Session", "add", "begin", "end", "going_on", "newest", "tell"]
