"""Call notes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import AgentTalk, Call, CallNote, QueueVisit


async def add(session: AsyncSession, note: CallNote) -> CallNote:
    """Keep a new note; returns it with its id."""
    session.add(note)
    await session.flush()
    return note


async def of_call(session: AsyncSession, call_id: int, *, limit: int = 100) -> Sequence[CallNote]:
    """A call's notes, the newest first."""
    query = select(CallNote).where(CallNote.call_id == call_id).order_by(CallNote.id.desc()).limit(limit)
    return (await session.scalars(query)).all()


async def agents_of(session: AsyncSession, call_id: int) -> frozenset[str] | None:
    """Who talked to the caller in a call, also in one that goes on; None if there is no such call."""
    if await session.scalar(select(Call.id).where(Call.id == call_id)) is None:
        return None
    talked = select(AgentTalk.agent).where(AgentTalk.call_id == call_id)
    visited = select(QueueVisit.agent).where(QueueVisit.call_id == call_id, QueueVisit.connected_at.is_not(None))
    return frozenset(await session.scalars(talked.union(visited))) - {""}


__all__ = ["add", "agents_of", "of_call"]
