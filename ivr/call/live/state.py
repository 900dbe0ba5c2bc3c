"""Queues and agents as they are now, as plain data that changes only when something happens.

Times are moments, not durations: how long somebody has waited is for the reader to say. No caller's number is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.core.clock import Clock
from ivr.queues import LiveQueue, LiveQueues
from ivr.queues.served import Served

Hours = Callable[[], Mapping[str, dict[str, Any]]]

STATES = ("available", "ringing", "talking", "on_phone", "wrapup", "paused")


class LiveState:
    """Puts together what the parts know.

    Args:
        site: the site in force: nothing else is shown.
        live: callers who wait.
        board: what agents do.
        served: how many were answered in time.
        clock: the time.
        hours: how business hours stand, by name.
    """

    def __init__(
        self,
        site: Callable[[], Site],
        live: LiveQueues,
        board: AgentBoard,
        served: Served,
        clock: Clock,
        hours: Hours = dict,
    ) -> None:
        self._hours = hours
        self._site = site
        self._live = live
        self._board = board
        self._served = served
        self._clock = clock

    def parts(self) -> dict[str, dict[str, Any]]:
        """``line``, ``hours <name>``, ``queue <name>`` and ``agent <id>``."""
        site, now = self._site(), self._clock.now()
        known = {queue.name: queue for queue in self._live}
        parts: dict[str, dict[str, Any]] = {"line site": {"name": site.name, "asterisk": self._live.known}}
        parts |= {f"hours {name}": stands for name, stands in self._hours().items()}
        agents = {name: self._agent(name, now) for name in site.agents}
        for name in site.queues:
            queue = known.get(name) or LiveQueue(name)
            members = [agents[one]["state"] for one in agents if name in agents[one]["queues"]]
            parts[f"queue {name}"] = self._queue(site, queue, members, now)
        parts |= {f"agent {name}": agent for name, agent in agents.items()}
        return parts

    def _queue(self, site: Site, queue: LiveQueue, doing: Iterable[str], now: datetime) -> dict[str, Any]:
        states = list(doing)
        level = self._served.today(queue.name, now)
        settings = site.queues[queue.name]
        return {
            "title": settings.title,
            "waiting": len(queue.waiting),
            "longest_since": _iso(min(queue.waiting.values(), default=None)),
            "members": {state: states.count(state) for state in STATES},
            "logged_in": len(states),
            "service_level": {
                "per_cent": None if level.per_cent is None else round(level.per_cent, 1),
                "in_time": level.in_time,
                "answered": level.answered,
                "abandoned": level.abandoned,
                "left": level.left,
                "seconds": settings.service_level,
                "target": settings.target,
            },
        }

    def _agent(self, name: str, now: datetime) -> dict[str, Any]:
        agent, settings = self._board[name], self._site().agents[name]
        return {
            "name": settings.name,
            "state": agent.doing(now),
            "since": _iso(agent.since(now)),
            "paused": agent.paused,
            "reason": agent.reason if agent.paused else "",
            "queues": sorted(agent.queues),
            "misses": agent.misses,
            "reachable": not agent.unreachable,
        }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


__all__ = ["STATES", "LiveState"]
