"""The variables of a call as templates and expressions see them, and how one is kept."""

from __future__ import annotations

from typing import get_args
from zoneinfo import ZoneInfo

from dialplan.base import Day
from dialplan.reckoning import as_text
from dialplan.variables import LONGEST, MOST
from ivr.call.context import CallContext

QUEUE_STATUS = "status"
"""What a call remembers of its last queue, in ``waited``."""

_DAYS: tuple[str, ...] = get_args(Day)


def variables_of(call: CallContext) -> dict[str, str]:
    """What the steps have set, and what every call has, which wins."""
    now = call.clock.now().astimezone(ZoneInfo(call.site.zone))
    return call.variables | {
        "caller": call.caller,
        "number": call.number,
        "language": call.language,
        "date": f"{now:%Y-%m-%d}",
        "time": f"{now:%H:%M}",
        "weekday": _DAYS[now.weekday()],
        "accessible": as_text(call.accessible),
        "queue_status": call.waited.get(QUEUE_STATUS, ""),
        "call_id": call.linkedid,
    }


def keep(call: CallContext, name: str, value: str) -> None:
    """Set a variable, cut to ``LONGEST`` characters; empty text takes it away.

    Whoever is over the ``MOST`` variables is told of, not kept.
    """
    if not value:
        call.variables.pop(name, None)
    elif name in call.variables or len(call.variables) < MOST:
        call.variables[name] = value[:LONGEST]
    else:
        call.tell("not_kept", variable=name, most=MOST)


__all__ = ["QUEUE_STATUS", "keep", "variables_of"]
