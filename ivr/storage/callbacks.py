"""Callbacks as rows: what is open, what a number has had, and one row to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Callback

OPEN = ("waiting", "calling", "queued", "connected")
"""States of a callback that is not over."""


async def open_ones(session: AsyncSession, *, queue: str = "", number: str = "") -> Sequence[Callback]:
    """Callbacks that are not over, of one queue or number or all, in the order of their places."""
    query = select(Callback).where(Callback.state.in_(OPEN))
    if queue:
        query = query.where(Callback.queue == queue)
    if number:
        query = query.where(Callback.number == number)
    query = query.order_by(Callback.priority.desc(), Callback.place_at, Callback.id)
    return (await session.scalars(query)).all()


async def newest(session: AsyncSession, *, limit: int = 100, offset: int = 0) -> Sequence[Callback]:
    """Callbacks in any state, the newest first."""
    query = select(Callback).order_by(Callback.created_at.desc(), Callback.id.desc()).limit(limit).offset(offset)
    return (await session.scalars(query)).all()


async def count_open(session: AsyncSession) -> int:
    """How many are not over."""
    return await session.scalar(select(func.count()).where(Callback.state.in_(OPEN))) or 0


async def count_since(session: AsyncSession, number: str, since: datetime) -> int:
    """How many were asked for to this number since then."""
    query = select(func.count()).where(Callback.number == number, Callback.created_at >= since)
    return await session.scalar(query) or 0


async def hold(session: AsyncSession, callback_id: int) -> Callback | None:
    """One callback, locked until the transaction ends."""
    return await session.scalar(select(Callback).where(Callback.id == callback_id).with_for_update())


async def hold_attempt(session: AsyncSession, linkedid: str) -> Callback | None:
    """The callback whose last try is this call, locked until the transaction ends."""
    query = select(Callback).where(Callback.attempt == linkedid).with_for_update()
    return await session.scalar(query)


async def of_attempt(session: AsyncSession, linkedid: str) -> Callback | None:
    """The callback whose last try is this call."""
    return await session.scalar(select(Callback).where(Callback.attempt == linkedid))


async def versions(session: AsyncSession) -> set[str]:
    """Versions of the site that callbacks which are not over began with."""
    return set(await session.scalars(select(Callback.site_version).where(Callback.state.in_(OPEN)).distinct()))
