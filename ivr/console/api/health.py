"""How the installation is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from ivr.console.api.base import Here, Who
from ivr.console.services import health
from ivr.console.services.health import CheckTold, HealthTold, JobTold

router = APIRouter(prefix="/health", tags=["health"])
public = APIRouter()
"""What is told to anybody."""


@public.get("/healthz", include_in_schema=False)
async def alive(here: Here) -> Response:
    """Whether the console answers and its database too; nothing else."""
    good = await health.alive(here)
    return Response("ok\n" if good else "not ok\n", status_code=200 if good else 503, media_type="text/plain")


@router.get("", summary="Processes, jobs, what must agree, versions")
async def overview(here: Here, who: Who) -> HealthTold:
    """Each with its cure."""
    return await health.overview(here, who)


@router.get("/machine", summary="What the installation stands on")
async def machine(here: Here, who: Who) -> list[CheckTold]:
    """As ``ivr doctor`` says it, and the trunks that log in; takes seconds."""
    return await health.machine(here, who)


@router.get("/audit", summary="The audit chain, from its first row on")
async def whole_audit(here: Here, who: Who) -> CheckTold:
    """Whether a row was changed, put in or taken away."""
    return await health.whole_audit(here, who)


@router.post("/jobs/{job}/retry", summary="Do work again that failed")
async def retry(here: Here, who: Who, job: Annotated[int, Path(ge=1, lt=2**31)]) -> JobTold:
    """Or that was set aside. Audited."""
    return await health.retry(here, who, job)


__all__ = ["public", "router"]
