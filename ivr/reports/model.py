"""What a call's story is made of. Times are seconds from the start of the call unless a name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from ivr.core.language import Text
from recording.analytics.features import CallFeatures

PhaseKind = Literal["menu", "waiting", "ringing", "talk", "hold", "voicemail"]
Mark = Literal["pass", "fail", "unsure", "not_applicable"]
Wave = tuple[tuple[float, float], ...]
Span = tuple[float, float]
NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the call in which the caller was in one state; phases do not overlap.

    Args:
        kind: ``menu`` is everything the line itself says and asks.
        who: the agent who rings or talks, the queue waited in; "" else.
    """

    kind: PhaseKind
    start: float
    end: float
    who: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Args:
        kind: call, answer, prompt, key, digits, timeout, invalid, failure, state, join, ring, connect, leave, hold,
            unhold, record, emergency or hangup.
        text: what, for people.
        step: name of the flow's step; "" if the flow had no part in it.
        key: the key that was pressed.
        said: the words of the prompts, where the catalogue has them.
    """

    at: float
    kind: str
    text: Text
    step: str = ""
    key: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class PathStep:
    """A step of the flow the caller went through.

    Args:
        keys: what he pressed there and whether it was a choice.
        timeouts: how often he was silent.
    """

    at: float
    step: str
    kind: str
    prompts: tuple[str, ...] = ()
    keys: tuple[tuple[str, bool], ...] = ()
    timeouts: int = 0


@dataclass(frozen=True, slots=True)
class RingStory:
    """One agent's phone ringing; ``result`` as in the rings table."""

    agent: str
    start: float
    end: float
    result: str


@dataclass(frozen=True, slots=True)
class VisitStory:
    """One stay in one queue.

    Args:
        position: at joining, 1 = first.
        wait_s: seconds from joining to the agent, or to the end of waiting.
        talk_s: seconds with the agent; None if there was none.
    """

    queue: str
    joined: float
    left: float
    position: int | None
    wait_s: float
    outcome: str
    agent: str
    connected: float | None
    completed: float | None
    talk_s: float | None
    ended_by: str
    rings: tuple[RingStory, ...] = ()


@dataclass(frozen=True, slots=True)
class TalkStory:
    """One agent joined with the caller.

    Args:
        handed_by: the agent who handed the caller on to him; "" if he came from a queue.
        ended_by: caller, agent, transfer; "" if not known.
    """

    agent: str
    start: float
    end: float
    handed_by: str = ""
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a file without its party's sound.

    Args:
        cause: ``paused`` or ``no media``.
        start, end: None where only the length is known.
        lost_s: seconds that are missing, where that is all that is known.
    """

    cause: str
    start: float | None = None
    end: float | None = None
    lost_s: float | None = None


@dataclass(frozen=True, slots=True)
class SoundStory:
    """What was measured in one agent's talk.

    Args:
        agent: id of the agent.
        health, caller_health: how far the recognition can be believed, 0..100; None without enough speech.
        floor: below it nothing that rests on words is judged by the machine.
        features: times in seconds of the call.
    """

    agent: str
    health: float | None
    caller_health: float | None
    floor: float
    features: CallFeatures


@dataclass(frozen=True, slots=True)
class Track:
    """One party's recording.

    Args:
        role: caller, agent or voicemail.
        offset: when its first frame was.
        duration: seconds of sound.
        wave: lowest and highest sample of equal stretches, -1..1; empty when not read.
        speech: when the party spoke.
        gaps: where the file is without its party's sound.
        note: how the file came to differ from what was recorded.
        model, pipeline: what transcribed it; "" if nothing did.
    """

    id: int
    role: str
    agent: str
    file: str
    state: str
    offset: float
    duration: float
    gap_cause: str = ""
    sha256: str = ""
    wave: Wave = ()
    speech: tuple[tuple[float, float], ...] = ()
    snr_db: float | None = None
    model: str = ""
    pipeline: str = ""
    gaps: tuple[Gap, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the model heard it; ``conf`` 0..1."""

    text: str
    start: float
    end: float
    conf: float


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one party said without a longer pause; ``speaker`` is caller, agent or voicemail."""

    speaker: str
    agent: str
    start: float
    end: float
    text: str
    words: tuple[Word, ...]


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


@dataclass(frozen=True, slots=True)
class CallStory:
    """One call as people read it.

    Args:
        caller: the caller's number; masked where that was asked.
        started_at, ended_at: in ``zone``; ``ended_at`` None while the call is under way.
        duration: seconds; so far, while it is under way.
        answered: when the line answered; None if it never did.
        talk_s: seconds with agents, holds included.
        hung_up_by: caller, agent, system, or "" if not known.
        pauses: when the recording was paused.
        sounds: what was measured, one for each agent's talk.
    """

    id: int
    linkedid: str
    number: str
    caller: str
    language: str
    flow: str
    flow_version: str
    route: str
    zone: tzinfo
    started_at: datetime
    ended_at: datetime | None
    duration: float
    answered: float | None
    talk_s: float
    outcome: str
    hung_up_by: str
    path: tuple[PathStep, ...] = ()
    events: tuple[Event, ...] = ()
    phases: tuple[Phase, ...] = ()
    visits: tuple[VisitStory, ...] = ()
    tracks: tuple[Track, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    findings: tuple[Finding, ...] = ()
    cards: tuple[Card, ...] = field(default=())
    talks: tuple[TalkStory, ...] = ()
    pauses: tuple[Span, ...] = ()
    sounds: tuple[SoundStory, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether the call has not ended yet."""
        return self.ended_at is None

    @property
    def wait_s(self) -> float:
        """Seconds in queues."""
        return sum(visit.wait_s for visit in self.visits)

    def clock(self, at: float) -> datetime:
        """The local time of a moment of the call."""
        return (self.started_at + timedelta(seconds=at)).astimezone(self.zone)
