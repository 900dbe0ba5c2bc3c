"""The knowledge base."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from ivr.console.api.base import Here, Who
from ivr.console.knowledge.content import Content, Kind, Slug, State
from ivr.console.services import knowledge

router = APIRouter(prefix="/knowledge", tags=["knowledge"])

Named = Annotated[Slug, Path()]


class SaveAsked(BaseModel):
    """An article to be made or changed."""

    model_config = ConfigDict(extra="forbid")

    content: Content
    seen: int = Field(default=0, ge=0, le=1_000_000, description="the version that was changed; 0 for a new article")
    note: str = Field(default="", max_length=200, description="what was changed")


@router.get("", summary="Search articles")
async def search(
    here: Here,
    who: Who,
    query: Annotated[str, Query(max_length=200, description="words in any language")] = "",
    norm: Annotated[str, Query(max_length=3, description="only about this norm, e.g. C1")] = "",
    queue: Annotated[str, Query(max_length=64, description="only for this queue, or for all")] = "",
    kind: Kind | None = None,
    state: Annotated[State | None, Query(description="only for those who may write")] = None,
    overdue: Annotated[bool, Query(description="only those to be looked at again")] = False,
    limit: Annotated[int, Query(ge=1, le=500)] = knowledge.LISTED,
) -> list[knowledge.Brief]:
    """The best first; without words those opened most."""
    return await knowledge.search(
        here, who, query=query, norm=norm, queue=queue, kind=kind, state=state, overdue=overdue, limit=limit
    )


@router.get("/{slug}", summary="An article in all its languages")
async def article(here: Here, who: Who, slug: Named) -> knowledge.Told:
    """With its history for those who may write."""
    return await knowledge.article(here, who, slug)


@router.put("/{slug}", summary="Make an article, or change it")
async def save(here: Here, who: Who, slug: Named, asked: SaveAsked) -> knowledge.Told:
    """Every change is a version. 409 if somebody has changed it meanwhile. Audited."""
    return await knowledge.save(here, who, slug, asked.content, seen=asked.seen, note=asked.note)


@router.post("/{slug}/openings", summary="Count that an article was opened", status_code=204)
async def opened(here: Here, who: Who, slug: Named) -> None:
    """What is opened most is asked most."""
    await knowledge.opened(here, who, slug)


@router.get("/{slug}/versions/{number}", summary="An article as it was")
async def version(here: Here, who: Who, slug: Named, number: Annotated[int, Path(ge=1, le=1_000_000)]) -> Content:
    """For those who may write."""
    return await knowledge.version(here, who, slug, number)


__all__ = ["router"]
