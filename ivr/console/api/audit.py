"""The audit chain."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AfterValidator, AwareDatetime

from ivr.console.api.base import Here, Who
from ivr.console.services import audit
from ivr.console.services.audit import AuditPage, Chain

router = APIRouter(prefix="/audit", tags=["audit"])


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:  # the first and the last day there are, in another zone
        raise ValueError("out of range") from error


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


@router.get("", summary="Who did what to which record")
async def search(
    console: Here,
    who: Who,
    actor: Annotated[str, Query(max_length=64)] = "",
    action: Annotated[str, Query(max_length=64)] = "",
    object: Annotated[str, Query(max_length=128)] = "",
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """Rows, the newest first."""
    return await audit.search(
        console, who, actor=actor, action=action, object=object, since=since, until=until, before=before, limit=limit
    )


@router.get("/chain", summary="Whether the rows are what was written")
async def chain(console: Here, who: Who) -> Chain:
    """Goes through all rows; with many of them this takes seconds."""
    return await audit.verify(console, who)


__all__ = ["router"]
