"""Verdicts and scorecards as people read them. Times are seconds from the start of the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ivr.core.language import Text

Mark = Literal["pass", "fail", "unsure", "not_applicable"]
NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule's words were heard; seconds from the start of the call."""

    start: float
    end: float
    heard: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured of a behaviour, and the limits it was held against; None where there is no such limit."""

    name: str
    value: float
    unit: Text
    at_least: float | None = None
    at_most: float | None = None
    best: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's verdict on the call.

    Args:
        value: said, not_said, cannot_tell or not_applicable; of behaviour met or not_met instead of the first two.
        start, end: where the evidence is; None without any.
        score: 0..100 of the deciding evidence.
        heard, phrase: what was heard, and the rulebook's phrase it is like.
        missing: words of the phrase that were not heard.
        missing_parts: parts of the rule that were not heard.
        by: ``text``, ``grammar`` or ``grammar_only``; "" without evidence.
        speaker: whose words were judged.
        hits: all strong evidence in order of time, the deciding one among it.
        kind: ``phrase`` or ``behaviour``.
        section: of the scorecard.
        measured: of behaviour; None when it could not be measured.
    """

    rule: str
    norm: str
    title: Text
    forbidden: bool
    value: str
    passed: bool | None
    score: float | None
    start: float | None
    end: float | None
    heard: str
    phrase: str
    missing: tuple[str, ...]
    missing_parts: tuple[Text, ...]
    reason: Text
    by: str
    speaker: str
    agent: str
    rulebook: str
    rulebook_version: str
    model: str
    thresholds: str
    hits: tuple[Hit, ...] = ()
    kind: str = "phrase"
    section: str = ""
    measured: Reading | None = None

    @property
    def mark(self) -> Mark:
        """How it counts: passed, failed, for a person to decide, or not about this call."""
        if self.value == "not_applicable":
            return "not_applicable"
        if self.passed is None:
            return "unsure"
        return "pass" if self.passed else "fail"

    @property
    def places(self) -> tuple[Hit, ...]:
        """Where it was heard: all strong evidence, or else what the verdict names."""
        if not self.located or self.start is None:
            return ()
        return self.hits or (Hit(self.start, self.start if self.end is None else self.end, self.heard),)

    @property
    def told(self) -> str:
        """What was heard, at all its places."""
        return " · ".join(hit.heard for hit in self.hits) if self.located and self.hits else self.heard

    @property
    def located(self) -> bool:
        """Whether it was heard or measured somewhere; what was not said has at most the place that came closest."""
        return self.start is not None and self.value in {"said", "cannot_tell", "not_met"}

    @property
    def behaviour(self) -> bool:
        """Whether it was measured, not heard."""
        return self.kind == "behaviour"


@dataclass(frozen=True, slots=True)
class CardItem:
    """One line of a scorecard.

    Args:
        points: None when it does not count.
        manual: whether only a person judges it.
        reason: why a machine cannot; both empty where that is not known.
    """

    rule: str
    weight: float
    points: float | None
    value: str
    fail_all: bool
    norm: str = ""
    section: str = ""
    title: Text = NO_TEXT
    manual: bool = False
    reason: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class Card:
    """The automatic scorecard of one agent's part.

    Args:
        for_person: how many verdicts the machine left to a person.
        sections: the titles of its sections by name, in their order.
    """

    agent: str
    points: float
    possible: float
    failed_all: bool
    for_person: int
    items: tuple[CardItem, ...]
    rulebook: str
    rulebook_version: str
    sections: tuple[tuple[str, Text], ...] = ()

    @property
    def manual(self) -> tuple[CardItem, ...]:
        """The items only a person judges."""
        return tuple(item for item in self.items if item.manual)

    @property
    def percent(self) -> float | None:
        """Points of those possible, 0..100; None when nothing counts."""
        return 100.0 * self.points / self.possible if self.possible else None
