"""Work orders (F2)."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID, After, Due, Limit, NeededWords, Number, OfCall, PersonName, Title, Words
from ivr.console.services import work_orders
from ivr.console.services.casework import due_of
from ivr.console.services.work_orders import Which, WorkOrders, WorkOrderView

router = APIRouter(prefix="/work-orders", tags=["work orders"])


class NewOrder(BaseModel):
    """A problem, who solves it, until when; about a call or none."""

    title: Title
    text: Words = ""
    owner: PersonName = Field(min_length=1)
    due: Due
    call: int | None = Field(None, ge=1, le=MOST_ID)


class To(BaseModel):
    """The new owner."""

    owner: PersonName = Field(min_length=1)
    text: Words = ""


class Until(BaseModel):
    """The new due time, and why."""

    due: Due
    reason: NeededWords


class Said(BaseModel):
    """What was done, or why it was not."""

    text: NeededWords


@router.get("", summary="Work orders, overdue ones first")
async def list_orders(
    console: Here, who: Who, which: Which = "open", call: OfCall = None, after: After = "", limit: Limit = 50
) -> WorkOrders:
    """Who may not see all calls sees those he owns or opened."""
    return await work_orders.list_orders(console, who, which=which, call=call, after=after, limit=limit)


@router.post("", summary="Open a work order", status_code=201)
async def open_order(console: Here, who: Who, body: NewOrder) -> WorkOrderView:
    """Give somebody a problem to solve."""
    return await work_orders.open_order(
        console,
        who,
        body.title,
        owner=body.owner,
        due_at=due_of(body.due, console.zone),
        text=body.text,
        call=body.call,
    )


@router.get("/{order}", summary="One work order")
async def show(console: Here, who: Who, order: Number) -> WorkOrderView:
    """With its history."""
    return await work_orders.show(console, who, order)


@router.post("/{order}/begin", summary="Begin")
async def begin(console: Here, who: Who, order: Number) -> WorkOrderView:
    """The work has begun."""
    return await work_orders.begin(console, who, order)


@router.post("/{order}/hand-on", summary="Hand on")
async def hand_on(console: Here, who: Who, order: Number, body: To) -> WorkOrderView:
    """To another owner."""
    return await work_orders.hand_on(console, who, order, body.owner, body.text)


@router.post("/{order}/postpone", summary="Postpone")
async def postpone(console: Here, who: Who, order: Number, body: Until) -> WorkOrderView:
    """Another due time."""
    return await work_orders.postpone(console, who, order, due_of(body.due, console.zone), body.reason)


@router.post("/{order}/note", summary="Add a note")
async def add_note(console: Here, who: Who, order: Number, body: Said) -> WorkOrderView:
    """How it goes."""
    return await work_orders.add_note(console, who, order, body.text)


@router.post("/{order}/finish", summary="Finish")
async def finish(console: Here, who: Who, order: Number, body: Said) -> WorkOrderView:
    """What was done."""
    return await work_orders.finish(console, who, order, body.text)


@router.post("/{order}/cancel", summary="Cancel")
async def cancel(console: Here, who: Who, order: Number, body: Said) -> WorkOrderView:
    """Why it will not be done."""
    return await work_orders.cancel(console, who, order, body.text)


@router.post("/{order}/reopen", summary="Reopen")
async def reopen(console: Here, who: Who, order: Number, body: Until) -> WorkOrderView:
    """What was done did not help."""
    return await work_orders.reopen(console, who, order, due_of(body.due, console.zone), body.reason)


__all__ = ["router"]
