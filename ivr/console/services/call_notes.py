"""Call notes: what a call was about (F2)."""

from __future__ import annotations

from datetime import datetime

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown, must_see_call
from ivr.storage.models import CallNote
from ivr.storage.work import call_notes as rows
from recording.casework import call_notes as work


class CallNoteView(Shown):
    """One note; ``solved`` is null while nobody knows."""

    id: int
    call: int
    by: str
    at: datetime
    problem: str
    solution: str
    opinion: str
    solved: bool | None


async def of_call(console: Console, who: Person, call_id: int) -> list[CallNoteView]:
    """A call's notes, the newest first.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
    """
    who.must(Permission.WORK)
    async with console.database.read() as session:
        await must_see_call(session, who, call_id)
        return [_view(one) for one in await rows.of_call(session, call_id)]


async def write(
    console: Console,
    who: Person,
    call_id: int,
    problem: str,
    *,
    solution: str = "",
    opinion: str = "",
    solved: bool | None = None,
) -> CallNoteView:
    """Note what a call was about.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
        UsageError: if the problem is missing.
    """
    who.must(Permission.WORK)
    async with console.database.write() as session:
        await must_see_call(session, who, call_id)
        note = await work.write(
            session,
            call_id,
            problem,
            by=who.login,
            now=console.clock.now(),
            solution=solution,
            opinion=opinion,
            solved=solved,
        )
        return _view(note)


def _view(row: CallNote) -> CallNoteView:
    return CallNoteView(
        id=row.id,
        call=row.call_id,
        by=row.by,
        at=row.at,
        problem=row.problem,
        solution=row.solution,
        opinion=row.opinion,
        solved=row.solved,
    )


__all__ = ["CallNoteView", "of_call", "write"]
