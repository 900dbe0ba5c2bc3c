"""How many calls lately passed each step of the flows, and in which of them callers gave up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Step

MOST_CALLS = 5000
"""More calls are not looked at: the newest tell how it is now, and a page must not wait."""
_SERVED = ("answered", "voicemail", "callback")


@dataclass(frozen=True, slots=True)
class Passed:
    """Calls in one step.

    Args:
        calls: how many of them came there.
        gave_up: how many callers hung up there without having been served: nobody talked to them, they left no
            message and are not called back.
    """

    calls: int
    gave_up: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls through all flows.

    Args:
        calls: how many were looked at.
        since: the first of them may have begun here.
        whole: whether these are all since then; else the newest.
        steps: by flow and step.
    """

    calls: int
    since: datetime
    whole: bool
    steps: Mapping[tuple[str, str], Passed]


async def traffic(session: AsyncSession, since: datetime, *, most: int = MOST_CALLS) -> Traffic:
    """The calls begun from ``since`` on, at most the newest ``most`` of them."""
    newest = select(Call.id).where(Call.started_at >= since).order_by(Call.started_at.desc()).limit(most)
    ids = (await session.scalars(newest)).all()
    if not ids:
        return Traffic(0, since, True, {})
    lately = newest.subquery()
    flow = func.coalesce(Step.detail["flow"].as_string(), Call.flow)  # told where it is not that of the number
    entered = (
        select(flow, Step.step, func.count(Step.call_id.distinct()))
        .join(Call, Call.id == Step.call_id)
        .where(Step.call_id.in_(select(lately.c.id)), Step.event == "enter")
        .group_by(flow, Step.step)
    )
    came = {(row[0] or "", row[1]): row[2] for row in await session.execute(entered)}
    last = (
        select(func.max(Step.seq).label("seq"), Step.call_id.label("call_id"))
        .join(Call, Call.id == Step.call_id)
        .where(Step.call_id.in_(select(lately.c.id)), Step.event == "enter")
        .where(Call.hung_up_by == "caller", Call.outcome.not_in((*_SERVED, "")))
        .group_by(Step.call_id)
        .subquery()
    )
    ended = (
        select(flow, Step.step, func.count())
        .join(Call, Call.id == Step.call_id)
        .join(last, (Step.call_id == last.c.call_id) & (Step.seq == last.c.seq))
        .group_by(flow, Step.step)
    )
    gone = {(row[0] or "", row[1]): row[2] for row in await session.execute(ended)}
    steps = {key: Passed(count, gone.get(key, 0)) for key, count in came.items()}
    return Traffic(len(ids), since, len(ids) < most, steps)


__all__ = ["MOST_CALLS", "Passed", "Traffic", "traffic"]
