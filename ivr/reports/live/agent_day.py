"""One agent's figures of today, by his own rows alone: few enough to be read whenever his page is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.indicators.facts import RingFacts, StateFacts, TalkFacts
from ivr.reports.indicators.handling import (
    after_call,
    handling_time,
    occupancy,
    pickup_rate,
    pickup_time,
    three_rings,
)
from ivr.reports.indicators.model import Indicator
from ivr.storage import agents
from ivr.storage.models import CallOutcome, QueueVisit, Ring


@dataclass(frozen=True, slots=True)
class LastTalk:
    """An agent's newest talk, and what he has said it came to."""

    linkedid: str
    queue: str
    began: datetime
    ended: datetime | None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class AgentDay:
    """One agent's time since ``since``.

    Args:
        talks: how many began.
        talk_s, paused_s, logged_in_s: seconds.
        indicators: pick-up rate and time, three rings, handling time, occupancy; as in ``ivr report``.
    """

    since: datetime
    talks: int
    talk_s: float
    paused_s: float
    logged_in_s: float
    indicators: tuple[Indicator, ...]


async def agent_day(
    session: AsyncSession, agent: str, since: datetime, now: datetime, *, three_rings_s: float
) -> AgentDay:
    """What an agent has done since ``since``; talks are told by his states, so one that goes on counts."""
    rows = await agents.between(session, since, now, agent=agent)
    states = [StateFacts(row.agent, row.state, row.began_at, row.ended_at) for row in rows]
    talks = [
        TalkFacts(agent, row.queue, row.began_at, row.ended_at)
        for row in rows
        if row.state == "talking" and row.began_at >= since
    ]
    rings = await _rings(session, agent, since)
    after = after_call(talks, states, now) if states else None
    return AgentDay(
        since,
        len(talks),
        _seconds(states, "talking", since, now),
        _seconds(states, "paused", since, now),
        _seconds(states, "logged_in", since, now),
        (
            pickup_rate(rings),
            three_rings(rings, three_rings_s),
            pickup_time(rings),
            handling_time(talks, after),
            occupancy(talks, states, since, now),
        ),
    )


async def last_talk(session: AsyncSession, agent: str) -> LastTalk | None:
    """An agent's newest talk, over or not."""
    row = await agents.last_talk(session, agent)
    if row is None:
        return None
    outcome = await session.scalar(select(CallOutcome.outcome).where(CallOutcome.uniqueid == row.uniqueid))
    return LastTalk(row.linkedid, row.queue, row.began_at, row.ended_at, outcome or "")


async def _rings(session: AsyncSession, agent: str, since: datetime) -> list[RingFacts]:
    query = (
        select(Ring.agent, QueueVisit.queue, Ring.started_at, Ring.ended_at, Ring.result)
        .join(QueueVisit, QueueVisit.id == Ring.visit_id)
        .where(QueueVisit.joined_at >= since, Ring.agent == agent)  # the visits of a day, by their index
        .order_by(Ring.started_at, Ring.id)
    )
    return [RingFacts(*row) for row in await session.execute(query)]


def _seconds(states: list[StateFacts], name: str, since: datetime, now: datetime) -> float:
    """Seconds in a state, each moment once: of several queues, and of several channels, there is a row each."""
    spans = sorted(
        (max(one.began, since), min(one.ended or now, now)) for one in states if one.state == name and one.began < now
    )
    total, until = 0.0, since
    for began, ended in spans:
        if ended > until:
            total += (ended - max(began, until)).total_seconds()
            until = ended
    return total


__all__ = ["AgentDay", "LastTalk", "agent_day", "last_talk"]
