"""Call flows: drawn, checked, tried, compared, put in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from ivr.console.api.base import Here, Who
from ivr.console.services import flows
from ivr.console.services.flows.models import (
    ChangeTold,
    ChecksTold,
    Overview,
    ScenariosTold,
    Simulated,
    Simulation,
    StepTold,
    SwapTold,
    TrafficTold,
    VersionsTold,
)

router = APIRouter(prefix="/flows", tags=["flows"])

Source = Annotated[str, Query(max_length=12, description="in-force, folder, or a version")]
Name = Annotated[str, Path(max_length=64)]
SideName = Annotated[str, Path(max_length=12, description="in-force, folder, or a version")]
SVG = "image/svg+xml"


class ReloadAsked(BaseModel):
    """Why the folder is put in force, and what it held when he looked."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=200)
    expected: str = Field(default="", max_length=12, description="the version the folder must still hold")


class RollbackAsked(BaseModel):
    """Which version is put in force, and why."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(default="", max_length=12, description="the one in force before when empty")
    note: str = Field(default="", max_length=200)


@router.get("", summary="The flows of the site")
async def overview(here: Here, who: Who, source: Source = "") -> Overview:
    """Names, service numbers, how many problems."""
    return await flows.overview(here, who, source)


@router.get("/checks", summary="What the check finds")
async def checks(here: Here, who: Who, source: Source = "folder") -> ChecksTold:
    """Of the folder by default: what a reload would take."""
    return await flows.checks(here, who, source)


@router.get("/scenarios", summary="Run the site's scenarios")
async def scenarios(here: Here, who: Who) -> ScenariosTold:
    """Those in tests/*.yaml of the site's folder."""
    return await flows.scenarios(here, who)


@router.get("/versions", summary="The versions that are kept")
async def versions(here: Here, who: Who) -> VersionsTold:
    """And what the folder holds."""
    return await flows.versions(here, who)


@router.get("/versions/{old}/diff/{new}", summary="What changes from one version to another")
async def diff(here: Here, who: Who, old: SideName, new: SideName) -> list[ChangeTold]:
    """In words: numbers, calls, hours, people, prompts."""
    return await flows.diff(here, who, old, new)


@router.post("/reload", summary="Put what the folder holds in force")
async def reload(here: Here, who: Who, asked: ReloadAsked) -> SwapTold:
    """Checked first; calls under way go on as they began. Audited."""
    return await flows.reload(here, who, note=asked.note, expected=asked.expected)


@router.post("/rollback", summary="Put an earlier version in force")
async def rollback(here: Here, who: Who, asked: RollbackAsked) -> SwapTold:
    """The site's folder stays as it is. Audited."""
    return await flows.rollback(here, who, asked.version, note=asked.note)


@router.post("/simulations", summary="Simulate a call")
async def simulate(here: Here, who: Who, call: Simulation) -> Simulated:
    """As far as it is known what the caller does; with one answer more it goes on."""
    return await flows.simulate(here, who, call)


@router.get(
    "/{flow}/drawing",
    summary="A flow drawn",
    response_class=Response,
    responses={200: {"content": {SVG: {"schema": {"type": "string"}}}, "description": "SVG"}},
)
async def drawing(here: Here, who: Who, flow: Name, source: Source = "") -> Response:
    """Each step's group has its name as data-step."""
    return Response(await flows.drawing(here, who, flow, source), media_type=SVG)


@router.get("/{flow}/traffic", summary="How calls lately went through a flow")
async def traffic(here: Here, who: Who, flow: Name, hours: Annotated[int, Query(ge=1, le=744)] = 24) -> TrafficTold:
    """How many came to each step, and where callers gave up."""
    return await flows.traffic(here, who, flow, hours)


@router.get("/{flow}/steps/{step}", summary="A step of a flow")
async def step(here: Here, who: Who, flow: Name, step: Name, source: Source = "") -> StepTold:
    """Its settings, what it says, its ways out, what is wrong with it."""
    return await flows.step(here, who, flow, step, source)


__all__ = ["router"]
