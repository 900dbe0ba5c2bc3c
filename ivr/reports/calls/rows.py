"""What a row of the list of calls shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.reports.calls.snippets import Snippet
from ivr.storage.models import Call, CallFacts, Recording

_STATES = ("faulty", "deleted", "kept")
"""Of a call's recordings the first that one of them has."""
_STATE_OF = {
    "closed": "kept", "open": "kept", "deleted": "deleted", "deleting": "deleted", "missing": "faulty",
    "broken": "faulty", "refused": "faulty",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call of the list.

    Args:
        caller: his number, in plain.
        queue: the first he waited in.
        agent: the last he talked to.
        outcome: "" while it is under way.
        wait_s, talk_s: seconds; None while it is under way.
        run: the newest judging; "" if there was none.
        score: 0..100, the lowest of its scorecards.
        failed: rules that were not kept.
        unsure: rules of which it cannot be told.
        recording: kept, none, deleted or faulty.
        snippets: where the words were said.
    """

    id: int
    linkedid: str
    started_at: datetime
    ended_at: datetime | None
    caller: str
    number: str
    language: str
    flow: str
    outcome: str
    hung_up_by: str
    queue: str
    agent: str
    wait_s: float | None
    talk_s: float | None
    run: str
    score: float | None
    failed: int
    unsure: int
    recording: str = "none"
    snippets: tuple[Snippet, ...] = ()


def columns() -> Select[Any]:
    """A query for what is needed of calls, to be narrowed."""
    own = (
        Call.id, Call.linkedid, Call.started_at, Call.ended_at, Call.caller, Call.number, Call.language, Call.flow,
        Call.outcome, Call.hung_up_by,
    )  # fmt: skip
    facts = (
        CallFacts.queue, CallFacts.agent, CallFacts.wait_s, CallFacts.talk_s, CallFacts.run, CallFacts.score,
        CallFacts.failed, CallFacts.unsure,
    )  # fmt: skip
    wanted = cast(Select[Any], select(*own, *facts))
    return wanted.outerjoin(CallFacts, CallFacts.call_id == Call.id)


def row_of(found: Any, recording: str, snippets: tuple[Snippet, ...] = ()) -> CallRow:
    """A row of :func:`columns` as it is shown."""
    values = dict(found._mapping)
    for name, nothing in (("queue", ""), ("agent", ""), ("run", ""), ("failed", 0), ("unsure", 0)):
        values[name] = nothing if values[name] is None else values[name]
    return CallRow(**values, recording=recording, snippets=snippets)


async def recordings_of(session: AsyncSession, calls: list[int]) -> dict[int, str]:
    """How it stands with the sound of each call that has any."""
    states: dict[int, set[str]] = {}
    query = select(Recording.call_id, Recording.state).where(Recording.call_id.in_(calls)).distinct()
    for call_id, state in await session.execute(query):
        states.setdefault(call_id or 0, set()).add(_STATE_OF.get(state, "faulty"))
    return {number: next(one for one in _STATES if one in found) for number, found in states.items()}


__all__ = ["CallRow", "columns", "recordings_of", "row_of"]
