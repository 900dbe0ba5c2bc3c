"""Supervisors by telephone: their own phone rings, and they are let into an agent's talk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.services import supervising

router = APIRouter(prefix="/supervise", tags=["supervise"])


class Phone(BaseModel):
    """An extension of the site that is rung; the supervisor's own when empty."""

    phone: str = Field(default="", max_length=60)


@router.post("/{agent}/{act}", summary="Listen to an agent's talk, whisper to him, or join")
async def order(
    console: Here, who: Who, agent: Annotated[str, Path(min_length=1, max_length=60)], act: supervising.Act, body: Phone
) -> supervising.Rung:
    """``listen``: hear both, heard by none. ``whisper``: heard by the agent alone. ``barge``: join the talk."""
    return await supervising.order(console, who, agent, act, phone=body.phone)
