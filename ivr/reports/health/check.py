"""One thing looked at, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivr.core.language import Text

NO_CURE = Text("", "")


class State(StrEnum):
    """How something is."""

    GOOD = "good"
    WARN = "warn"  # worth a look
    BAD = "bad"  # must be mended
    UNKNOWN = "unknown"  # it could not be looked at


@dataclass(frozen=True, slots=True)
class Check:
    """One thing.

    Args:
        id: stable name.
        name: for people.
        state: how it is.
        detail: what was found.
        cure: how to mend it, unless it is good.
    """

    id: str
    name: Text
    state: State
    detail: Text
    cure: Text = NO_CURE


__all__ = ["NO_CURE", "Check", "State"]
