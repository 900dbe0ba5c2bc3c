"""Disputes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Dispute


async def add(session: AsyncSession, dispute: Dispute) -> Dispute:
    """Keep a new dispute; returns it with its id."""
    session.add(dispute)
    await session.flush()
    return dispute


async def get(session: AsyncSession, dispute_id: int, *, lock: bool = False) -> Dispute | None:
    """A dispute; ``lock`` holds it until the transaction ends."""
    query = select(Dispute).where(Dispute.id == dispute_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find(session: AsyncSession, call_id: int, agent: str, item: str) -> Dispute | None:
    """The dispute about one item of one card."""
    query = select(Dispute).where(Dispute.call_id == call_id, Dispute.agent == agent, Dispute.item == item)
    return await session.scalar(query)


async def of_review(session: AsyncSession, review_id: int) -> Dispute | None:
    """The dispute for which this second review was made."""
    return await session.scalar(select(Dispute).where(Dispute.second_review_id == review_id).with_for_update())


async def of_card(session: AsyncSession, call_id: int, agent: str) -> Sequence[Dispute]:
    """All disputes about one card."""
    query = select(Dispute).where(Dispute.call_id == call_id, Dispute.agent == agent).order_by(Dispute.id)
    return (await session.scalars(query)).all()


async def list_disputes(
    session: AsyncSession,
    *,
    agent: str | None = None,
    states: Collection[str] = (),
    call_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 1000,
) -> Sequence[Dispute]:
    """Disputes, those due first; ``since`` and ``until`` bound the start of the call."""
    query = select(Dispute).order_by(Dispute.due_at, Dispute.id).limit(limit)
    if agent is not None:
        query = query.where(Dispute.agent == agent)
    if states:
        query = query.where(Dispute.state.in_(states))
    if call_id is not None:
        query = query.where(Dispute.call_id == call_id)
    if since is not None or until is not None:
        query = query.join(Call, Call.id == Dispute.call_id)
    if since is not None:
        query = query.where(Call.started_at >= since)
    if until is not None:
        query = query.where(Call.started_at < until)
    return (await session.scalars(query)).all()
