"""Searches that people keep."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import Number
from ivr.console.services.calls import saved
from ivr.reports.calls import CallQuery

router = APIRouter(prefix="/searches", tags=["calls"])


class NewSearch(BaseModel):
    """Filters, and the name they are kept under."""

    title: str = Field(min_length=1, max_length=saved.LONGEST_TITLE)
    filters: CallQuery
    shared: bool = False


@router.get("", summary="Saved searches, one's own and shared ones")
async def listed(here: Here, who: Who) -> list[saved.Saved]:
    """By title."""
    return await saved.listed(here, who)


@router.post("", summary="Keep a search", status_code=201)
async def keep(here: Here, who: Who, body: NewSearch) -> saved.Saved:
    """In place of the one he had under this name."""
    return await saved.keep(here, who, body.title, body.filters, shared=body.shared)


@router.delete("/{search}", summary="Forget a saved search", status_code=204)
async def remove(here: Here, who: Who, search: Number) -> None:
    """One's own."""
    await saved.remove(here, who, search)


__all__ = ["router"]
