"""Queues and agents as they are now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from ivr.console.api.base import Here, Who
from ivr.console.api.streaming import EVENTS, Pick, events, still_may
from ivr.console.fanout import Message
from ivr.console.security.permissions import Permission
from ivr.console.services import live

router = APIRouter(prefix="/live", tags=["live"])


@router.get("", summary="Queues and agents now")
async def snapshot(console: Here, who: Who) -> live.Live:
    """How queues, agents, business hours, callbacks and alerts stand."""
    return await live.snapshot(console, who)


@router.get("/stream", summary="Queues and agents, live", responses=EVENTS, response_class=StreamingResponse)
async def stream(
    request: Request,
    console: Here,
    who: Who,
    agent: Annotated[str, Query(max_length=60, description="only queues, and this agent")] = "",
) -> StreamingResponse:
    """Server-Sent Events: ``snapshot`` first, and again to who is too slow; then ``change`` of one part (a state of
    null: it is gone) and ``points``, one more of each spark line. ``end`` when the session has ended."""
    listener = await live.listen(console, who)
    return events(console, listener, still_may(request, console, Permission.WALLBOARD), _of(agent))


def _of(agent: str) -> Pick:
    """What somebody who looks after one agent is told; everything when none is named."""
    kinds = {"feed", "line", "queue"}

    def picked(message: Message) -> Message | None:
        if not agent:
            return message
        if message["type"] == "snapshot":
            parts = {kind: parts for kind, parts in message["parts"].items() if kind in kinds}
            known = message["parts"].get("agent", {})
            return message | {"points": {}, "parts": parts | {"agent": {agent: known[agent]} if agent in known else {}}}
        if message["type"] == "change" and (message["kind"] in kinds or message["name"] == agent):
            return message
        return None

    return picked
