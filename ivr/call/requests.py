"""What the control socket is asked about calls: pause the recording of one, or let it go on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ivr.call.control import Answer, Route
from ivr.call.recorder import Pauses
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import calls
from ivr.storage.database import Database


def routes(database: Database, pauses: Pauses) -> dict[str, Route]:
    """The routes of the engine."""

    async def pause(call: str, body: Mapping[str, Any]) -> Answer:
        linkedid = await under_way(database, call)
        row = await pauses.pause(linkedid, "api", by=_text(body, "by"), seconds=_seconds(body))
        return {"call": linkedid, "paused": True, "until": row.until.isoformat()}

    async def resume(call: str, body: Mapping[str, Any]) -> Answer:
        linkedid = await under_way(database, call)
        return {"call": linkedid, "ended": await pauses.resume(linkedid, by="api", reasons=("api", "agent"))}

    async def health(_: str, __: Mapping[str, Any]) -> Answer:
        return {"ok": True}

    return {"POST calls pause": pause, "POST calls resume": resume, "GET health": health}


async def under_way(database: Database, call: str) -> str:
    """The linkedid of a call, by its id or its linkedid.

    Raises:
        UsageError: if it is not known or over.
    """
    async with database.read() as session:
        short = call.isascii() and call.isdigit() and len(call) < 10
        found = await (calls.get(session, int(call)) if short else calls.find(session, call))
    if found is None or found.ended_at is not None:
        raise UsageError(
            Text(f"call {call!r:.40} is not under way", f"通话 {call!r:.40} 不在进行中"),
            cure='ivr calls list --outcome ""',
        )
    return found.linkedid


def _seconds(body: Mapping[str, Any]) -> float | None:
    seconds = body.get("seconds")
    if seconds is None:
        return None
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not (math.isfinite(seconds) and seconds >= 1)
    ):
        raise UsageError(Text("seconds: 1 or more", "seconds：至少为 1"))
    return float(seconds)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name, "")
    return "".join(char for char in value if char.isprintable())[:64] if isinstance(value, str) else ""
