"""Work on old rows: what is left of it, and the calls it is about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.calls import hold
from ivr.storage.models import AgentTalk, Backfill, Call, Leg, QueueVisit

TALKS = "talks"


async def pending(session: AsyncSession, name: str) -> Backfill | None:
    """The work, locked until the transaction ends; None when there is nothing (more) to do."""
    query = select(Backfill).where(Backfill.name == name, Backfill.done_at.is_(None)).with_for_update()
    return await session.scalar(query)


async def without_talks(session: AsyncSession, after: int, limit: int) -> Sequence[Call]:
    """Calls that are over, with somebody who may have talked and no talk, from id ``after`` on; whole and locked."""
    answered = exists().where(Leg.call_id == Call.id, Leg.role == "agent", Leg.answered_at.is_not(None))
    connected = exists().where(QueueVisit.call_id == Call.id, QueueVisit.connected_at.is_not(None))
    query = (
        select(Call.linkedid)
        .where(Call.id > after, Call.ended_at.is_not(None), or_(connected, answered))
        .where(~exists().where(AgentTalk.call_id == Call.id))
        .order_by(Call.id)
        .limit(limit)
    )
    found = await hold(session, (await session.scalars(query)).all())
    return sorted(found.values(), key=lambda call: call.id)


__all__ = ["TALKS", "pending", "without_talks"]
