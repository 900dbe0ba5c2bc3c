"""Complaints (F3)."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID, After, Limit, Line, NeededWords, Number, OfCall, PersonName, Title, Words
from ivr.console.services import complaints
from ivr.console.services.complaints import Complaints, ComplaintView, Which

router = APIRouter(prefix="/complaints", tags=["complaints"])

Cause = Literal["script", "attitude", "knowledge", "process", "waiting", "technical", "product", "other", "unfounded"]


class NewComplaint(BaseModel):
    """What is complained of, in which call, of whom, and where the written answer goes."""

    text: NeededWords
    call: int | None = Field(None, ge=1, le=MOST_ID)
    agent: PersonName = ""
    contact: Line = ""


class Looking(BaseModel):
    """Who looks into it (who asks, when empty), and what was found."""

    owner: PersonName = ""
    findings: Words = ""


class Said(BaseModel):
    """In words."""

    text: NeededWords


class WrittenAnswer(BaseModel):
    """The written answer, and the class of the cause."""

    text: NeededWords
    cause: Cause


class FollowUp(BaseModel):
    """Whether the caller is content, and what he said."""

    content: bool
    text: Words = ""


class Feedback(BaseModel):
    """What is learnt from it, and who was told."""

    to: Title
    text: NeededWords


@router.get("", summary="Complaints, overdue ones first")
async def list_complaints(
    console: Here, who: Who, which: Which = "owed", call: OfCall = None, after: After = "", limit: Limit = 50
) -> Complaints:
    """Who may not see all calls sees those about himself and those he registered."""
    return await complaints.list_complaints(console, who, which=which, call=call, after=after, limit=limit)


@router.post("", summary="Register a complaint", status_code=201)
async def register(console: Here, who: Who, body: NewComplaint) -> ComplaintView:
    """The 48 h run from now."""
    return await complaints.register(console, who, body.text, call=body.call, agent=body.agent, contact=body.contact)


@router.get("/{complaint}", summary="One complaint")
async def show(console: Here, who: Who, complaint: Number) -> ComplaintView:
    """With its history."""
    return await complaints.show(console, who, complaint)


@router.post("/{complaint}/investigate", summary="Look into it")
async def investigate(console: Here, who: Who, complaint: Number, body: Looking) -> ComplaintView:
    """Who does, and what he finds."""
    return await complaints.investigate(console, who, complaint, owner=body.owner, findings=body.findings)


@router.post("/{complaint}/account", summary="The agent's own account")
async def give_account(console: Here, who: Who, complaint: Number, body: Said) -> ComplaintView:
    """By the agent it is about (F5)."""
    return await complaints.give_account(console, who, complaint, body.text)


@router.post("/{complaint}/answer", summary="Answer in writing")
async def answer(console: Here, who: Who, complaint: Number, body: WrittenAnswer) -> ComplaintView:
    """Not by whom it is about."""
    return await complaints.answer(console, who, complaint, body.text, cause=body.cause)


@router.post("/{complaint}/follow-up", summary="Follow up")
async def follow_up(console: Here, who: Who, complaint: Number, body: FollowUp) -> ComplaintView:
    """Not content: another answer is owed within 48 h."""
    return await complaints.follow_up(console, who, complaint, content=body.content, text=body.text)


@router.post("/{complaint}/close", summary="Close")
async def close(console: Here, who: Who, complaint: Number, body: Said) -> ComplaintView:
    """Though nobody knows that the caller is content."""
    return await complaints.close(console, who, complaint, body.text)


@router.post("/{complaint}/withdraw", summary="Withdraw")
async def withdraw(console: Here, who: Who, complaint: Number, body: Said) -> ComplaintView:
    """The caller takes it back."""
    return await complaints.withdraw(console, who, complaint, body.text)


@router.post("/{complaint}/feed-back", summary="Feed back")
async def feed_back(console: Here, who: Who, complaint: Number, body: Feedback) -> ComplaintView:
    """What is learnt from it."""
    return await complaints.feed_back(console, who, complaint, body.to, body.text)


__all__ = ["router"]
