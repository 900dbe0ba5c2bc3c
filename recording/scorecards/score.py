"""Weighing verdicts (norms B4, B5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ivr.core.language import Text
from recording.compliance.verdict import Value, Verdict
from recording.rulebooks.model import Rulebook
from recording.scorecards.outcome import Outcome

GENERAL = "general"
"""The section of items that name none."""
_NO_TITLE = Text("", "")
MANUAL = "manual"
"""The value of an item that only a person judges."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a scorecard.

    Args:
        rule: id in the rulebook, of a rule or of a manual item.
        weight: points it may bring.
        points: points it brought; None when it does not count.
        value: the verdict's value; ``manual`` for an item a person judges.
        fail_all: whether breaking it sets the card to zero.
        outcome: what it came to.
        norm: id in the service norms.
        section: of the scorecard.
        title: for people.
    """

    rule: str
    weight: float
    points: float | None
    value: str
    fail_all: bool
    outcome: Outcome = Outcome.UNDECIDED
    norm: str = ""
    section: str = GENERAL
    title: Text = _NO_TITLE

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "rule": self.rule,
            "weight": self.weight,
            "points": self.points,
            "value": str(self.value),
            "fail_all": self.fail_all,
            "outcome": self.outcome.value,
            "norm": self.norm,
            "section": self.section,
            "title": self.title.en,
            "title_zh": self.title.zh,
        }


@dataclass(frozen=True, slots=True)
class SectionScore:
    """The points of one section; ``possible`` is 0 where nothing in it counts."""

    name: str
    points: float
    possible: float


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The automatic score of one agent's part in one call.

    Args:
        points: reached.
        possible: sum of the weights of the items that count.
        failed_all: a fail-all item was broken; then points is 0.
        for_person: how many verdicts only a person can decide.
        items: one per rule, then one per manual item.
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

    @property
    def sections(self) -> tuple[SectionScore, ...]:
        """The points by section, in the order of the items; a broken fail-all item shows in the whole alone."""
        found: dict[str, tuple[float, float]] = {}
        for item in self.items:
            points, possible = found.get(item.section, (0.0, 0.0))
            if item.points is not None:
                points, possible = points + item.points, possible + item.weight
            found[item.section] = (points, possible)
        return tuple(SectionScore(name, points, possible) for name, (points, possible) in found.items())


def score(verdicts: Sequence[Verdict], rulebook: Rulebook | None = None) -> Scorecard:
    """Weigh verdicts into a scorecard.

    Rules that do not apply are left out. Rules that cannot be told are left out too, and counted for a
    person: the machine neither gives nor takes points for them.

    Args:
        rulebook: when given, items know their section, and its manual items are on the card, undecided.
    """
    sections = {item.id: item.section for item in rulebook.items} if rulebook else {}
    items = [_item(verdict, sections.get(verdict.rule, verdict.section)) for verdict in verdicts]
    for manual in rulebook.manual if rulebook else ():
        items.append(
            Item(
                manual.id,
                manual.weight,
                None,
                MANUAL,
                manual.fail_all,
                norm=manual.norm,
                section=manual.section,
                title=manual.title.text,
            )
        )
    if rulebook is not None:
        order = {section.name: place for place, section in enumerate(rulebook.sections)}
        items.sort(key=lambda item: order.get(item.section, len(order)))
    counted = [item for item in items if item.points is not None]
    failed = any(verdict.fail_all and verdict.passed is False for verdict in verdicts)
    return Scorecard(
        points=0.0 if failed else sum(item.points or 0.0 for item in counted),
        possible=sum(item.weight for item in counted),
        failed_all=failed,
        for_person=sum(verdict.value is Value.CANNOT_TELL for verdict in verdicts),
        items=tuple(items),
    )


def _item(verdict: Verdict, section: str) -> Item:
    outcome = _outcome(verdict)
    points = (verdict.weight if outcome is Outcome.PASS else 0.0) if outcome.counts else None
    return Item(
        verdict.rule,
        verdict.weight,
        points,
        verdict.value.value,
        verdict.fail_all,
        outcome,
        verdict.norm,
        section,
        verdict.title,
    )


def _outcome(verdict: Verdict) -> Outcome:
    if verdict.passed is None:
        return Outcome.NOT_APPLICABLE if verdict.value is Value.NOT_APPLICABLE else Outcome.UNDECIDED
    return Outcome.PASS if verdict.passed else Outcome.FAIL
