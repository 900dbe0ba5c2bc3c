"""What an indicator is: a figure with what it was made from. No data is no figure, never 0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ivr.core.language import Text

LEVEL_SECONDS = 20.0
THREE_RINGS_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Variant:
    """The same indicator with short abandons counted the other way."""

    value: float | None
    numerator: float
    denominator: float
    formula: Text


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure with what it was made from.

    Args:
        id: ``answer_rate``, ``service_level``, ``speed_of_answer``, ``abandonment_rate``, ...; see docs/figures.md.
        name: for people.
        value: per cent or seconds; None when there was nothing to count, or when it cannot be told.
        numerator, denominator: what was divided.
        formula: how, in words.
        unit: of the value, ``%`` or ``s``.
        norm: id in the service norms, "" if none.
        counted: what a share divides: calls (or rings), or seconds.
        reason: why it cannot be told; None where it can, or where there was only nothing to count.
        variant: with short abandons counted the other way; None where they make no difference by definition.
        target: the least the site wants, in the unit of the value; None where it names none.
    """

    id: str
    name: Text
    value: float | None
    numerator: float
    denominator: float
    formula: Text
    unit: Literal["%", "s"] = "%"
    norm: str = ""
    counted: Literal["calls", "seconds"] = "calls"
    reason: Text | None = None
    variant: Variant | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the calls that asked for an agent: ``asked = answered + abandoned + unserved``.

    Args:
        asked: whose wish has come to an end.
        answered: by an agent.
        abandoned: hung up while waiting.
        short: of the abandoned, those who gave up within the site's limit.
        unserved: waited longest allowed, left by a key, were turned away, were interrupted.
        waiting: still wait; in none of the other figures.
    """

    asked: int = 0
    answered: int = 0
    abandoned: int = 0
    short: int = 0
    unserved: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts and indicators of one group of calls."""

    counts: Counts
    indicators: tuple[Indicator, ...]

    def __getitem__(self, name: str) -> Indicator:
        """One indicator by its id.

        Raises:
            KeyError: if the group has none of that id.
        """
        for one in self.indicators:
            if one.id == name:
                return one
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Rules:
    """How a site counts.

    Args:
        levels: X of the service level by queue, seconds; 20 for a queue that is not named.
        targets: Y of the service level by queue, per cent.
        short_abandon_s: who gives up within fewer seconds is a short abandon; None: nobody is.
        count_short: whether short abandons count in answer rate, service level and abandonment rate. Either way the
            other figure stands beside it.
        three_rings_s: how long three rings last (B3), seconds.
    """

    levels: Mapping[str, float] = field(default_factory=dict)
    targets: Mapping[str, float] = field(default_factory=dict)
    short_abandon_s: float | None = None
    count_short: bool = True
    three_rings_s: float = THREE_RINGS_SECONDS

    def level(self, queue: str) -> float:
        """X of a queue's service level, seconds."""
        return self.levels.get(queue, LEVEL_SECONDS)


@dataclass(frozen=True, slots=True)
class Indicators:
    """The indicators of a period: of all queues together, and of each queue by its name."""

    since: datetime
    until: datetime
    whole: tuple[Indicator, ...]
    queues: dict[str, tuple[Indicator, ...]] = field(default_factory=dict)
