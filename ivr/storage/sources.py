"""Runs of reconciling, and the fields they put in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.calls import whole_call
from ivr.storage.models import Call, Reconciliation, Reconstruction


async def last_run(session: AsyncSession) -> Reconciliation | None:
    """The newest run."""
    return await session.scalar(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1))


async def reconstructed(session: AsyncSession, call_id: int) -> Sequence[Reconstruction]:
    """The fields of a call that were put in afterwards, in the order in which they were."""
    query = select(Reconstruction).where(Reconstruction.call_id == call_id).order_by(Reconstruction.id)
    return (await session.scalars(query)).all()


async def stories(session: AsyncSession, linkedids: Sequence[str]) -> dict[str, Call]:
    """Those of the calls that exist, with their whole stories, by linkedid; nothing is locked."""
    found = await session.scalars(whole_call().where(Call.linkedid.in_(linkedids)))
    return {call.linkedid: call for call in found}


async def begun_between(session: AsyncSession, since: datetime, until: datetime) -> dict[str, datetime]:
    """Linkedids of the calls begun in ``since <= t < until``, and when they began."""
    query = select(Call.linkedid, Call.started_at).where(Call.started_at >= since, Call.started_at < until)
    return {row.linkedid: row.started_at for row in await session.execute(query)}
