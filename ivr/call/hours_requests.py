"""What the control socket is asked about business hours: how they stand, open, close, back to the schedule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dialplan.schedule import Position
from ivr.call.agent_requests import asker, word
from ivr.call.control import Answer, Route
from ivr.call.hours_desk import HoursDesk
from ivr.core.errors import UsageError
from ivr.core.language import Text


def hours_routes(desk: HoursDesk) -> dict[str, Route]:
    """``GET /hours``, ``POST /hours/<name>/open``, ``…/close`` and ``…/auto``.

    The body names the person who asks (``by``), and perhaps a moment in ISO form with its zone (``until``).
    """

    def shown() -> dict[str, Answer]:
        changes = desk.next_changes()
        return {name: {"hours": name, **stands, "next": changes[name]} for name, stands in desk.shown().items()}

    async def all_(_: str, __: Mapping[str, Any]) -> Answer:
        return {"hours": list(shown().values())}

    def switch(position: Position) -> Route:
        async def asked(name: str, body: Mapping[str, Any]) -> Answer:
            await desk.switch(name, position, by=asker(body), until=_until(body))
            return shown()[name]

        return asked

    async def auto(name: str, body: Mapping[str, Any]) -> Answer:
        was_switched = await desk.give_back(name, by=asker(body))
        return {**shown()[name], "was_switched": was_switched}

    return {
        "GET hours": all_,
        "POST hours open": switch("open"),
        "POST hours close": switch("closed"),
        "POST hours auto": auto,
    }


def _until(body: Mapping[str, Any]) -> datetime | None:
    text = word(body, "until")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(
            Text("until: a moment with its zone is wanted", "until：应为带时区的时间"),
            cure="2026-10-01T18:00:00+08:00",
        )
    return found


__all__ = ["hours_routes"]
