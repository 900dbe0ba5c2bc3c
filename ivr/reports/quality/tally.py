"""Adding cards up: by agent, team, item and day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ivr.core.language import Text
from ivr.reports.quality.model import Group, ItemRow, Point, Sum
from recording.review.correction import Errors, rate
from recording.review.intervals import wilson
from recording.scorecards import Card, Line, Outcome


@dataclass(slots=True)
class _Group:
    cards: int = 0
    final: Sum = field(default_factory=Sum)
    automatic: Sum = field(default_factory=Sum)
    reviewed: int = 0
    failed_all: int = 0
    undecided: int = 0

    def add(self, card: Card, *, reviewed: bool) -> None:
        final = card.final
        self.cards += 1
        self.final.add(final.percent)
        self.automatic.add(card.automatic.percent)
        self.reviewed += reviewed
        self.failed_all += final.failed_all
        self.undecided += final.undecided

    def row(self, name: str) -> Group:
        return Group(
            name,
            self.cards,
            self.final.mean(0, 100),
            self.automatic.mean(0, 100),
            self.reviewed,
            self.failed_all,
            self.undecided,
        )


@dataclass(slots=True)
class _Item:
    line: Line
    failed: int = 0
    counted: int = 0
    reported: int = 0
    definite: int = 0
    undecided: int = 0
    not_applicable: int = 0
    reviewed: int = 0
    by_agent: dict[str, list[int]] = field(default_factory=dict)

    def add(self, line: Line, agent: str) -> None:
        final = line.final
        self.undecided += final is Outcome.UNDECIDED
        self.not_applicable += final is Outcome.NOT_APPLICABLE
        self.reviewed += line.reviewed is not None
        if line.automatic.counts:
            self.definite += 1
            self.reported += line.automatic is Outcome.FAIL
        if final.counts:
            counts = self.by_agent.setdefault(agent, [0, 0])
            counts[0] += final is Outcome.FAIL
            counts[1] += 1
            self.failed += final is Outcome.FAIL
            self.counted += 1


class Tally:
    """All cards of a period, added up one after the other."""

    def __init__(self) -> None:
        self._whole = _Group()
        self._agents: dict[str, _Group] = {}
        self._teams: dict[str, _Group] = {}
        self._items: dict[str, _Item] = {}
        self._days: dict[date, Sum] = {}

    def add(self, card: Card, *, agent: str, team: str, day: date, reviewed: bool) -> None:
        """One more card."""
        self._whole.add(card, reviewed=reviewed)
        self._agents.setdefault(agent, _Group()).add(card, reviewed=reviewed)
        self._teams.setdefault(team, _Group()).add(card, reviewed=reviewed)
        self._days.setdefault(day, Sum()).add(card.final.percent)
        for line in card.lines:
            if line.item not in self._items:
                self._items[line.item] = _Item(line)
            self._items[line.item].add(line, agent)

    @property
    def whole(self) -> Group:
        """All cards."""
        return self._whole.row("")

    @property
    def agents(self) -> tuple[Group, ...]:
        """By agent, in order of name."""
        return tuple(self._agents[name].row(name) for name in sorted(self._agents))

    @property
    def teams(self) -> tuple[Group, ...]:
        """By team, in order of name."""
        return tuple(self._teams[name].row(name) for name in sorted(self._teams))

    @property
    def days(self) -> tuple[Point, ...]:
        """By day."""
        return tuple(Point(day, self._days[day].mean(0, 100)) for day in sorted(self._days))

    def items(self, errors: Mapping[str, Errors]) -> tuple[ItemRow, ...]:
        """By item, in the order of the cards; rates corrected by ``errors`` where they allow it."""
        return tuple(_row(found, errors.get(found.line.item, Errors())) for found in self._items.values())


def _row(found: _Item, errors: Errors) -> ItemRow:
    line = found.line
    shares = {name: wilson(failed, of) for name, (failed, of) in sorted(found.by_agent.items())}
    return ItemRow(
        item=line.item,
        title=line.title if line.title.en else Text(line.item, line.item),
        norm=line.norm,
        section=line.section,
        failed=wilson(found.failed, found.counted),
        rate=rate(found.reported, found.definite, errors),
        undecided=found.undecided,
        not_applicable=found.not_applicable,
        reviewed=found.reviewed,
        by_agent={name: share for name, share in shares.items() if share is not None},
    )
