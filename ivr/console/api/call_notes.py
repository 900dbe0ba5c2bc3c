"""Call notes (F2)."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID, CallId, NeededWords, Words
from ivr.console.services import call_notes
from ivr.console.services.call_notes import CallNoteView

router = APIRouter(prefix="/call-notes", tags=["call notes"])


class NewCallNote(BaseModel):
    """Problem, solution, the caller's opinion; ``solved`` null: not known yet."""

    call: int = Field(ge=1, le=MOST_ID)
    problem: NeededWords
    solution: Words = ""
    opinion: Words = ""
    solved: bool | None = None


@router.get("", summary="A call's notes, the newest first")
async def of_call(console: Here, who: Who, call: CallId) -> list[CallNoteView]:
    """An agent of his own calls."""
    return await call_notes.of_call(console, who, call)


@router.post("", summary="Note what a call was about", status_code=201)
async def write(console: Here, who: Who, body: NewCallNote) -> CallNoteView:
    """Adds to the notes there are."""
    return await call_notes.write(
        console, who, body.call, body.problem, solution=body.solution, opinion=body.opinion, solved=body.solved
    )


__all__ = ["router"]
