"""Scorecards, and reviews of them by people."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import ItemName, Limit, Number, OfCall, PersonName, Words
from ivr.console.services import cards, reviews
from ivr.console.services.cards import CardView, ReviewHead
from recording.scorecards import Outcome

router = APIRouter(prefix="/reviews", tags=["reviews"])


class Begin(BaseModel):
    """Whose part in which call; ``second``: blind, beside the first review."""

    agent: PersonName = ""
    second: bool = False


class Judgement(BaseModel):
    """What an item came to; null takes it back. Contradicting what the machine was sure of needs a reason."""

    item: ItemName
    value: Literal["pass", "fail", "not_applicable"] | None
    reason: Words = ""
    comment: Words = ""


class Submission(BaseModel):
    """How a review is closed."""

    comment: Words = ""
    leave_open: bool = False
    confirm_rest: bool = False


class Reason(BaseModel):
    """Why."""

    reason: Words = ""


@router.get("", summary="My reviews, or those of a call")
async def list_reviews(
    console: Here,
    who: Who,
    call: OfCall = None,
    state: Literal["draft", "submitted", "discarded"] | None = None,
    limit: Limit = 50,
) -> list[ReviewHead]:
    """Reviews without their values, the newest first."""
    return await reviews.list_reviews(console, who, call=call, state=state, limit=limit)


@router.get("/cards/{call}", summary="The scorecard of an agent's part in a call")
async def card(console: Here, who: Who, call: Number, agent: PersonName = "") -> CardView:
    """Machine, review and disputes; an agent his own only, a blind reviewer his own values only."""
    return await cards.card(console, who, call, agent)


@router.post("/cards/{call}", summary="Begin a review", status_code=201)
async def start(console: Here, who: Who, call: Number, body: Begin) -> CardView:
    """A draft, of which there is one."""
    return await reviews.start(console, who, call, body.agent, second=body.second)


@router.get("/{review}", summary="One review")
async def show(console: Here, who: Who, review: Number) -> ReviewHead:
    """A review without its values."""
    return await reviews.show(console, who, review)


@router.post("/{review}/items", summary="Judge an item")
async def judge(console: Here, who: Who, review: Number, body: Judgement) -> CardView:
    """Set, change or take back what an item came to."""
    value = None if body.value is None else Outcome(body.value)
    return await reviews.judge(console, who, review, body.item, value, reason=body.reason, comment=body.comment)


@router.post("/{review}/submit", summary="Submit a review")
async def submit(console: Here, who: Who, review: Number, body: Submission) -> CardView:
    """From then on only a dispute changes it."""
    return await reviews.submit(
        console, who, review, comment=body.comment, leave_open=body.leave_open, confirm_rest=body.confirm_rest
    )


@router.post("/{review}/discard", summary="Give up a draft")
async def discard(console: Here, who: Who, review: Number, body: Reason) -> CardView:
    """Its place is free again."""
    return await reviews.discard(console, who, review, body.reason)


__all__ = ["router"]
