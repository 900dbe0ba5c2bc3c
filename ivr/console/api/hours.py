"""Business hours."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from ivr.console.api.base import Here, Who
from ivr.console.services import hours
from ivr.console.services.hours import HoursTold, Past, Position

router = APIRouter(prefix="/hours", tags=["hours"])

Name = Annotated[str, Path(max_length=64)]


class SwitchAsked(BaseModel):
    """How hours are to stand."""

    model_config = ConfigDict(extra="forbid")

    position: Position = Field(description="auto: the schedule decides again")
    until: datetime | None = Field(default=None, description="when the schedule decides again by itself")


@router.get("", summary="How all business hours stand, and why")
async def all_hours(here: Here, who: Who) -> list[HoursTold]:
    """By schedule, by hand, by holiday."""
    return await hours.all_hours(here, who)


@router.get("/{name}/switches", summary="When hours were switched by hand")
async def past(here: Here, who: Who, name: Name) -> list[Past]:
    """The newest first."""
    return await hours.past(here, who, name)


@router.put("/{name}", summary="Switch hours by hand")
async def switch(here: Here, who: Who, name: Name, asked: SwitchAsked) -> HoursTold:
    """Or let the schedule decide again. Audited."""
    return await hours.switch(here, who, name, asked.position, until=asked.until)


__all__ = ["router"]
