"""The fields of a story that have to be the same whether the engine saw the call or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ivr.storage.models import Call

Named = dict[str, object]

FIELDS = (
    "number, caller, route, outcome, hung_up_by; of each leg role, agent, cause and which times are known; of each "
    "stay queue, position, outcome, agent, ended_by and which times are known; of each ring agent, result and end"
)


def named(call: Call) -> Named:
    """The named fields; of times, which are known (their values are compared with CEL by reconciling)."""
    return {
        "number": call.number,
        "caller": call.caller,
        "route": call.route,
        "outcome": call.outcome,
        "hung_up_by": call.hung_up_by,
        "times": (call.answered_at is not None, call.ended_at is not None),
        "legs": sorted(
            (leg.role, leg.agent, leg.hangup_cause, leg.answered_at is not None, leg.ended_at is not None)
            for leg in call.legs
        ),
        "visits": [
            (
                visit.queue, visit.position, visit.outcome, visit.agent, visit.ended_by, visit.left_at is not None,
                visit.connected_at is not None, visit.completed_at is not None,
            )
            for visit in call.visits
        ],
        "rings": [
            (ring.agent, ring.result, ring.ended_at is not None) for visit in call.visits for ring in visit.rings
        ],
    }  # fmt: skip


def differences(wanted: Iterable[Call], found: Iterable[Call]) -> list[str]:
    """Stories of one run that the other does not have, both ways, as text."""
    first, second = (Counter(repr(named(call)) for call in calls) for calls in (wanted, found))
    return [f"- {text}" for text in (first - second).elements()] + [f"+ {text}" for text in (second - first).elements()]
