"""Which calls to listen to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.services import samples
from ivr.console.services.samples import Ranked, Sample
from recording.review.draw import MOST_QUOTA
from recording.review.spot import QUOTA

router = APIRouter(prefix="/samples", tags=["samples"])

_MONTH = r"^([0-9]{4}-[0-9]{2})?$"
Month = Annotated[str, Query(pattern=_MONTH, description="YYYY-MM; this month when empty")]


class Drawing(BaseModel):
    """Which month, and how many calls an agent and month."""

    month: str = Field("", pattern=_MONTH)
    quota: int = Field(QUOTA, ge=0, le=MOST_QUOTA)


@router.get("", summary="Calls drawn by lot")
async def month(console: Here, who: Who, month: Month = "") -> Sample:
    """Those the machine can tell least of first, the reviewed ones last."""
    return await samples.month(console, who, month)


@router.post("", summary="Draw what is due")
async def draw(console: Here, who: Who, body: Drawing) -> Sample:
    """Draws the parts of the month that are over and not drawn yet."""
    return await samples.draw(console, who, body.month, quota=body.quota)


@router.get("/ranked", summary="Calls of which the machine cannot tell, and calls by risk")
async def ranked(console: Here, who: Who, most: Annotated[int, Query(ge=1, le=samples.MOST)] = 20) -> Ranked:
    """Among the newest calls nobody has reviewed."""
    return await samples.ranked(console, who, most=most)


__all__ = ["router"]
