"""Calibration sessions."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID, Due, Limit, Number, PersonName, Title
from ivr.console.services import calibrations
from ivr.console.services.calibrations import CalibrationView, ResultsView
from ivr.console.services.cards import CardView
from ivr.console.services.casework import due_of
from recording.review.calibration import MOST_CALLS, MOST_REVIEWERS

router = APIRouter(prefix="/calibrations", tags=["calibrations"])


class Scored(BaseModel):
    """A call; its agent where it has several."""

    call: int = Field(ge=1, le=MOST_ID)
    agent: PersonName = ""


class NewSession(BaseModel):
    """What is scored by whom, until when."""

    title: Title
    calls: list[Scored] = Field(min_length=1, max_length=MOST_CALLS)
    reviewers: list[PersonName] = Field(min_length=2, max_length=MOST_REVIEWERS)
    due: Due | None = None


@router.get("", summary="Calibration sessions, the newest first")
async def list_calibrations(
    console: Here, who: Who, state: Literal["open", "closed"] | None = None, limit: Limit = 50
) -> list[CalibrationView]:
    """Sessions."""
    return await calibrations.list_calibrations(console, who, state=state, limit=limit)


@router.post("", summary="Begin a session", status_code=201)
async def open_session(console: Here, who: Who, body: NewSession) -> CalibrationView:
    """Several people score the same calls blind."""
    return await calibrations.open_session(
        console,
        who,
        body.title,
        [(one.call, one.agent) for one in body.calls],
        body.reviewers,
        due_at=None if body.due is None else due_of(body.due, console.zone),
    )


@router.get("/{calibration}", summary="One session")
async def show(console: Here, who: Who, calibration: Number) -> CalibrationView:
    """A session, without anybody's values."""
    return await calibrations.show(console, who, calibration)


@router.get("/{calibration}/results", summary="What a closed session showed")
async def results(console: Here, who: Who, calibration: Number) -> ResultsView:
    """Agreement by item, spread by call."""
    return await calibrations.results(console, who, calibration)


@router.post("/{calibration}/start", summary="One's own blind review of one of the calls")
async def start(console: Here, who: Who, calibration: Number, body: Scored) -> CardView:
    """The draft under way, if there is one."""
    return await calibrations.start(console, who, calibration, body.call, body.agent)


@router.post("/{calibration}/close", summary="End a session")
async def close(console: Here, who: Who, calibration: Number) -> CalibrationView:
    """Its results are open from then on."""
    return await calibrations.close(console, who, calibration)


__all__ = ["router"]
