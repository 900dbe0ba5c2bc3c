"""What is added up. Sums of parts add up to the sum of the whole: counts, seconds, points and their squares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

from ivr.reports.indicators.model import Figures
from ivr.reports.quality.model import Mean, Sum
from recording.scorecards import Card, Line, Outcome


@dataclass(slots=True)
class _Sums:
    """Numbers that can be added."""

    def add(self, other: Self) -> None:
        """Add all numbers of ``other``."""
        for name in self.names():
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Its numbers; columns of its table have the same names."""
        return tuple(one.name for one in fields(cls))

    @classmethod
    def of(cls, values: Iterable[Any]) -> Self:
        """From the numbers in the order of ``names``; nothing is 0."""
        return cls(*(value or 0 for value in values))

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not any(getattr(self, name) for name in self.names())


@dataclass(slots=True)
class TrafficSums(_Sums):
    """Calls that asked for an agent, or an agent's rings and talks; as the columns of ``traffic_rollups``."""

    asked: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    unserved: int = 0
    in_time: int = 0
    waited_s: float = 0.0
    rings: int = 0
    rings_in_time: int = 0
    owed: int = 0
    picked: int = 0
    pickups: int = 0
    pickup_s: float = 0.0
    handled: int = 0
    handling_s: float = 0.0
    busy_s: float = 0.0
    ready_s: float = 0.0

    @classmethod
    def of_calls(cls, figures: Figures) -> TrafficSums:
        """The parts of the figures of calls, or of one queue's."""
        rings, handling, busy = figures["three_rings"], figures["handling_time"], figures["occupancy"]
        return cls(
            asked=figures.counts.asked,
            answered=figures.counts.answered,
            abandoned=figures.counts.abandoned,
            short=figures.counts.short,
            unserved=figures.counts.unserved,
            in_time=int(figures["service_level"].numerator),
            waited_s=figures["speed_of_answer"].numerator,
            rings=int(rings.denominator),
            rings_in_time=int(rings.numerator),
            handled=int(handling.denominator),
            handling_s=handling.numerator,
            busy_s=busy.numerator,
            ready_s=busy.denominator,
        )

    @classmethod
    def of_agent(cls, figures: Figures, *, occupied: bool) -> TrafficSums:
        """The parts of one agent's figures.

        Args:
            occupied: whether the time he was ready belongs here; it is of all his queues.
        """
        rings, owed, pickup = figures["three_rings"], figures["pickup_rate"], figures["pickup_time"]
        handling, busy = figures["handling_time"], figures["occupancy"]
        return cls(
            asked=figures.counts.asked,
            answered=figures.counts.answered,
            rings=int(rings.denominator),
            rings_in_time=int(rings.numerator),
            owed=int(owed.denominator),
            picked=int(owed.numerator),
            pickups=int(pickup.denominator),
            pickup_s=pickup.numerator,
            handled=int(handling.denominator),
            handling_s=handling.numerator,
            busy_s=busy.numerator if occupied else 0.0,
            ready_s=busy.denominator if occupied else 0.0,
        )


@dataclass(slots=True)
class ScoreSums(_Sums):
    """Scorecards; as the columns of ``score_rollups``. Scores are per cent."""

    cards: int = 0
    final_n: int = 0
    final_sum: float = 0.0
    final_squares: float = 0.0
    machine_n: int = 0
    machine_sum: float = 0.0
    machine_squares: float = 0.0
    reviewed: int = 0
    failed_all: int = 0
    undecided: int = 0

    def count(self, card: Card, *, reviewed: bool) -> None:
        """One more card."""
        final = card.final
        self.cards += 1
        if final.percent is not None:
            self.final_n += 1
            self.final_sum += final.percent
            self.final_squares += final.percent * final.percent
        touched = any(line.reviewed is not None or line.decided is not None for line in card.lines)
        machine = card.automatic.percent if touched else final.percent
        if machine is not None:
            self.machine_n += 1
            self.machine_sum += machine
            self.machine_squares += machine * machine
        self.reviewed += reviewed
        self.failed_all += final.failed_all
        self.undecided += final.undecided

    @property
    def final(self) -> Mean:
        """The mean of the scores that count, with its interval of 95 %."""
        return Sum(self.final_n, self.final_sum, self.final_squares).mean(0, 100)

    @property
    def machine(self) -> Mean:
        """The mean of the machine's own scores, with its interval of 95 %."""
        return Sum(self.machine_n, self.machine_sum, self.machine_squares).mean(0, 100)


@dataclass(slots=True)
class ItemSums(_Sums):
    """One item of scorecards; as the columns of ``item_rollups``."""

    failed: int = 0
    counted: int = 0
    reported: int = 0
    definite: int = 0
    unsure: int = 0
    undecided: int = 0
    not_applicable: int = 0
    reviewed: int = 0

    def count(self, line: Line) -> None:
        """The item of one more card."""
        final = line.final
        self.failed += final is Outcome.FAIL
        self.counted += final.counts
        self.reported += line.automatic is Outcome.FAIL
        self.definite += line.automatic.counts
        self.unsure += line.automatic is Outcome.UNDECIDED
        self.undecided += final is Outcome.UNDECIDED
        self.not_applicable += final is Outcome.NOT_APPLICABLE
        self.reviewed += line.reviewed is not None


__all__ = ["ItemSums", "ScoreSums", "TrafficSums"]
