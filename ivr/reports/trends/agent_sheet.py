"""One agent's monthly evaluation sheet (B4, B5, B7), from his own rows alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.quality.model import Group, Sheet, Spot
from ivr.reports.quality.sheet import sheet
from ivr.reports.quality.source import VisitRow
from ivr.storage.models import Call, Dispute, QueueVisit, Review, Ring
from ivr.storage.people import figures, notes, spots


async def agent_sheet(
    session: AsyncSession, agent: str, month: str, since: datetime, until: datetime, *, site: str, group: Group | None
) -> Sheet:
    """The sheet as the month's quality report has it.

    Args:
        month: YYYY-MM.
        since, until: its bounds, UTC.
        site: whose lots were drawn.
        group: the agent's scores; None without any card.
    """
    visits = [
        VisitRow(
            call_id,
            agent,
            queue,
            max(0.0, (connected - joined).total_seconds()),
            None if completed is None else max(0.0, (completed - connected).total_seconds()),
        )
        for call_id, queue, joined, connected, completed in await session.execute(
            select(
                QueueVisit.call_id,
                QueueVisit.queue,
                QueueVisit.joined_at,
                QueueVisit.connected_at,
                QueueVisit.completed_at,
            )
            .join(Call, Call.id == QueueVisit.call_id)
            .where(QueueVisit.agent == agent, Call.started_at >= since, Call.started_at < until)
            .order_by(QueueVisit.id)
        )
        if connected is not None
    ]
    rings = [
        (agent, result, None if ended is None else max(0.0, (ended - started).total_seconds()))
        for result, started, ended in await session.execute(
            select(Ring.result, Ring.started_at, Ring.ended_at)
            .join(QueueVisit, QueueVisit.id == Ring.visit_id)
            .join(Call, Call.id == QueueVisit.call_id)
            .where(Ring.agent == agent, Call.started_at >= since, Call.started_at < until)
        )
    ]
    counted = await notes.counts(session, since=since, until=until, agent=agent)
    entered = {one.name: one.value for one in await figures.list_figures(session, month) if one.agent == agent}
    won = await session.scalars(
        select(Dispute.id)
        .join(Call, Call.id == Dispute.call_id)
        .where(Dispute.agent == agent, Dispute.state == "changed", Call.started_at >= since, Call.started_at < until)
    )
    return sheet(
        agent,
        visits=visits,
        rings=rings,
        group=group,
        spot=await _spot(session, agent, month, site),
        entered=entered,
        notes={(kind, step): count for (_, kind, step), count in counted.items()},
        disputes_changed=len(won.all()),
    )


async def _spot(session: AsyncSession, agent: str, month: str, site: str) -> Spot | None:
    done = set(
        await session.scalars(
            select(Review.call_id).where(Review.agent == agent, Review.kind == "first", Review.state == "submitted")
        )
    )
    drawn = await spots.draws(session, month, site=site, agent=agent)
    if not drawn:
        return None
    checks = [check.call_id for draw in drawn for check in draw.checks]
    return Spot(agent, drawn[-1].quota, len(checks), sum(call in done for call in checks))


__all__ = ["agent_sheet"]
