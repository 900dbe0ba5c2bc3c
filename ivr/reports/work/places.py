"""Where the evidence of a card's items is in the call."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Call, Recording, Verdict
from ivr.storage.quality import latest_run


@dataclass(frozen=True, slots=True)
class Place:
    """The machine's verdict on one rule.

    Args:
        value: said, not_said, cannot_tell, met, not_met or not_applicable.
        at: seconds from the start of the call to its evidence; None where there is none.
    """

    value: str
    at: float | None


async def of_card(session: AsyncSession, call_id: int, agent: str) -> dict[str, Place]:
    """By rule, from the newest judging of the call."""
    run = await latest_run(session, call_id)
    query = (
        select(Verdict.rule, Verdict.value, Verdict.start_s, Verdict.evidence, Recording.started_at, Call.started_at)
        .join(Call, Call.id == Verdict.call_id)
        .outerjoin(Recording, Recording.id == Verdict.recording_id)
        .where(Verdict.call_id == call_id, Verdict.run == run, Verdict.agent.in_((agent, "")))
        .order_by(Verdict.id)
    )
    rows = (await session.execute(query)).all()
    caller = None
    if any((row[3] or {}).get("speaker") == "caller" for row in rows):
        # The row names the agent's file; where the caller's words were judged, the times are those of his.
        first = select(Recording.started_at).where(Recording.call_id == call_id, Recording.role == "caller")
        caller = await session.scalar(first.order_by(Recording.started_at).limit(1))
    found = {}
    for rule, value, start_s, evidence, recorded_at, began_at in rows:
        begin = caller if (evidence or {}).get("speaker") == "caller" else recorded_at
        offset = 0.0 if begin is None else (begin - began_at).total_seconds()
        found[rule] = Place(value, None if start_s is None else max(0.0, offset + start_s))
    return found


__all__ = ["Place", "of_card"]
