"""Agents at work: their own state and, for who may, that of others; their talks heard live."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from ivr.console.api.base import Here, Who
from ivr.console.api.streaming import EVENTS, events, still_may
from ivr.console.security.permissions import Permission
from ivr.console.services import agents, live_sound

router = APIRouter(prefix="/agents", tags=["agents"])

Agent = Annotated[str, Path(min_length=1, max_length=60, description="id of an agent of the site")]


class OfQueue(BaseModel):
    """One of the agent's queues; all of them when empty."""

    queue: agents.Word = ""


class Pause(BaseModel):
    """A pause reason of the site, by its name."""

    reason: agents.Word


class Said(BaseModel):
    """An outcome of the site, by its name."""

    outcome: agents.Word


@router.get("/{agent}/state", summary="How an agent stands")
async def state(console: Here, who: Who, agent: Agent) -> agents.Standing:
    """As Asterisk has it now."""
    return await agents.standing(console, who, agent)


@router.get("/{agent}/choices", summary="Queues, pause reasons and outcomes an agent can choose from")
async def choices(console: Here, who: Who, agent: Agent) -> agents.Choices:
    """By the site in force."""
    return await agents.choices(console, who, agent)


@router.get("/{agent}/today", summary="An agent's figures of today")
async def today(console: Here, who: Who, agent: Agent) -> agents.Day:
    """Since midnight in the site's zone, with numerators, denominators and formulas."""
    return await agents.today(console, who, agent)


@router.post("/{agent}/login", summary="Log an agent in")
async def login(console: Here, who: Who, agent: Agent, body: OfQueue) -> agents.Standing:
    """To one of his queues, or to all."""
    return await agents.act(console, who, agent, "login", queue=body.queue)


@router.post("/{agent}/logout", summary="Log an agent out")
async def logout(console: Here, who: Who, agent: Agent, body: OfQueue) -> agents.Standing:
    """Of one queue, or of all he is in."""
    return await agents.act(console, who, agent, "logout", queue=body.queue)


@router.post("/{agent}/pause", summary="Let an agent take no calls for a while")
async def pause(console: Here, who: Who, agent: Agent, body: Pause) -> agents.Standing:
    """For one of the site's reasons."""
    return await agents.act(console, who, agent, "pause", reason=body.reason)


@router.post("/{agent}/unpause", summary="Let an agent take calls again")
async def unpause(console: Here, who: Who, agent: Agent) -> agents.Standing:
    """End his pause."""
    return await agents.act(console, who, agent, "unpause")


@router.post("/{agent}/outcome", summary="Say what an agent's last talk came to")
async def outcome(console: Here, who: Who, agent: Agent, body: Said) -> agents.Outcome:
    """At most an hour after its end; the last word counts."""
    return await agents.outcome(console, who, agent, body.outcome)


@router.get(
    "/{agent}/pops", summary="Who rings an agent's phone, live", responses=EVENTS, response_class=StreamingResponse
)
async def pops(request: Request, console: Here, who: Who, agent: Agent) -> StreamingResponse:
    """Server-Sent Events: ``pop`` with who rings or talks, null when nobody does; numbers are masked."""
    listener = await agents.pops(console, who, agent)
    return events(console, listener, still_may(request, console, Permission.AGENT_STATE, Permission.AGENTS_CONTROL))


_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"description": "WAV without an end: caller left, agent right", "content": {"audio/wav": {}}}
}


@router.get(
    "/{agent}/sound",
    summary="An agent's talk, heard while it goes on",
    responses=_SOUND,
    response_class=StreamingResponse,
)
async def sound(request: Request, console: Here, who: Who, agent: Agent) -> StreamingResponse:
    """The newest seconds first, then what is said, until the talk is over. ``X-Live-From`` is when the first sample
    was spoken, ``X-Live-Now`` the server's time: both ISO. That it is heard stands in the audit before."""
    heard = await live_sound.begin(console, who, agent)
    headers = {
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "X-Live-From": heard.begins.isoformat(),
        "X-Live-Now": console.clock.now().isoformat(),
    }
    still = still_may(request, console, Permission.LISTEN_LIVE)
    return StreamingResponse(heard.chunks(still), media_type="audio/wav", headers=headers)
