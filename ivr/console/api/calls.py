"""The list of calls: search, count, what to choose from, export."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from ivr.console.api.base import Here, Who
from ivr.console.api.kinds import MOST_ID
from ivr.console.services.calls import export, listing
from ivr.reports.calls import CallQuery

router = APIRouter(prefix="/calls", tags=["calls"])

Place = Annotated[str, Field(max_length=64)]


class Asked(CallQuery):
    """Filters and order, and which page of the list."""

    after: Place = ""
    before: Place = ""
    limit: int = Field(50, ge=1, le=200)


class AskedBeside(CallQuery):
    """Filters and order, and beside which call."""

    call: int = Field(ge=1, le=MOST_ID)


class AskedExport(CallQuery):
    """Filters and order, and the kind of file."""

    format: export.Format = "csv"


@router.get("", summary="Calls, the newest first")
async def search(here: Here, who: Who, asked: Annotated[Asked, Query()]) -> listing.Calls:
    """An agent finds the calls he talked in. Numbers are masked by role."""
    return await listing.search(here, who, asked, after=asked.after, before=asked.before, limit=asked.limit)


@router.get("/count", summary="How many calls there are, counted up to 1,000")
async def count(here: Here, who: Who, asked: Annotated[CallQuery, Query()]) -> listing.Counted:
    """With the same filters."""
    return await listing.count(here, who, asked)


@router.get("/choices", summary="What the filters can be set to")
async def choices(here: Here, who: Who) -> listing.Choices:
    """By the site in force, and the rulebooks that judged."""
    return await listing.choices(here, who)


@router.get("/beside", summary="The calls before and after one in a list")
async def beside(here: Here, who: Who, asked: Annotated[AskedBeside, Query()]) -> listing.Beside:
    """With the filters and the order of the list."""
    return await listing.beside(here, who, asked, asked.call)


@router.get(
    "/export",
    summary="Rows of the list as a file",
    response_class=StreamingResponse,
    responses={200: {"description": "the file", "content": {"text/csv": {}, "application/json": {}}}},
)
async def take(here: Here, who: Who, asked: Annotated[AskedExport, Query()]) -> StreamingResponse:
    """At most 10,000 calls; ``X-Count`` says how many, ``X-Cut`` whether there are more. Noted in the audit."""
    query = CallQuery.of(asked.model_dump())
    begun = await export.begin(here, who, query, asked.format)
    kind = "text/csv; charset=utf-8" if asked.format == "csv" else "application/json"
    headers = {
        "Content-Disposition": f'attachment; filename="{begun.name}"',
        "Cache-Control": "no-store",
        "X-Count": str(begun.count),
        "X-Cut": "1" if begun.cut else "0",
    }
    return StreamingResponse(export.lines(here, who, begun, asked.format), media_type=kind, headers=headers)


__all__ = ["router"]
