"""What a story holds so far: looking things up in it, and noting what is needed later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ivr.storage.models import Call, Leg, QueueVisit, Ring

MAX_NOTED = 50


def plain(text: str, limit: int) -> str:
    """Text from outside as a column takes it: no control characters, no half surrogates, at most ``limit`` long."""
    clean = "".join(char for char in text if char.isprintable())
    return clean.encode("utf-8", "ignore").decode()[:limit]


def json_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` as the database takes it.

    Raises:
        TypeError: if it is not plain JSON data.
    """
    written = json.dumps(dict(data), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    result: dict[str, Any] = json.loads(written)
    return result


def leg_of(call: Call, uniqueid: str) -> Leg | None:
    """The leg with this uniqueid."""
    return next((leg for leg in call.legs if leg.uniqueid == uniqueid), None)


def visit_of(call: Call, queue: str) -> QueueVisit | None:
    """The newest visit to a queue."""
    visits = [visit for visit in call.visits if visit.queue == queue]
    return max(visits, key=lambda visit: visit.joined_at, default=None)


def ring_of(call: Call, uniqueid: str) -> Ring | None:
    """The ring on the agent's channel with this uniqueid."""
    return next((ring for visit in call.visits for ring in visit.rings if uniqueid and ring.uniqueid == uniqueid), None)


def note(call: Call, name: str, value: Any, *, many: bool = False) -> None:
    """Keep ``value`` in the call's evidence; with ``many``, in a list that holds each value once."""
    evidence = dict(call.evidence or {})
    if many:
        values = list(evidence.get(name, ()))
        if value in values:
            return
        value = [*values, value][-MAX_NOTED:]
    if evidence.get(name) != value or name not in evidence:
        call.evidence = {**evidence, name: value}


def noted(call: Call, name: str, default: Any = None) -> Any:
    """What was kept under ``name``."""
    return (call.evidence or {}).get(name, default)
