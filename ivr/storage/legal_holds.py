"""Legal holds: nothing of a call is deleted while one on it is not released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import LegalHold, Recording


async def place(session: AsyncSession, call_id: int, *, reason: str, actor: str, at: datetime) -> LegalHold:
    """Put a hold on a call; several may lie on one."""
    # a deletion of one of its recordings that is being begun is waited for, and then sees the hold or is seen
    await session.execute(select(Recording.id).where(Recording.call_id == call_id).with_for_update())
    row = LegalHold(
        call_id=call_id, reason=reason, actor=actor, placed_at=at, released_at=None, released_by="", release_reason=""
    )
    session.add(row)
    await session.flush()
    return row


async def release(session: AsyncSession, call_id: int, *, reason: str, actor: str, at: datetime) -> Sequence[LegalHold]:
    """Release all holds on a call; returns those released now."""
    query = select(LegalHold).where(LegalHold.call_id == call_id, LegalHold.released_at.is_(None)).with_for_update()
    rows = (await session.scalars(query)).all()
    for row in rows:
        row.released_at, row.released_by, row.release_reason = at, actor, reason
    await session.flush()
    return rows


async def list_holds(
    session: AsyncSession, *, call_id: int | None = None, released: bool = False, limit: int = 1000
) -> Sequence[LegalHold]:
    """Holds, the newest first.

    Args:
        released: those that have been released, too.
    """
    query = select(LegalHold).order_by(LegalHold.id.desc()).limit(limit)
    if call_id is not None:
        query = query.where(LegalHold.call_id == call_id)
    if not released:
        query = query.where(LegalHold.released_at.is_(None))
    return (await session.scalars(query)).all()
