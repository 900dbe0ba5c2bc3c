"""What a judgement is, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ivr.core.language import Text
from recording.analytics.features import CallFeatures

Span = tuple[float, float]


class Value(StrEnum):
    """The three values of words, and of behaviour; and the case that a rule has nothing to say about this call."""

    SAID = "said"
    NOT_SAID = "not_said"
    MET = "met"
    NOT_MET = "not_met"
    CANNOT_TELL = "cannot_tell"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class CallContext:
    """What is known of the call besides words. All times in seconds from the start of the call.

    Args:
        language: language the agent speaks, e.g. ``ko-KR``.
        duration: of the whole call.
        agent_offset: when the first frame of the agent's recording was.
        caller_offset: when the first frame of the caller's recording was.
        talk: when caller and agent were connected; words outside it do not count. None: the whole file.
        holds: when the agent had the caller on hold, or the caller waited as long in silence.
        silences: those of ``holds`` that only the sound shows.
        apart: when one had the other on hold: what was said then was not said to the other.
        features: what was measured in the sound of both; None when it was not.
        health: how far the recognition of the agent can be believed, 0..100; None when it is not known.
        agent: id of the agent.
        started_at: when the call began.
        queue: the call came through.
        outcome: of the call.
        transfers: when the call was passed on.
        ended_by: who ended this agent's talk: caller, agent, transfer; "" when it is not known.
        ring: seconds this agent's phone rang before the answer; None when it is not known.
    """

    language: str
    duration: float
    agent_offset: float = 0.0
    caller_offset: float = 0.0
    talk: Span | None = None
    holds: tuple[Span, ...] = ()
    features: CallFeatures | None = None
    health: float | None = None
    silences: tuple[Span, ...] = ()
    apart: tuple[Span, ...] = ()
    agent: str = ""
    started_at: datetime | None = None
    queue: str = ""
    outcome: str = ""
    transfers: tuple[float, ...] = ()
    ended_by: str = ""
    ring: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Evidence for one phrase at one place.

    Args:
        part: which part of the rule.
        phrase: as the rulebook writes it.
        score: 0..100.
        span: seconds in the speaker's file.
        heard: the free decode at that place.
        missing: words of the phrase not heard.
        by: ``text``, ``grammar`` (text and grammar pass) or ``grammar_only``.
        strong: whether it is enough on its own.
        rival: the near miss most like this place, empty if none.
    """

    part: str
    phrase: str
    score: float
    span: Span
    heard: str
    missing: tuple[str, ...] = ()
    by: str = "text"
    strong: bool = False
    rival: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "part": self.part,
            "phrase": self.phrase,
            "score": self.score,
            "start": self.span[0],
            "end": self.span[1],
            "heard": self.heard,
            "missing": list(self.missing),
            "by": self.by,
            "strong": self.strong,
            "rival": self.rival,
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured, and what it was held against.

    Args:
        name: the measure, e.g. ``speech_rate``.
        value: in ``unit``.
        unit: of the value and the limits.
        at_least, at_most: the limits; None where there is none.
        best: what is aimed at.
        announced: of dead_air: the silences that were announced and so left out, seconds of the call.
    """

    name: str
    value: float
    unit: Text
    at_least: float | None = None
    at_most: float | None = None
    best: tuple[float, float] | None = None
    announced: tuple[Span, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "value": round(self.value, 2),
            "unit": self.unit.en,
            "unit_zh": self.unit.zh,
            "at_least": self.at_least,
            "at_most": self.at_most,
            "best": None if self.best is None else list(self.best),
            "announced": [list(span) for span in self.announced],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's judgement of one call.

    Args:
        rule: id in the rulebook.
        norm: id in the service norms.
        title: of the rule.
        forbidden: whether the rule is must_not.
        value: said, not_said, cannot_tell or not_applicable; of behaviour met or not_met instead of the first two.
        passed: None when it cannot be told or does not apply.
        reason: why, for people; a cannot_tell is for a person to decide.
        score: 0..100 of the deciding evidence; None without any.
        span: seconds in the speaker's file; None without evidence.
        hits: the evidence, best first.
        missing_parts: parts of the rule that were not heard.
        missing_titles: the same for people; empty for a rule of one part, whose own title says it.
        by: whose words were judged, agent or caller.
        weight: points on the scorecard.
        fail_all: whether breaking it sets the scorecard to zero.
        kind: ``phrase`` or ``behaviour``.
        section: of the scorecard.
        measured: of behaviour; None when it could not be measured.
    """

    rule: str
    norm: str
    title: Text
    forbidden: bool
    value: Value
    passed: bool | None
    reason: Text
    by: str
    weight: float
    fail_all: bool
    score: float | None = None
    span: Span | None = None
    hits: tuple[Hit, ...] = ()
    missing_parts: tuple[str, ...] = ()
    missing_titles: tuple[Text, ...] = ()
    rulebook: str = ""
    rulebook_version: str = ""
    model: str = ""
    thresholds: str = ""
    kind: str = "phrase"
    section: str = "general"
    measured: Measured | None = None

    @property
    def evidence(self) -> dict[str, Any]:
        """What the verdict rests on, as plain data for JSON."""
        best = self.hits[0] if self.hits else None
        return {
            "heard": best.heard if best else "",
            "phrase": best.phrase if best else "",
            "missing": list(best.missing) if best else [],
            "missing_parts": list(self.missing_parts),
            "missing_titles": [{"en": title.en, "zh": title.zh} for title in self.missing_titles],
            "reason": self.reason.en,
            "reason_zh": self.reason.zh,
            "by": best.by if best else "",
            "speaker": self.by,
            "kind": self.kind,
            "section": self.section,
            "measured": None if self.measured is None else self.measured.to_dict(),
            "hits": [hit.to_dict() for hit in self.hits],
        }
