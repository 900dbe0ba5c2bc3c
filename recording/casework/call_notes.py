"""Call notes: problem, solution, the caller's opinion (F2). Nothing is overwritten: a later note adds.

Works in the caller's writing transaction.
"""

from __future__ import annotations

from datetime import datetime

from ivr.core.language import Text
from ivr.storage import audit, calls
from ivr.storage.models import CallNote
from ivr.storage.work import Session
from ivr.storage.work import call_notes as rows
from recording.casework.orders import no_call
from recording.review.people import person, prose


async def write(
    session: Session,
    call_id: int,
    problem: str,
    *,
    by: str,
    now: datetime,
    solution: str = "",
    opinion: str = "",
    solved: bool | None = None,
) -> CallNote:
    """Note what a call was about.

    Args:
        opinion: the caller's.
        solved: whether the problem is solved; None: not known yet.

    Raises:
        UsageError: if the problem is missing, a text too long, or there is no such call.
    """
    by = person(by)
    if await calls.get(session, call_id) is None:
        raise no_call(call_id)
    note = CallNote(
        call_id=call_id,
        by=by,
        at=now,
        problem=prose(problem, Text("the problem", "问题"), needed=True),
        solution=prose(solution, Text("the solution", "解决办法")),
        opinion=prose(opinion, Text("the caller's opinion", "来电者意见")),
        solved=solved,
    )
    await rows.add(session, note)
    await audit.append(
        session, actor=by, action="call_note.write", object=f"call:{call_id}", at=now, detail={"note": note.id}
    )
    return note


__all__ = ["write"]
