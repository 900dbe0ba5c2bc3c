"""Askings: one call's wish to talk to an agent, however many queue visits it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.reports.indicators.facts import CallFacts
from ivr.reports.indicators.model import LEVEL_SECONDS, Counts, Rules


@dataclass(frozen=True, slots=True)
class Asking:
    """One call's wish for an agent.

    Args:
        waited_s: seconds from the first joining to the answer, or to the end of waiting.
        answered: whether an agent answered.
        abandoned: whether the caller hung up while waiting.
        level_s: within how many seconds it should have been answered.
    """

    waited_s: float
    answered: bool
    abandoned: bool
    level_s: float = LEVEL_SECONDS

    def short(self, limit: float | None) -> bool:
        """Whether the caller gave up within fewer than ``limit`` seconds."""
        return limit is not None and self.abandoned and self.waited_s < limit


def asking(call: CallFacts, rules: Rules) -> Asking | None:
    """What became of a call's wish; None while the caller still waits, as he may be answered yet."""
    visits = call.visits
    answer = next((visit for visit in visits if visit.outcome == "answered"), None)
    last = answer or visits[-1]
    if answer is None and call.ended is None:
        return None
    until = last.connected or last.left or call.ended or last.joined
    return Asking(
        waited_s=max(0.0, (until - visits[0].joined).total_seconds()),
        answered=answer is not None,
        abandoned=answer is None and last.outcome == "abandoned",
        level_s=rules.level(last.queue),
    )


def askings(calls: Iterable[CallFacts], rules: Rules) -> tuple[list[Asking], int]:
    """The askings of calls, and how many calls still wait."""
    found = [asking(call, rules) for call in calls if call.visits]
    ended = [one for one in found if one is not None]
    return ended, len(found) - len(ended)


def count(found: Iterable[Asking], waiting: int, rules: Rules) -> Counts:
    """How many of what."""
    found = list(found)
    answered = sum(one.answered for one in found)
    abandoned = sum(one.abandoned for one in found)
    return Counts(
        asked=len(found),
        answered=answered,
        abandoned=abandoned,
        short=sum(one.short(rules.short_abandon_s) for one in found),
        unserved=len(found) - answered - abandoned,
        waiting=waiting,
    )
