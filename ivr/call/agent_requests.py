"""What the control socket is asked about agents: how they stand, log in and out, pause, outcome of the last talk.

Every act names who asks (``by``) and leaves a row in the audit before it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk, Standing, person
from ivr.call.control import Answer, Route
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.language import Text


def agent_routes(site: Callable[[], Site], desk: AgentDesk, board: AgentBoard, clock: Clock) -> dict[str, Route]:
    """The routes about agents: ``GET /agents``, ``GET /agents/<id>``, ``POST /agents/<id>/login`` and so on."""

    async def state(agent: str, _: Mapping[str, Any]) -> Answer:
        now = clock.now()
        if agent:
            return _whole(await desk.standing(agent), site(), board, now)
        return {"agents": [_whole(one, site(), board, now) for one in await desk.all_standing()]}

    async def login(agent: str, body: Mapping[str, Any]) -> Answer:
        return _plain(await desk.log_in(agent, word(body, "queue"), by=asker(body)))

    async def logout(agent: str, body: Mapping[str, Any]) -> Answer:
        return _plain(await desk.log_out(agent, word(body, "queue"), by=asker(body)))

    async def pause(agent: str, body: Mapping[str, Any]) -> Answer:
        return _plain(await desk.pause(agent, word(body, "reason"), by=asker(body)))

    async def unpause(agent: str, body: Mapping[str, Any]) -> Answer:
        return _plain(await desk.unpause(agent, by=asker(body)))

    async def outcome(agent: str, body: Mapping[str, Any]) -> Answer:
        row = await desk.set_outcome(agent, word(body, "outcome"), by=asker(body))
        return {"agent": agent, "outcome": row.outcome, "call": row.linkedid, "queue": row.queue}

    return {
        "GET agents": state,
        "POST agents login": login,
        "POST agents logout": logout,
        "POST agents pause": pause,
        "POST agents unpause": unpause,
        "POST agents outcome": outcome,
    }


def _plain(standing: Standing) -> Answer:
    return {
        "agent": standing.agent,
        "logged_in": standing.logged_in,
        "queues": standing.queues,
        "paused": standing.paused,
        "reason": standing.reason,
        "reachable": standing.reachable,
    }


def _whole(standing: Standing, site: Site, board: AgentBoard, now: datetime) -> Answer:
    live = board[standing.agent]
    since = live.since(now)
    known = site.agents.get(standing.agent)
    return {
        **_plain(standing),
        "name": known.name if known else "",
        "state": live.doing(now),
        "since": since.isoformat() if since else None,
        "misses": live.misses,
        "wrapup_until": live.wrapup_until.isoformat() if live.wrapup_until and live.wrapup_until > now else None,
    }


def asker(body: Mapping[str, Any]) -> str:
    """The person who asks, as ``by`` of what is done.

    Raises:
        UsageError: if the request does not name one.
    """
    name = word(body, "by")
    if not name:
        raise UsageError(Text("by: who asks", "by：操作人"), cure=Text("name a person", "请填写操作人"))
    return person(name)


def word(body: Mapping[str, Any], name: str) -> str:
    """A text of a request, without control characters, at most 60; empty if it is not there.

    Raises:
        UsageError: if it is no text.
    """
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise UsageError(Text(f"{name}: a text is wanted", f"{name}：应为文字"))
    return "".join(char for char in value if char.isprintable())[:60]
