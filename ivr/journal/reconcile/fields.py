"""The fields in which journal, CEL and queue_log must agree, by name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ivr.core.ids import mask_number

TOLERANCE = timedelta(seconds=1)

CALL = ("number", "caller", "route", "started_at", "answered_at", "ended_at", "outcome", "hung_up_by")
LEG = ("channel", "role", "agent", "started_at", "answered_at", "ended_at", "hangup_cause")
VISIT = ("joined_at", "position", "left_at", "outcome", "agent", "connected_at", "completed_at", "ended_by")
RING = ("agent", "started_at", "ended_at", "result")

# Concluded from the others; they cannot be put in, only concluded again.
CONCLUDED = frozenset({"ended_at", "outcome", "hung_up_by"})
# What queue_log tells, with CEL's fractions of the second; CEL tells the rest.
BOTH = frozenset({"joined_at", "left_at", "connected_at", "completed_at"})


def of(row: Any, names: Sequence[str]) -> dict[str, Any]:
    """A row's fields by name."""
    return {name: getattr(row, name) for name in names}


def agree(first: Any, second: Any) -> bool:
    """Whether two values of a field are the same; times within 1 s are."""
    if isinstance(first, datetime) and isinstance(second, datetime):
        return abs(first - second) <= TOLERANCE
    return bool(first == second)


def is_missing(value: Any) -> bool:
    """Whether a field holds nothing."""
    return value is None or value == ""


def shown(value: Any, field: str = "") -> str:
    """A value as people and JSON see it; empty for nothing. Of a caller's number, its end."""
    if is_missing(value):
        return ""
    if field == "caller":
        return mask_number(str(value)[:64])
    return value.isoformat() if isinstance(value, datetime) else str(value)[:255]


__all__ = ["BOTH", "CALL", "CONCLUDED", "LEG", "RING", "TOLERANCE", "VISIT", "agree", "is_missing", "of", "shown"]
