"""Weighing verdicts (norms B4, B5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recording.compliance import reasons
from recording.compliance.verdict import Value, Verdict


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a scorecard.

    Args:
        rule: id in the rulebook.
        weight: points it may bring.
        points: points it brought; None when it does not count.
        value: the verdict's value.
        fail_all: whether breaking it sets the card to zero.
    """

    rule: str
    weight: float
    points: float | None
    value: Value
    fail_all: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "rule": self.rule,
            "weight": self.weight,
            "points": self.points,
            "value": self.value.value,
            "fail_all": self.fail_all,
        }


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The automatic score of one agent's part in one call.

    Args:
        points: reached.
        possible: sum of the weights of the items that count.
        failed_all: a fail-all item was broken; then points is 0.
        for_person: how many items only a person can decide.
        items: one per rule.
    """

    points: float
    possible: float
    failed_all: bool
    for_person: int
    items: tuple[Item, ...]

    @property
    def percent(self) -> float | None:
        """Points of those possible, 0..100; None when nothing counts."""
        return round(100 * self.points / self.possible, 1) if self.possible else None


def score(verdicts: Sequence[Verdict]) -> Scorecard:
    """Weigh verdicts into a scorecard.

    Rules that do not apply are left out. Rules that cannot be told are left out too, and counted for a
    person: the machine neither gives nor takes points for them. Nobody earns points for what he did not
    say by saying nothing at all.
    """
    items = []
    for verdict in verdicts:
        silent = verdict.forbidden and verdict.reason == reasons.SILENT
        points = None if verdict.passed is None or silent else verdict.weight if verdict.passed else 0.0
        items.append(Item(verdict.rule, verdict.weight, points, verdict.value, verdict.fail_all))
    counted = [item for item in items if item.points is not None]
    failed = any(verdict.fail_all and verdict.passed is False for verdict in verdicts)
    return Scorecard(
        points=0.0 if failed else sum(item.points or 0.0 for item in counted),
        possible=sum(item.weight for item in counted),
        failed_all=failed,
        for_person=sum(verdict.value is Value.CANNOT_TELL for verdict in verdicts),
        items=tuple(items),
    )
