"""The report on surveys as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Literal

from ivr.core.language import Text

By = Literal["agent", "queue", "day"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that one caller was asked.

    Args:
        answer: the key; "" if he gave none.
        agent, queue: whom he had talked to, and the queue that led there; "" if nobody.
        at: when it was asked, UTC.
    """

    question: str
    answer: str
    agent: str
    queue: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure with what it was made from.

    Args:
        id: ``answer_rate``, ``mean`` or ``satisfied``.
        value: per cent, or points from 1 to 5; None when there was nothing to count.
        numerator, denominator: what was divided.
        low, high: Wilson's interval of 95 % in the unit of the value; None for a mean, or without data.
    """

    id: str
    name: Text
    value: float | None
    unit: Literal["%", ""]
    numerator: int
    denominator: int
    formula: Text
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """One question, asked of one agent's, queue's or day's callers.

    Args:
        name: of the agent, queue or day; "" for all together, and for callers who had talked to nobody.
        counts: how often each key was the answer.
        measures: the mean and the share of 4 and 5 only of questions with keys from 1 to 5.
    """

    name: str
    question: str
    asked: int
    answered: int
    counts: Mapping[str, int] = field(default_factory=dict)
    measures: tuple[Measure, ...] = ()

    def __getitem__(self, name: str) -> Measure:
        """One measure by its id.

        Raises:
            KeyError: if the question has none of that id.
        """
        for one in self.measures:
            if one.id == name:
                return one
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """What was asked in ``since <= t < until``; the whole, and by agent, queue or day."""

    since: datetime
    until: datetime
    zone: tzinfo
    by: By
    whole: tuple[Group, ...]
    rows: tuple[Group, ...]


__all__ = ["Asked", "By", "Group", "Measure", "SurveyReport"]
