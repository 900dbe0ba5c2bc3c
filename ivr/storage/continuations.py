"""Where flows go on after the dialplan has queued, dialled or recorded for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Continuation


async def save(session: AsyncSession, token: str, linkedid: str, state: dict[str, Any], at: datetime) -> None:
    """Keep ``state`` (plain JSON data) under ``token`` until it is taken."""
    session.add(Continuation(token=token, linkedid=linkedid, state=state, created_at=at))
    await session.flush()


async def take(session: AsyncSession, token: str, linkedid: str | None = None) -> dict[str, Any] | None:
    """The state kept under ``token``, for one taker only; None if there is none (any more).

    Args:
        linkedid: when given, the state is taken only by the call that left it.
    """
    statement = delete(Continuation).where(Continuation.token == token)
    if linkedid is not None:
        statement = statement.where(Continuation.linkedid == linkedid)
    return await session.scalar(statement.returning(Continuation.state))


async def purge(session: AsyncSession, before: datetime) -> int:
    """Delete what was left before this time; returns how many."""
    statement = delete(Continuation).where(Continuation.created_at < before).returning(Continuation.token)
    return len((await session.scalars(statement)).all())


async def versions(session: AsyncSession) -> set[str]:
    """Versions of the site that calls go on with: those the dialplan works for now, and those not picked up lately."""
    return set(await session.scalars(select(Continuation.state["site_version"].as_string()).distinct()))
