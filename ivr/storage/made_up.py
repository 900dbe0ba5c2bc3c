"""What making up calls has to look up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Score


@dataclass(frozen=True, slots=True)
class Judged:
    """One agent's part in a call that was judged."""

    id: int
    agent: str
    ended_at: datetime


async def judged_calls(session: AsyncSession, *, limit: int) -> Sequence[Judged]:
    """The newest calls with a scorecard, the newest first."""
    query = select(Call.id, Score.agent, Call.ended_at).join(Score, Score.call_id == Call.id)
    query = query.where(Call.ended_at.is_not(None)).order_by(Score.id.desc()).limit(limit)
    found = {}
    for number, agent, ended in await session.execute(query):
        if ended is not None:
            found[number] = Judged(number, agent, ended)
    return list(found.values())


__all__ = ["Judged", "judged_calls"]
