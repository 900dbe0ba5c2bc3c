"""Pauses of recording as rows, so that an engine that begins anew knows them and ends those that are overdue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Pause


async def begin(
    session: AsyncSession,
    linkedid: str,
    *,
    at: datetime,
    until: datetime,
    reason: str,
    by: str = "",
    begun_on: str = "",
) -> Pause:
    """Write down a pause.

    Args:
        at, until: from when, and when it ends by itself.
        reason: agent | input | card | api.
        by: the agent's id, the step's name, or who asked.
        begun_on: names the request; with a name already known, that request's pause is given back.
    """
    if begun_on:
        known = await session.scalar(select(Pause).where(Pause.begun_on == begun_on))
        if known is not None:
            return known
    row = Pause(
        linkedid=linkedid, started_at=at, until=until, reason=reason, by=by, ended_by="", begun_on=begun_on, ended_on=""
    )
    session.add(row)
    await session.flush()
    return row


async def end(
    session: AsyncSession,
    pause_id: int,
    *,
    at: datetime,
    by: str,
    ended_on: str = "",
) -> Pause | None:
    """End a pause; None if it has ended before.

    Args:
        by: agent | flow | api | limit | call.
        ended_on: names the request.
    """
    row = await session.scalar(select(Pause).where(Pause.id == pause_id, Pause.ended_at.is_(None)).with_for_update())
    if row is None:
        return None
    row.ended_at, row.ended_by, row.ended_on = at, by, ended_on
    await session.flush()
    return row


async def expire(session: AsyncSession, pause_id: int) -> None:
    """Let a pause be overdue from its begin on: it never came about, but something may have to be undone."""
    await session.execute(update(Pause).where(Pause.id == pause_id).values(until=Pause.started_at))


async def put_off(session: AsyncSession, pause_id: int, until: datetime) -> None:
    """Let a pause that goes on end by itself later."""
    await session.execute(update(Pause).where(Pause.id == pause_id, Pause.ended_at.is_(None)).values(until=until))


async def active(session: AsyncSession, linkedid: str | None = None) -> Sequence[Pause]:
    """Pauses that go on, of one call or of all, the oldest first."""
    query = select(Pause).where(Pause.ended_at.is_(None)).order_by(Pause.started_at, Pause.id)
    if linkedid is not None:
        query = query.where(Pause.linkedid == linkedid)
    return (await session.scalars(query)).all()


async def of_call(session: AsyncSession, linkedid: str) -> Sequence[Pause]:
    """All pauses of a call, in order."""
    query = select(Pause).where(Pause.linkedid == linkedid).order_by(Pause.started_at, Pause.id)
    return (await session.scalars(query)).all()


async def of_calls(session: AsyncSession, linkedids: Collection[str]) -> dict[str, list[Pause]]:
    """All pauses of each of these calls, in order; calls without any are left out."""
    query = select(Pause).where(Pause.linkedid.in_(linkedids)).order_by(Pause.started_at, Pause.id)
    found: dict[str, list[Pause]] = {}
    for pause in await session.scalars(query):
        found.setdefault(pause.linkedid, []).append(pause)
    return found


async def asked(session: AsyncSession, request: str) -> Pause | None:
    """The pause that this request began or ended."""
    query = select(Pause).where(or_(Pause.begun_on == request, Pause.ended_on == request)).limit(1)
    return await session.scalar(query)
