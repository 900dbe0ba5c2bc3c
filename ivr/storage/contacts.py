"""Earlier calls of the same caller, for the agent who gets the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.models import Call


async def earlier_calls(
    session: AsyncSession, caller: str, *, since: datetime, before: datetime, limit: int
) -> tuple[int, Sequence[Call]]:
    """How many calls of ``caller`` began in ``since`` .. ``before``, and the last ``limit`` of them with their visits.

    Args:
        caller: the number, as the journal has it; not empty.
    """
    his = (Call.caller == caller, Call.started_at >= since, Call.started_at < before)
    count = await session.scalar(select(func.count()).select_from(Call).where(*his))
    query = select(Call).where(*his).order_by(Call.started_at.desc()).limit(limit).options(selectinload(Call.visits))
    return count or 0, (await session.scalars(query)).all()


__all__ = ["earlier_calls"]
