"""When a caller was on hold, as the journal tells it (norm C7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from ivr.storage.models import Step


def holds(steps: Iterable[Step], at: Callable[[datetime], float], duration: float) -> list[tuple[float, float]]:
    """(begin, end) of each hold, in seconds from the start of the call; one that never ended lasts to its end.

    Handing the caller on ends his hold, too: Asterisk tells of no other end when the agent asked by ``*72``.

    Args:
        steps: of the call, in order.
        at: seconds from the start of the call at which something happened.
        duration: seconds of the call.
    """
    found: list[tuple[float, float]] = []
    begun: float | None = None
    for step in steps:
        if step.kind != "talk":
            continue
        if step.event == "hold" and begun is None:
            begun = at(step.at)
        elif step.event in {"unhold", "transfer"} and begun is not None:
            found.append((begun, at(step.at)))
            begun = None
    if begun is not None:
        found.append((begun, duration))
    return found
