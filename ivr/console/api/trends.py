"""Trends: indicators, load, scores, items, surveys, monthly sheets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from ivr.console.api.base import Here, Who
from ivr.console.services.trends import quality, sheets, surveys, traffic
from ivr.console.services.trends.period import Wanted

router = APIRouter(prefix="/trends", tags=["trends"])

Asked = Annotated[Wanted, Query()]


class TrafficAsked(Wanted):
    """A period, and what there is one row for."""

    by: traffic.By = "day"


class ScoresAsked(Wanted):
    """A period, and what there is one row for."""

    by: quality.By = "agent"


class SurveysAsked(Wanted):
    """A period, and what there is one row for."""

    by: surveys.By = "queue"


@router.get("/traffic", summary="Answer rate, service level, handling time and more, with formula and denominator")
async def get_traffic(here: Here, who: Who, asked: Annotated[TrafficAsked, Query()]) -> traffic.TrafficTold:
    """Days that are over are added up; today is counted now."""
    return await traffic.traffic(here, who, asked, asked.by)


@router.get("/load", summary="Calls by weekday and hour")
async def get_load(here: Here, who: Who, asked: Asked) -> traffic.HeatTold:
    """By the clocks of the site's zone."""
    return await traffic.heat(here, who, asked)


@router.get("/names", summary="Queues and agents with figures in a period")
async def get_names(here: Here, who: Who, asked: Asked) -> traffic.NamesTold:
    """To restrict the other questions to."""
    return await traffic.names(here, who, asked)


@router.get("/scores", summary="Mean scores with intervals of 95 %")
async def get_scores(here: Here, who: Who, asked: Annotated[ScoresAsked, Query()]) -> quality.ScoresTold:
    """The scores that count, and the machine's own beside them."""
    return await quality.scores(here, who, asked, asked.by)


@router.get("/items", summary="Violation rates by item, with intervals of 95 %")
async def get_items(here: Here, who: Who, asked: Asked) -> quality.ItemsTold:
    """Corrected by the machine's measured errors where these are known well enough."""
    return await quality.items(here, who, asked)


@router.get("/items/{item}", summary="One item, day by day")
async def get_item(
    here: Here, who: Who, item: Annotated[str, Path(max_length=64)], asked: Asked
) -> quality.ItemOverTime:
    """How often it failed."""
    return await quality.one_item(here, who, asked, item)


@router.get("/surveys", summary="What callers answered after the service")
async def get_surveys(here: Here, who: Who, asked: Annotated[SurveysAsked, Query()]) -> surveys.SurveysTold:
    """By question."""
    return await surveys.surveys(here, who, asked, asked.by)


@router.get("/sheets/{agent}", summary="An agent's monthly evaluation sheet")
async def get_sheet(
    here: Here,
    who: Who,
    agent: Annotated[str, Path(max_length=64)],
    month: Annotated[str, Query(max_length=7, description="YYYY-MM; this month when empty")] = "",
) -> sheets.SheetTold:
    """What was not measured is null, never 0. An agent sees his own."""
    return await sheets.month_sheet(here, who, agent, month)


__all__ = ["router"]
