"""The month's calls ranked by risk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ivr.reports.quality.source import Key
from ivr.storage.features import features_between
from ivr.storage.models import Call, Review, Score, Step, Verdict
from recording.holds import CALLER, holds
from recording.review.risk import Facts, Risk, ranked


async def risks(
    session: AsyncSession, since: datetime, until: datetime, *, agent: str | None = None, most: int = 20
) -> list[Risk]:
    """The ``most`` riskiest judged calls begun in ``since <= t < until`` that nobody has reviewed, the worst first."""
    return ranked(await unreviewed(session, since, until, agent=agent), most)


async def unreviewed(
    session: AsyncSession, since: datetime, until: datetime, *, agent: str | None = None
) -> list[Facts]:
    """What is known of the judged calls begun in ``since <= t < until`` that nobody has reviewed."""
    newer = aliased(Score)
    later = select(newer.id).where(newer.call_id == Score.call_id, newer.agent == Score.agent, newer.id > Score.id)
    reviewed = select(Review.id).where(
        Review.call_id == Score.call_id,
        Review.agent == Score.agent,
        Review.kind == "first",
        Review.state == "submitted",
    )
    query = (
        select(
            Score.call_id,
            Score.agent,
            Score.run,
            Score.points,
            Score.possible,
            Score.failed_all,
            Call.hung_up_by,
            Call.started_at,
            Call.ended_at,
        )
        .join(Call, Call.id == Score.call_id)
        .where(Call.started_at >= since, Call.started_at < until, ~later.exists(), ~reviewed.exists())
    )
    if agent is not None:
        query = query.where(Score.agent == agent)
    rows = (await session.execute(query)).all()
    verdicts = await _verdicts(session, since, until)
    held = await _holds(session, since, until)
    silences = await _silences(session, since, until)
    facts = []
    for call_id, who, run, points, possible, failed_all, hung_up_by, _, _ in rows:
        unsure, forbidden, count = verdicts.get((call_id, who, run), (0, 0, 0))
        facts.append(
            Facts(
                call_id=call_id,
                agent=who,
                forbidden=forbidden,
                failed_all=bool(failed_all),
                percent=100.0 * points / possible if possible else None,
                undecided=unsure / count if count else 0.0,
                dead_air_s=silences.get((call_id, who)),
                hold_s=held.get(call_id, 0.0),
                agent_hung_up=hung_up_by == "agent",
            )
        )
    return facts


async def _verdicts(
    session: AsyncSession, since: datetime, until: datetime
) -> dict[tuple[int, str, str], tuple[int, int, int]]:
    """By (call, agent, run): verdicts of cannot tell, those of them about forbidden phrases, and all."""
    query = (
        select(Verdict.call_id, Verdict.agent, Verdict.run, Verdict.value, Verdict.forbidden, func.count())
        .join(Call, Call.id == Verdict.call_id)
        .where(Call.started_at >= since, Call.started_at < until, Verdict.value != "not_applicable")
        .group_by(Verdict.call_id, Verdict.agent, Verdict.run, Verdict.value, Verdict.forbidden)
    )
    found: dict[tuple[int, str, str], tuple[int, int, int]] = {}
    for call_id, who, run, value, forbidden, count in await session.execute(query):
        unsure, hits, total = found.get((call_id, who, run), (0, 0, 0))
        cannot = count if value == "cannot_tell" else 0
        found[call_id, who, run] = (unsure + cannot, hits + (cannot if forbidden else 0), total + count)
    return found


async def _holds(session: AsyncSession, since: datetime, until: datetime) -> dict[int, float]:
    query = (
        select(Step, Call.started_at, Call.ended_at)
        .join(Call, Call.id == Step.call_id)
        .where(Call.started_at >= since, Call.started_at < until, Step.kind == "talk")
        .order_by(Step.call_id, Step.seq)
    )
    steps: dict[int, tuple[list[Step], datetime, datetime]] = {}
    for step, started_at, ended_at in await session.execute(query):
        steps.setdefault(step.call_id, ([], started_at, ended_at or started_at))[0].append(step)
    return {call_id: _held(*found) for call_id, found in steps.items()}


def _held(steps: Sequence[Step], started_at: datetime, ended_at: datetime) -> float:
    def at(moment: datetime) -> float:
        return (moment - started_at).total_seconds()

    return sum(hold.end - hold.start for hold in holds(steps, at, at(ended_at)) if hold.by != CALLER)


async def _silences(session: AsyncSession, since: datetime, until: datetime) -> dict[Key, float]:
    """The longest mutual silence of each card whose sound was measured on both sides."""
    found: dict[Key, float] = {}
    for call_id, agent, features in await features_between(session, since, until):
        if features.get("agent") is not None and features.get("caller") is not None:
            longest = max((end - start for start, end in features.get("dead_air", ())), default=0.0)
            found[call_id, agent] = max(found.get((call_id, agent), 0.0), longest)
    return found
