"""Where people are logged in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ivr.storage.models import LoginSession


async def add(session: AsyncSession, row: LoginSession) -> LoginSession:
    """Keep a new session; returns it with its id."""
    session.add(row)
    await session.flush()
    return row


async def find(session: AsyncSession, digest: str, at: datetime) -> LoginSession | None:
    """The session of a token, with its account, if it goes on at ``at``."""
    query = select(LoginSession).where(LoginSession.hash == digest, *_going_on(at))
    return await session.scalar(query.options(joinedload(LoginSession.account)))


async def going_on(session: AsyncSession, ids: Collection[int], at: datetime) -> Sequence[LoginSession]:
    """Those of these sessions that go on, with their accounts."""
    query = select(LoginSession).where(LoginSession.id.in_(ids), *_going_on(at))
    return (await session.scalars(query.options(joinedload(LoginSession.account)))).all()


async def seen(session: AsyncSession, row_id: int, at: datetime, idle_at: datetime) -> None:
    """Note that somebody is still there; a session that has ended meanwhile stays ended."""
    row = await session.get(LoginSession, row_id, with_for_update=True)
    if row is not None:
        row.seen_at, row.idle_at = at, idle_at


async def of_account(session: AsyncSession, account_id: int, at: datetime) -> Sequence[LoginSession]:
    """Somebody's sessions that go on, the newest first."""
    query = select(LoginSession).where(LoginSession.account_id == account_id, *_going_on(at))
    return (await session.scalars(query.order_by(LoginSession.id.desc()).limit(100))).all()


async def end(
    session: AsyncSession, account_id: int, *, only: int | None = None, but: int | None = None
) -> Sequence[int]:
    """End somebody's sessions; gives the ids of those that were ended.

    Args:
        only: this one alone.
        but: all except this one.
    """
    query = delete(LoginSession).where(LoginSession.account_id == account_id)
    if only is not None:
        query = query.where(LoginSession.id == only)
    if but is not None:
        query = query.where(LoginSession.id != but)
    return (await session.scalars(query.returning(LoginSession.id))).all()


async def forget(session: AsyncSession, at: datetime) -> None:
    """Delete what is over."""
    await session.execute(delete(LoginSession).where(or_(LoginSession.idle_at <= at, LoginSession.expires_at <= at)))


def _going_on(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (LoginSession.idle_at > at, LoginSession.expires_at > at)


__all__ = ["add", "end", "find", "forget", "going_on", "of_account", "seen"]
