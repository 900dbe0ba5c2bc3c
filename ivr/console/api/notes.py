"""Notes to agents: coaching, commendations, warnings."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID, Due, Limit, NeededWords, Number, OfCall, PersonName, Words
from ivr.console.services import notes
from ivr.console.services.casework import due_of
from ivr.console.services.notes import LadderView, NoteView, Which
from recording.review.coaching import Kind

router = APIRouter(prefix="/notes", tags=["notes"])


class NewNote(BaseModel):
    """What is said to whom; ``due`` is a day or a time, in a week where coaching has none."""

    agent: PersonName = Field(min_length=1)
    kind: Kind = Kind.COACHING
    text: NeededWords
    due: Due | None = None
    call: int | None = Field(None, ge=1, le=MOST_ID)
    item: PersonName = ""


class NextStep(BaseModel):
    """What was done because three of a kind made it due."""

    agent: PersonName = Field(min_length=1)
    kind: Kind
    text: NeededWords


class Answer(BaseModel):
    """The agent's own account."""

    answer: Words = ""


class Reason(BaseModel):
    """Why."""

    reason: NeededWords


@router.get("", summary="Notes, those due first")
async def list_notes(
    console: Here,
    who: Who,
    which: Which = "open",
    agent: PersonName = "",
    call: OfCall = None,
    limit: Limit = 100,
) -> list[NoteView]:
    """An agent's own."""
    return await notes.list_notes(console, who, which=which, agent=agent, call=call, limit=limit)


@router.post("", summary="Write a note", status_code=201)
async def write(console: Here, who: Who, body: NewNote) -> NoteView:
    """Coaching, a commendation or a private warning."""
    due_at = None if body.due is None else due_of(body.due, console.zone)
    return await notes.write(
        console, who, body.agent, body.kind, body.text, due_at=due_at, call=body.call, item=body.item
    )


@router.get("/board", summary="Commendations and warnings by agent")
async def board(console: Here, who: Who) -> list[LadderView]:
    """Three of a kind make a next step due (B7)."""
    return await notes.board(console, who)


@router.post("/steps", summary="Write down a next step that was taken", status_code=201)
async def take_step(console: Here, who: Who, body: NextStep) -> NoteView:
    """Refused where none is due."""
    return await notes.take_step(console, who, body.agent, body.kind, body.text)


@router.post("/{note}/acknowledge", summary="The agent has read it")
async def acknowledge(console: Here, who: Who, note: Number, body: Answer) -> NoteView:
    """And may give his own account (F5)."""
    return await notes.acknowledge(console, who, note, body.answer)


@router.post("/{note}/finish", summary="What was asked for is done")
async def finish(console: Here, who: Who, note: Number) -> NoteView:
    """Said by somebody else than the agent."""
    return await notes.finish(console, who, note)


@router.post("/{note}/withdraw", summary="Take a note back")
async def withdraw(console: Here, who: Who, note: Number, body: Reason) -> NoteView:
    """It counts no more and stays to be seen."""
    return await notes.withdraw(console, who, note, body.reason)


__all__ = ["router"]
