"""How strict the machine could be: verdicts of reviewed calls at every score from which a phrase counts as said.

Only calls drawn by lot count, and only items a person judged himself. A phrase was said where a must passed or a
must-not failed by the person's word. At a score ``t`` it is detected where the deciding evidence scores ``t`` or more.
Precision: of those detected, the share that was said; recall: of those said, the share detected.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Review, ReviewItem, Verdict
from recording.review.intervals import Share, wilson
from recording.scorecards import Outcome

STEPS = tuple(range(30, 101, 5))
MOST = 50_000  # verdicts


@dataclass(frozen=True, slots=True)
class Seen:
    """One verdict and what a person said of it.

    Args:
        score: of the deciding evidence, 0..100; 0 without any.
        said: whether it was said.
        item: the rule.
    """

    score: float
    said: bool
    item: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """Precision and recall at one strictness; None where there is nothing to divide by."""

    at: float
    precision: Share | None
    recall: Share | None


async def load_seen(session: AsyncSession, since: datetime, until: datetime) -> list[Seen]:
    """Reviewed verdicts about phrases, of calls begun in ``since <= t < until``."""
    query = (
        select(Verdict.score, Verdict.forbidden, ReviewItem.value, Verdict.rule)
        .join(
            Review,
            and_(Review.call_id == Verdict.call_id, Review.agent == Verdict.agent, Review.run == Verdict.run),
        )
        .join(ReviewItem, and_(ReviewItem.review_id == Review.id, ReviewItem.item == Verdict.rule))
        .join(Call, Call.id == Verdict.call_id)
        .where(
            Review.state == "submitted",
            Review.kind == "first",
            Review.source == "spot",
            Verdict.kind == "phrase",
            Verdict.value != "not_applicable",
            ReviewItem.value.in_((Outcome.PASS.value, Outcome.FAIL.value)),
            Call.started_at >= since,
            Call.started_at < until,
        )
        .limit(MOST)
    )
    return [
        Seen(score or 0.0, (value == Outcome.PASS.value) != forbidden, rule)
        for score, forbidden, value, rule in await session.execute(query)
    ]


def curve(seen: Sequence[Seen], steps: Sequence[float] = STEPS) -> list[Point]:
    """Precision and recall, with Wilson's intervals of 95 %, at each strictness."""
    spoken = sum(one.said for one in seen)
    points = []
    for at in steps:
        detected = [one for one in seen if one.score >= at]
        right = sum(one.said for one in detected)
        points.append(Point(float(at), wilson(right, len(detected)), wilson(right, spoken)))
    return points


__all__ = ["MOST", "STEPS", "Point", "Seen", "curve", "load_seen"]
