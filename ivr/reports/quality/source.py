"""The rows behind a quality report, read in pages: a month may hold more cards than memory should."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Dispute, QueueVisit, Review, Ring, Score
from ivr.storage.people import disputes, reviews

PAGE = 500
Key = tuple[int, str]
"""A call and an agent."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The newest automatic score of an agent's part in a call; ``items`` is empty where they were not asked for."""

    call_id: int
    agent: str
    started_at: datetime
    points: float
    possible: float
    items: list[dict[str, Any]]


@dataclass(slots=True)
class People:
    """What people said of the period's cards."""

    reviews: dict[Key, Review] = field(default_factory=dict)
    disputes: dict[Key, list[Dispute]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One talk of an agent; times in seconds."""

    call_id: int
    agent: str
    queue: str
    waited_s: float
    talked_s: float | None


async def people(session: AsyncSession, since: datetime, until: datetime) -> People:
    """Submitted first reviews, and disputes, of calls begun in ``since <= t < until``."""
    found = People()
    for review in await reviews.submitted(session, since=since, until=until):
        found.reviews[review.call_id, review.agent] = review
    for dispute in await disputes.list_disputes(session, since=since, until=until, limit=100_000):
        found.disputes.setdefault((dispute.call_id, dispute.agent), []).append(dispute)
    return found


async def scores(
    session: AsyncSession, since: datetime, until: datetime, *, items_of: Collection[Key] | None = None
) -> AsyncIterator[ScoreRow]:
    """The newest score of each agent's part in each call begun in ``since <= t < until``.

    Args:
        items_of: whose items are read; None: all.
    """
    newest = select(func.max(Score.id)).group_by(Score.call_id, Score.agent)
    light = (Score.id, Score.call_id, Score.agent, Call.started_at, Score.points, Score.possible)
    columns = light if items_of is not None else (*light, Score.items)
    last = 0
    while True:
        query = (
            select(*columns)
            .join(Call, Call.id == Score.call_id)
            .where(Call.started_at >= since, Call.started_at < until, Score.id.in_(newest), Score.id > last)
            .order_by(Score.id)
            .limit(PAGE)
        )
        rows = (await session.execute(query)).all()
        for row in rows:
            last, call_id, agent, started_at, points, possible = row[:6]
            if items_of is None:
                items = row[6]
            elif (call_id, agent) in items_of:
                items = await session.scalar(select(Score.items).where(Score.id == last)) or []
            else:
                items = []
            yield ScoreRow(call_id, agent, started_at, points, possible, items)
        if len(rows) < PAGE:
            return


async def visits(session: AsyncSession, since: datetime, until: datetime) -> list[VisitRow]:
    """Talks in calls begun in ``since <= t < until``."""
    query = (
        select(
            QueueVisit.call_id,
            QueueVisit.agent,
            QueueVisit.queue,
            QueueVisit.joined_at,
            QueueVisit.connected_at,
            QueueVisit.completed_at,
        )
        .join(Call, Call.id == QueueVisit.call_id)
        .where(Call.started_at >= since, Call.started_at < until)
        .where(QueueVisit.connected_at.is_not(None), QueueVisit.agent != "")
        .order_by(QueueVisit.id)
    )
    found = []
    for call_id, agent, queue, joined, connected, completed in await session.execute(query):
        if connected is None:  # the query leaves these out
            continue
        talked = None if completed is None else max(0.0, (completed - connected).total_seconds())
        found.append(VisitRow(call_id, agent, queue, max(0.0, (connected - joined).total_seconds()), talked))
    return found


async def rings(session: AsyncSession, since: datetime, until: datetime) -> list[tuple[str, str, float | None]]:
    """(agent, result, seconds) of each ringing phone in calls begun in ``since <= t < until``."""
    query = (
        select(Ring.agent, Ring.result, Ring.started_at, Ring.ended_at)
        .join(QueueVisit, QueueVisit.id == Ring.visit_id)
        .join(Call, Call.id == QueueVisit.call_id)
        .where(Call.started_at >= since, Call.started_at < until)
    )
    return [
        (agent, result, None if ended is None else max(0.0, (ended - started).total_seconds()))
        for agent, result, started, ended in await session.execute(query)
    ]
