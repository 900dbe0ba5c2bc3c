"""A scorecard with its three layers: what the machine found, what a reviewer said, what a dispute decided.

No layer overwrites the one below it; the final value of an item is that of the highest layer that has one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr.core.language import Text
from recording.scorecards.outcome import Outcome
from recording.scorecards.score import GENERAL, MANUAL, SectionScore


@dataclass(frozen=True, slots=True)
class Line:
    """One item of a card.

    Args:
        item: id in the rulebook.
        title: for people.
        norm: id in the service norms, "" if none.
        section: of the scorecard.
        weight: points it may bring.
        fail_all: whether failing it sets the card to zero.
        manual: whether only a person judges it.
        automatic: what the machine found.
        reviewed: what the reviewer said; None: nothing, the machine's finding stands.
        decided: what a dispute came to; None: no decided dispute.
    """

    item: str
    title: Text
    norm: str
    section: str
    weight: float
    fail_all: bool
    manual: bool
    automatic: Outcome
    reviewed: Outcome | None = None
    decided: Outcome | None = None

    @property
    def standing(self) -> Outcome:
        """The reviewer's value where there is one, else the machine's."""
        return self.reviewed or self.automatic

    @property
    def final(self) -> Outcome:
        """What counts."""
        return self.decided or self.standing


@dataclass(frozen=True, slots=True)
class Totals:
    """A card's sum.

    Args:
        points: reached; 0 when ``failed_all``.
        possible: sum of the weights of the items that count.
        failed_all: a fail-all item failed.
        undecided: items nobody has decided.
    """

    points: float
    possible: float
    failed_all: bool
    undecided: int

    @property
    def percent(self) -> float | None:
        """Points of those possible, 0..100; None when nothing counts."""
        return 100.0 * self.points / self.possible if self.possible else None


@dataclass(frozen=True, slots=True)
class Card:
    """All items of one agent's part in one call."""

    lines: tuple[Line, ...]

    @property
    def automatic(self) -> Totals:
        """The machine's score."""
        return totals((line, line.automatic) for line in self.lines)

    @property
    def final(self) -> Totals:
        """The score that counts."""
        return totals((line, line.final) for line in self.lines)

    @property
    def sections(self) -> tuple[SectionScore, ...]:
        """The final points by section, in the order of the items."""
        names = dict.fromkeys(line.section for line in self.lines)
        found = []
        for name in names:
            sum_ = totals((line, line.final) for line in self.lines if line.section == name)
            points = sum(line.weight for line in self.lines if line.section == name and line.final is Outcome.PASS)
            found.append(SectionScore(name, points, sum_.possible))
        return tuple(found)

    def line(self, item: str) -> Line | None:
        """The line of that item; None if the card has none."""
        return next((line for line in self.lines if line.item == item), None)

    def with_review(self, values: Mapping[str, Outcome]) -> Card:
        """The card with a reviewer's values laid over it."""
        if not values:
            return self
        return Card(tuple(replace(line, reviewed=values.get(line.item, line.reviewed)) for line in self.lines))

    def with_decisions(self, values: Mapping[str, Outcome]) -> Card:
        """The card with the outcomes of disputes laid over it."""
        if not values:
            return self
        return Card(tuple(replace(line, decided=values.get(line.item, line.decided)) for line in self.lines))


def totals(outcomes: Iterable[tuple[Line, Outcome]]) -> Totals:
    """Add up lines by the outcome given with each; what does not count leaves the denominator."""
    points = possible = 0.0
    failed, undecided = False, 0
    for line, outcome in outcomes:
        undecided += outcome is Outcome.UNDECIDED
        if not outcome.counts:
            continue
        possible += line.weight
        points += line.weight if outcome is Outcome.PASS else 0.0
        failed = failed or (outcome is Outcome.FAIL and line.fail_all)
    return Totals(0.0 if failed else points, possible, failed, undecided)


_OUTCOMES = {one.value: one for one in Outcome}


def card_of(items: Sequence[Mapping[str, Any]]) -> Card:
    """The card of the items a score row keeps; rows of older versions say less and are read too."""
    return Card(tuple(_line(item) for item in items))


def _line(item: Mapping[str, Any]) -> Line:
    rule = str(item.get("rule", ""))
    title = str(item.get("title", "")) or rule
    return Line(
        item=rule,
        title=Text(title, str(item.get("title_zh", "")) or title),
        norm=str(item.get("norm", "")),
        section=str(item.get("section", "")) or GENERAL,
        weight=float(item.get("weight", 0.0)),
        fail_all=bool(item.get("fail_all", False)),
        manual=item.get("value") == MANUAL,
        automatic=_automatic(item),
    )


def _automatic(item: Mapping[str, Any]) -> Outcome:
    known = item.get("outcome")
    if known in _OUTCOMES:
        return _OUTCOMES[str(known)]
    points, value = item.get("points"), item.get("value")
    if points is not None:
        return Outcome.PASS if points else Outcome.FAIL
    # An earlier version said of a silent agent that he had not said what is forbidden, for no points.
    return Outcome.NOT_APPLICABLE if value in {"not_applicable", "not_said"} else Outcome.UNDECIDED
