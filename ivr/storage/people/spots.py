"""Spot checks: the calls among which lots are drawn, and what was drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.models import Call, QueueVisit, SpotCheck, SpotDraw


@dataclass(frozen=True, slots=True)
class Talk:
    """An agent's part in a call that has ended.

    Args:
        talk_s: seconds he talked.
    """

    call_id: int
    linkedid: str
    agent: str
    ended_at: datetime
    talk_s: float


async def talks(
    session: AsyncSession, since: datetime, until: datetime, *, agent: str | None = None, least_s: float = 0.0
) -> list[Talk]:
    """The agents' parts in calls that ended in ``since <= t < until``, in order of their end.

    Args:
        least_s: shortest talk, seconds.
    """
    query = (
        select(
            Call.id, Call.linkedid, Call.ended_at, QueueVisit.agent, QueueVisit.connected_at, QueueVisit.completed_at
        )
        .join(QueueVisit, QueueVisit.call_id == Call.id)
        .where(Call.ended_at >= since, Call.ended_at < until, QueueVisit.connected_at.is_not(None))
        .where(QueueVisit.agent != "")
        .order_by(Call.ended_at, Call.id, QueueVisit.id)
    )
    if agent is not None:
        query = query.where(QueueVisit.agent == agent)
    found: dict[tuple[int, str], Talk] = {}
    for call_id, linkedid, ended_at, who, connected_at, completed_at in await session.execute(query):
        if ended_at is None or connected_at is None:  # the query leaves these out
            continue
        length = ((completed_at or ended_at) - connected_at).total_seconds()
        before = found.get((call_id, who))
        found[call_id, who] = Talk(call_id, linkedid, who, ended_at, length + (before.talk_s if before else 0.0))
    return [one for one in found.values() if one.talk_s >= least_s]


async def draws(
    session: AsyncSession, month: str, *, site: str | None = None, agent: str | None = None
) -> Sequence[SpotDraw]:
    """The drawings of a month (YYYY-MM) with what was drawn, by agent and part."""
    query = (
        select(SpotDraw)
        .options(selectinload(SpotDraw.checks))
        .where(SpotDraw.month == month)
        .order_by(SpotDraw.agent, SpotDraw.part)
    )
    if site is not None:
        query = query.where(SpotDraw.site == site)
    if agent is not None:
        query = query.where(SpotDraw.agent == agent)
    return (await session.scalars(query)).all()


async def add(session: AsyncSession, draw: SpotDraw) -> SpotDraw:
    """Keep a drawing with its checks; returns it with its id."""
    session.add(draw)
    await session.flush()
    return draw


async def was_drawn(session: AsyncSession, call_id: int, agent: str) -> bool:
    """Whether the agent's part in that call was drawn."""
    query = select(SpotCheck.id).where(SpotCheck.call_id == call_id, SpotCheck.agent == agent).limit(1)
    return await session.scalar(query) is not None
