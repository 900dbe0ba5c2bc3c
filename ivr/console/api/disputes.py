"""Disputes of agents."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID, ItemName, Limit, NeededWords, Number, OfCall
from ivr.console.services import disputes
from ivr.console.services.disputes import DisputeView, Which

router = APIRouter(prefix="/disputes", tags=["disputes"])


class Objection(BaseModel):
    """The failed item of one's own card, and why it is wrong."""

    call: int = Field(ge=1, le=MOST_ID)
    item: ItemName
    reason: NeededWords


class Decision(BaseModel):
    """Whether the second reviewer's value counts, and why."""

    change: bool
    reason: NeededWords


@router.get("", summary="Disputes, those due first")
async def list_disputes(
    console: Here, who: Who, which: Which = "open", call: OfCall = None, limit: Limit = 100
) -> list[DisputeView]:
    """An agent's own; item and values only where who asks may know them yet."""
    return await disputes.list_disputes(console, who, which=which, call=call, limit=limit)


@router.post("", summary="Object to a failed item", status_code=201)
async def raise_dispute(console: Here, who: Who, body: Objection) -> DisputeView:
    """Once for an item, within 7 days."""
    return await disputes.raise_dispute(console, who, body.call, body.item, body.reason)


@router.get("/{dispute}", summary="One dispute")
async def show(console: Here, who: Who, dispute: Number) -> DisputeView:
    """A dispute."""
    return await disputes.show(console, who, dispute)


@router.post("/{dispute}/take", summary="Become the second reviewer")
async def take(console: Here, who: Who, dispute: Number) -> DisputeView:
    """Opens a blind review of the whole call."""
    return await disputes.take(console, who, dispute)


@router.post("/{dispute}/release", summary="Give it back")
async def release(console: Here, who: Who, dispute: Number) -> DisputeView:
    """Another can take it."""
    return await disputes.release(console, who, dispute)


@router.post("/{dispute}/withdraw", summary="Take one's objection back")
async def withdraw(console: Here, who: Who, dispute: Number) -> DisputeView:
    """The value stands."""
    return await disputes.withdraw(console, who, dispute)


@router.post("/{dispute}/decide", summary="Decide where two reviewers differ")
async def decide(console: Here, who: Who, dispute: Number, body: Decision) -> DisputeView:
    """By a third person; the first reviewer can give in."""
    return await disputes.decide(console, who, dispute, change=body.change, reason=body.reason)


__all__ = ["router"]
