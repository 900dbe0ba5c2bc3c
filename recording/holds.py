"""When one party had the other on hold, as the journal tells it (norm C7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from ivr.storage.models import Step

CALLER = "caller"


@dataclass(frozen=True, slots=True)
class Hold:
    """One hold of the telephone; seconds from the start of the call.

    Args:
        start, end: while it lasted the two did not hear each other.
        by: role of who put the other on hold: caller, agent; "" when it is not known.
        agent: his id, if he is an agent.
    """

    start: float
    end: float
    by: str = ""
    agent: str = ""

    @property
    def span(self) -> tuple[float, float]:
        """From its beginning to its end."""
        return self.start, self.end


def holds(steps: Iterable[Step], at: Callable[[datetime], float], duration: float) -> list[Hold]:
    """Each hold in order of its beginning; one that never ended lasts to the end of the call.

    Handing the caller on ends his hold, too: Asterisk tells of no other end when the agent asked by ``*72``.

    Args:
        steps: of the call, in order.
        at: seconds from the start of the call at which something happened.
        duration: seconds of the call.
    """
    found: list[Hold] = []
    begun: dict[tuple[str, str], float] = {}

    def over(who: tuple[str, str], end: float) -> None:
        found.append(Hold(begun.pop(who), end, *who))

    for step in steps:
        if step.kind != "talk":
            continue
        detail = step.detail or {}
        who = (str(detail.get("by", "")), str(detail.get("agent", "")))
        if step.event == "hold":
            begun.setdefault(who, at(step.at))
        elif step.event == "unhold" and who in begun:
            over(who, at(step.at))
        elif step.event == "transfer":
            for one in list(begun):
                over(one, at(step.at))
    for one in list(begun):
        over(one, duration)
    return sorted(found, key=lambda hold: hold.span)
