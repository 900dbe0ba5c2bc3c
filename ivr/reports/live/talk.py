"""The files of a talk that goes on: whose sound grows where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Recording

MOST = 20  # files looked at


@dataclass(frozen=True, slots=True)
class Growing:
    """One party's file of a talk that goes on.

    Args:
        started: when its first sample was spoken.
    """

    id: int
    file: str
    started: datetime
    call_id: int
    linkedid: str


async def growing(session: AsyncSession, agent: str) -> Sequence[Growing]:
    """Files of an agent's words that are not closed, in calls that are not over, the newest first.

    The ledger hears of a closed file a little late, so one of these may be closed by now: its header says so.
    """
    return await _open(session, Recording.role == "agent", Recording.agent == agent)


async def callers_of(session: AsyncSession, call_id: int) -> Sequence[Growing]:
    """Files of the caller's words in a call that are not closed, the newest first."""
    return await _open(session, Recording.role == "caller", Recording.call_id == call_id)


async def goes_on(session: AsyncSession, call_id: int) -> bool:
    """Whether the call is not over."""
    query = select(Call.id).where(Call.id == call_id, Call.ended_at.is_(None))
    return await session.scalar(query) is not None


async def _open(session: AsyncSession, *conditions: object) -> list[Growing]:
    query = (
        select(Recording.id, Recording.file, Recording.started_at, Call.id, Call.linkedid)
        .join(Call, Call.id == Recording.call_id)
        .where(Recording.state == "open", Call.ended_at.is_(None))
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(Recording.started_at.desc(), Recording.id.desc())
        .limit(MOST)
    )
    rows = await session.execute(query)
    return [Growing(id_, file, at, call, linked) for id_, file, at, call, linked in rows if at is not None]


__all__ = ["Growing", "callers_of", "goes_on", "growing"]
