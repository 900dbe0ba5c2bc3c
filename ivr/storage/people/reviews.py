"""Reviews with their items."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.models import Call, Review


async def add(session: AsyncSession, review: Review) -> Review:
    """Keep a new review; returns it with its id."""
    session.add(review)
    await session.flush()
    return review


async def get(session: AsyncSession, review_id: int, *, lock: bool = False) -> Review | None:
    """A review with its items; ``lock`` holds it until the transaction ends."""
    query = _whole().where(Review.id == review_id)
    return await session.scalar(query.with_for_update(of=Review) if lock else query)


async def in_slot(session: AsyncSession, slot: str) -> Review | None:
    """The review in that place, e.g. ``first:17:agent-lee``."""
    return await session.scalar(_whole().where(Review.slot == slot))


async def list_reviews(
    session: AsyncSession,
    *,
    call_id: int | None = None,
    agent: str | None = None,
    reviewer: str | None = None,
    kinds: Collection[str] = (),
    state: str | None = None,
    calibration_id: int | None = None,
    limit: int = 1000,
) -> Sequence[Review]:
    """Reviews with their items, the newest first, at most ``limit``."""
    query = _whole().order_by(Review.id.desc()).limit(limit)
    if call_id is not None:
        query = query.where(Review.call_id == call_id)
    if agent is not None:
        query = query.where(Review.agent == agent)
    if reviewer is not None:
        query = query.where(Review.reviewer == reviewer)
    if kinds:
        query = query.where(Review.kind.in_(kinds))
    if state is not None:
        query = query.where(Review.state == state)
    if calibration_id is not None:
        query = query.where(Review.calibration_id == calibration_id)
    return (await session.scalars(query)).all()


async def submitted(
    session: AsyncSession,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Collection[str] = ("first",),
    source: str | None = None,
    limit: int = 100_000,
) -> Sequence[Review]:
    """Submitted reviews of calls begun in ``since <= t < until``, with their items, in order of submission."""
    query = _whole().join(Call, Call.id == Review.call_id).where(Review.state == "submitted", Review.kind.in_(kinds))
    if since is not None:
        query = query.where(Call.started_at >= since)
    if until is not None:
        query = query.where(Call.started_at < until)
    if source is not None:
        query = query.where(Review.source == source)
    return (await session.scalars(query.order_by(Review.submitted_at, Review.id).limit(limit))).all()


def _whole() -> Select[Review]:
    return select(Review).options(selectinload(Review.items))
