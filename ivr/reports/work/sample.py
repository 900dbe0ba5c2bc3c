"""Which calls a person should listen to: those drawn by lot, and among the newest those where something seems wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from ivr.reports.quality.risks import unreviewed
from ivr.storage.models import Call, Review, Score, SpotCheck, SpotDraw, Verdict
from recording.review.risk import Facts

NEWEST = 1000
"""So many of the newest calls are ranked while somebody waits."""
MOST_DRAWN = 2000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A call that was drawn by lot.

    Args:
        candidates: of how many it was drawn.
        unsure: verdicts of cannot tell in the newest judging.
        percent: automatic score, 0..100; None where nothing counts or there is none.
        review, reviewer, state: of the review that counts; None and "" where there is none.
    """

    call_id: int
    agent: str
    started_at: datetime
    language: str
    drawn_at: datetime
    candidates: int
    unsure: int
    percent: float | None
    review: int | None
    reviewer: str
    state: str


async def drawn(session: AsyncSession, month: str, *, site: str) -> list[Drawn]:
    """What was drawn in a month (YYYY-MM); of which the machine cannot tell most first, what is reviewed last."""
    any_ = aliased(Score)
    newest = (
        select(func.max(any_.id))
        .where(any_.call_id == SpotCheck.call_id, any_.agent == SpotCheck.agent)
        .correlate(SpotCheck)
    )
    query = (
        select(SpotCheck, SpotDraw, Call.started_at, Call.language, Score, Review)
        .join(SpotDraw, SpotDraw.id == SpotCheck.draw_id)
        .join(Call, Call.id == SpotCheck.call_id)
        .outerjoin(Score, Score.id == newest.scalar_subquery())
        .outerjoin(
            Review,
            and_(
                Review.call_id == SpotCheck.call_id,
                Review.agent == SpotCheck.agent,
                Review.kind == "first",
                Review.state != "discarded",
            ),
        )
        .where(SpotDraw.month == month, SpotDraw.site == site)
        .order_by(SpotCheck.id)
        .limit(MOST_DRAWN)
        .options(defer(Score.items))
    )
    rows = (await session.execute(query)).all()
    unsure = await _unsure(session, [score.run for _, _, _, _, score, _ in rows if score is not None])
    found = [
        Drawn(
            check.call_id,
            check.agent,
            started_at,
            language,
            draw.drawn_at,
            draw.candidates,
            0 if score is None else unsure.get((score.run, check.agent), 0),
            100.0 * score.points / score.possible if score is not None and score.possible else None,
            None if review is None else review.id,
            "" if review is None else review.reviewer,
            "" if review is None else review.state,
        )
        for check, draw, started_at, language, score, review in rows
    ]
    return sorted(found, key=lambda one: (one.state == "submitted", -one.unsure, one.started_at, one.call_id))


async def newest_unreviewed(session: AsyncSession, now: datetime, *, calls: int = NEWEST) -> Sequence[Facts]:
    """What is known of the judged calls among the newest ``calls`` that nobody has reviewed."""
    bound = select(Call.started_at).order_by(Call.started_at.desc()).offset(calls - 1).limit(1)
    since = await session.scalar(bound)
    if since is None:
        since = await session.scalar(select(func.min(Call.started_at)))
    if since is None:
        return ()
    return await unreviewed(session, since, now + timedelta(seconds=1))


async def mark(session: AsyncSession) -> tuple[object, ...]:
    """What changes when :func:`newest_unreviewed` may: the newest judging, the newest review begun and submitted."""
    query = select(
        select(func.max(Score.id)).scalar_subquery(),
        select(func.max(Review.id)).scalar_subquery(),
        select(func.max(Review.submitted_at)).scalar_subquery(),
        select(func.max(Call.id)).scalar_subquery(),
    )
    return tuple((await session.execute(query)).one())


async def begun(session: AsyncSession, calls: Collection[int]) -> dict[int, tuple[datetime, str]]:
    """When calls began, and their language."""
    query = select(Call.id, Call.started_at, Call.language).where(Call.id.in_(calls))
    return {number: (at, language) for number, at, language in await session.execute(query)}


async def _unsure(session: AsyncSession, runs: Collection[str]) -> dict[tuple[str, str], int]:
    query = (
        select(Verdict.run, Verdict.agent, func.count())
        .where(Verdict.run.in_(runs), Verdict.value == "cannot_tell")
        .group_by(Verdict.run, Verdict.agent)
    )
    return {(run, agent): count for run, agent, count in await session.execute(query)}


__all__ = ["MOST_DRAWN", "NEWEST", "Drawn", "begun", "drawn", "mark", "newest_unreviewed"]
