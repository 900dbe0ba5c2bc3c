"""Stretches of agents' time and outcomes of their talks, as rows that several engines may write alike."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import AgentState, CallOutcome

Session = AsyncSession
"""A session of the database, for rooms that may not import SQLAlchemy."""


async def begin(session: AsyncSession, row: AgentState) -> None:
    """Add a stretch; one that is there, or goes on, is left alone, but who began it is learnt."""
    same = (
        AgentState.agent == row.agent,
        AgentState.state == row.state,
        AgentState.queue == row.queue,
        AgentState.uniqueid == row.uniqueid,
    )
    query = select(AgentState).where(
        *same, or_(AgentState.began_at == row.began_at, AgentState.ended_at.is_(None)), AgentState.reason == row.reason
    )
    known = await session.scalar(query.order_by(AgentState.id.desc()).limit(1))
    if known is None:
        session.add(row)
        await session.flush()
    elif row.by and known.by in ("", "asterisk"):
        known.by = row.by


async def end(
    session: AsyncSession,
    agent: str,
    state: str,
    at: datetime,
    *,
    queue: str | None = None,
    uniqueid: str | None = None,
    by: str = "",
    exact: bool = True,
) -> int:
    """End the stretches of a state that go on at ``at`` (and end later, or not yet); how many there were.

    Args:
        queue, uniqueid: only those of this queue or channel.
        by: who ended them.
        exact: whether ``at`` is the moment, not only the one by which it had happened.
    """
    query = select(AgentState).where(
        AgentState.agent == agent,
        AgentState.state == state,
        AgentState.began_at <= at,
        or_(AgentState.ended_at.is_(None), AgentState.ended_at > at),
    )
    if queue is not None:
        query = query.where(AgentState.queue == queue)
    if uniqueid is not None:
        query = query.where(AgentState.uniqueid == uniqueid)
    rows = (await session.scalars(query)).all()
    for row in rows:
        row.ended_at = at
        row.ended_by = by or row.ended_by
        row.exact = row.exact and exact
    return len(rows)


async def going_on(session: AsyncSession, at: datetime, agents: Collection[str] | None = None) -> Sequence[AgentState]:
    """Stretches that have no end, or one after ``at``, of some agents or of all, the oldest first."""
    query = select(AgentState).where(or_(AgentState.ended_at.is_(None), AgentState.ended_at > at))
    if agents is not None:
        query = query.where(AgentState.agent.in_(agents))
    return (await session.scalars(query.order_by(AgentState.began_at, AgentState.id))).all()


async def between(
    session: AsyncSession, since: datetime, until: datetime, *, agent: str | None = None
) -> Sequence[AgentState]:
    """Stretches that touch the time from ``since`` to ``until``, the oldest first; the ends may lie outside it."""
    query = select(AgentState).where(
        AgentState.began_at < until, or_(AgentState.ended_at.is_(None), AgentState.ended_at > since)
    )
    if agent is not None:
        query = query.where(AgentState.agent == agent)
    return (await session.scalars(query.order_by(AgentState.began_at, AgentState.id))).all()


async def last_talk(session: AsyncSession, agent: str) -> AgentState | None:
    """The agent's newest talk, over or not."""
    query = select(AgentState).where(AgentState.agent == agent, AgentState.state == "talking")
    return await session.scalar(query.order_by(AgentState.began_at.desc(), AgentState.id.desc()).limit(1))


async def set_outcome(session: AsyncSession, talk: AgentState, outcome: str, *, at: datetime, by: str) -> CallOutcome:
    """Say what a talk came to; said again, the later word counts."""
    row = await session.scalar(select(CallOutcome).where(CallOutcome.uniqueid == talk.uniqueid).with_for_update())
    if row is None:
        row = CallOutcome(uniqueid=talk.uniqueid, linkedid=talk.linkedid, agent=talk.agent, queue=talk.queue)
        session.add(row)
    row.outcome, row.set_at, row.by = outcome, at, by
    await session.flush()
    return row


async def outcomes_of(session: AsyncSession, linkedid: str) -> Sequence[CallOutcome]:
    """What the agents of a call said it came to, in order."""
    query = select(CallOutcome).where(CallOutcome.linkedid == linkedid).order_by(CallOutcome.set_at, CallOutcome.id)
    return (await session.scalars(query)).all()
