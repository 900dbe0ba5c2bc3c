"""What a quality report says, before anybody has laid it out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from ivr.core.language import Text
from recording.review.agreement import ItemKappa
from recording.review.correction import Rate
from recording.review.intervals import Z95, Share

NOT_MEASURED = Text("not measured", "未测量")


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its interval of 95 %.

    Args:
        n: how many values.
        value: None when there are none.
        low, high: normal interval; None with fewer than two values.
    """

    n: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class Sum:
    """Adds values up to a mean."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float | None) -> None:
        """One more value; None is none."""
        if value is not None:
            self.n += 1
            self.total += value
            self.squares += value * value

    def mean(self, least: float = -math.inf, most: float = math.inf) -> Mean:
        """The mean, its interval kept within ``least`` and ``most``."""
        if not self.n:
            return Mean(0, None)
        middle = self.total / self.n
        if self.n == 1:
            return Mean(1, middle)
        deviation = math.sqrt(max(0.0, self.squares - self.n * middle * middle) / (self.n - 1))
        half = Z95 * deviation / math.sqrt(self.n)
        return Mean(self.n, middle, max(least, middle - half), min(most, middle + half))


def mean_of(values: Iterable[float | None]) -> Mean:
    """The mean of those that are not None."""
    found = Sum()
    for value in values:
        found.add(value)
    return found.mean()


@dataclass(frozen=True, slots=True)
class Group:
    """The scores of an agent, a team, or all.

    Args:
        name: as the site writes it; "" for all.
        cards: how many parts of calls have a card.
        final: mean final score, per cent.
        automatic: mean score of the machine alone, per cent.
        reviewed: how many a person has reviewed.
        failed_all: on how many a fail-all item was broken.
        undecided: items that nobody has decided.
    """

    name: str
    cards: int
    final: Mean
    automatic: Mean
    reviewed: int
    failed_all: int
    undecided: int


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item over all cards of the period.

    Args:
        failed: final failures as a share of the cards on which it counts; None when there are none.
        rate: violations as the machine reported them, corrected where that is possible.
        undecided: on how many cards nobody has decided it.
        not_applicable: on how many cards it did not apply.
        reviewed: on how many cards a person has judged it.
        by_agent: final failures by agent.
    """

    item: str
    title: Text
    norm: str
    section: str
    failed: Share | None
    rate: Rate
    undecided: int
    not_applicable: int
    reviewed: int
    by_agent: dict[str, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """The mean final score of a day or month; ``day`` is its first day."""

    day: date
    final: Mean


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the evaluation sheet.

    Args:
        value: None when it was not measured; never 0 for that.
        n: what it rests on; None where that means nothing.
        unit: ``s``, ``%`` or "".
        formula: how it comes about.
    """

    id: str
    name: Text
    value: float | None
    n: int | None
    unit: str
    formula: Text
    norm: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The evaluation sheet of one agent (B4, B5, B7)."""

    agent: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """An agent's spot checks of the month."""

    agent: str
    quota: int
    drawn: int
    reviewed: int


@dataclass(frozen=True, slots=True)
class Disputes:
    """What became of the period's disputes."""

    raised: int
    changed: int
    upheld: int
    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Everything about the quality of a month.

    Args:
        month: YYYY-MM.
        since, until: its bounds.
        only: what it is restricted to, for people; None: nothing.
        rates_of: calls drawn by lot and reviewed, on which corrections rest.
    """

    month: str
    since: datetime
    until: datetime
    only: Text | None
    whole: Group
    agents: tuple[Group, ...]
    teams: tuple[Group, ...]
    items: tuple[ItemRow, ...]
    days: tuple[Point, ...]
    months: tuple[Point, ...]
    sheets: tuple[Sheet, ...]
    agreement: tuple[ItemKappa, ...]
    disputes: Disputes
    spots: tuple[Spot, ...]
    rates_of: int
