"""The facts of a period from the database: plain columns, one query a table."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.indicators.facts import CallFacts, Facts, RingFacts, StateFacts, TalkFacts, VisitFacts
from ivr.storage.models import AgentState, AgentTalk, Call, QueueVisit, Ring


async def load_facts(session: AsyncSession, since: datetime, until: datetime, *, now: datetime | None = None) -> Facts:
    """What calls begun in ``since <= t < until`` asked for, and the agents' states of that time.

    Args:
        now: until when a state that goes on is counted; the present when not given.
    """
    now = now or datetime.now(UTC)
    rings = await _rings(session, since, until)
    calls: dict[int, tuple[datetime, datetime | None]] = {}
    visits: dict[int, list[VisitFacts]] = defaultdict(list)
    rung: dict[int, list[RingFacts]] = defaultdict(list)
    talks: dict[int, list[TalkFacts]] = defaultdict(list)
    query = (
        select(
            Call.id,
            Call.started_at,
            Call.ended_at,
            QueueVisit.id,
            QueueVisit.queue,
            QueueVisit.joined_at,
            QueueVisit.left_at,
            QueueVisit.outcome,
            QueueVisit.connected_at,
            QueueVisit.completed_at,
            QueueVisit.agent,
        )
        .join(Call, Call.id == QueueVisit.call_id)
        .where(Call.started_at >= since, Call.started_at < until)
        .order_by(Call.started_at, Call.id, QueueVisit.joined_at, QueueVisit.id)
    )
    rows = await session.execute(query)
    for call, started, ended, visit, queue, joined, left, outcome, connected, completed, agent in rows:
        calls[call] = (started, ended)
        visits[call].append(VisitFacts(queue, joined, left, outcome, connected))
        rung[call] += [RingFacts(who, queue, began, stopped, result) for who, began, stopped, result in rings[visit]]
        if outcome == "answered" and connected is not None:
            talks[call].append(TalkFacts(agent, queue, connected, completed or ended))
    # Who talked is told once a call is over; until then, and in calls of before, by its visits alone.
    talks |= await _talks(session, since, until)
    found = tuple(
        CallFacts(call, started, ended, tuple(visits[call]), tuple(rung[call]), tuple(talks[call]))
        for call, (started, ended) in calls.items()
    )
    return Facts(since, until, now, found, await _states(session, since, until))


async def _talks(session: AsyncSession, since: datetime, until: datetime) -> dict[int, list[TalkFacts]]:
    query = (
        select(AgentTalk.call_id, AgentTalk.agent, AgentTalk.queue, AgentTalk.connected_at, AgentTalk.completed_at)
        .join(Call, Call.id == AgentTalk.call_id)
        .where(Call.started_at >= since, Call.started_at < until)
        .order_by(AgentTalk.connected_at, AgentTalk.id)
    )
    found: dict[int, list[TalkFacts]] = defaultdict(list)
    for call, agent, queue, began, ended in await session.execute(query):
        found[call].append(TalkFacts(agent, queue, began, ended))
    return found


async def _rings(
    session: AsyncSession, since: datetime, until: datetime
) -> dict[int, list[tuple[str, datetime, datetime | None, str]]]:
    query = (
        select(Ring.visit_id, Ring.agent, Ring.started_at, Ring.ended_at, Ring.result)
        .join(QueueVisit, QueueVisit.id == Ring.visit_id)
        .join(Call, Call.id == QueueVisit.call_id)
        .where(Call.started_at >= since, Call.started_at < until)
        .order_by(Ring.started_at, Ring.id)
    )
    found: dict[int, list[tuple[str, datetime, datetime | None, str]]] = defaultdict(list)
    for visit, agent, began, ended, result in await session.execute(query):
        found[visit].append((agent, began, ended, result))
    return found


async def _states(session: AsyncSession, since: datetime, until: datetime) -> tuple[StateFacts, ...] | None:
    """What agents did with their time; None where nobody had written that down yet."""
    stretch = (AgentState.began_at, AgentState.id, AgentState.agent, AgentState.state, AgentState.ended_at)
    # What ended before is all there was before: the index of the ends leaves it out, that of the beginnings does not.
    begun = func.coalesce(AgentState.began_at, AgentState.began_at) < until
    rows = [
        *await session.execute(select(*stretch).where(AgentState.ended_at.is_(None), begun)),
        *await session.execute(select(*stretch).where(AgentState.ended_at > since, begun)),
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    found = tuple(StateFacts(agent, state, began, ended) for began, _, agent, state, ended in rows)
    if found or await session.scalar(select(AgentState.id).where(AgentState.began_at < until).limit(1)) is not None:
        return found
    return None
