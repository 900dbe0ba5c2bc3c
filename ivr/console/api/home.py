"""My work."""

from __future__ import annotations

from fastapi import APIRouter

from ivr.console.api.base import Here, Who
from ivr.console.services.home import agent, team
from ivr.console.services.home.agent import OwnWork
from ivr.console.services.home.team import TeamWork

router = APIRouter(prefix="/my-work", tags=["my work"])


@router.get("/own", summary="An agent's own scores and calls")
async def own(console: Here, who: Who) -> OwnWork | None:
    """Null for who is no agent."""
    return await agent.own(console, who)


@router.get("/team", summary="How the team stands")
async def of_team(console: Here, who: Who) -> TeamWork:
    """Scores, alerts, what is overdue, agents the next hours need."""
    return await team.team(console, who)


__all__ = ["router"]
