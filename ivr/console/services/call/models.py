"""What is told of one call. Words are in the language of who asks, times are seconds from the start of the call."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from ivr.console.services.casework import Shown

Span = tuple[float, float]
SoundState = Literal["ready", "open", "none", "locked", "refused", "missing", "broken", "deleted"]


class Phase(Shown):
    """A stretch in which the caller was in one state; phases do not overlap."""

    kind: str
    name: str
    start: float
    end: float
    who: str = Field(description="the agent who rings or talks, the queue waited in")


class Event(Shown):
    """One thing that happened."""

    at: float
    kind: str
    text: str
    step: str
    key: str
    said: str = Field(description="the words of prompts")


class Word(Shown):
    """A word as the model heard it."""

    text: str = Field(description="with the space before it, where there is one")
    start: float
    end: float
    conf: float = Field(description="0..1")
    low: bool = Field(description="hardly understood")
    mark: str = Field(description="how the rule counts that rests on it: pass, fail, unsure; empty if none does")


class Utterance(Shown):
    """What one party said without a longer pause."""

    speaker: str
    agent: str
    name: str
    start: float
    end: float
    words: list[Word]


class Transcript(Shown):
    """What was said, and when the recording was paused."""

    utterances: list[Utterance]
    pauses: list[Span]
    notices: list[str] = Field(description="why words are missing or hidden")


class Finding(Shown):
    """One rule's verdict."""

    rule: str
    norm: str
    title: str
    agent: str
    speaker: str
    value: str
    value_name: str
    mark: str = Field(description="pass, fail, unsure or not_applicable")
    mark_name: str
    forbidden: bool
    behaviour: bool = Field(description="measured, not heard")
    at: float | None = Field(description="where it stands on the time axis; null: nowhere")
    located: bool = Field(description="whether it was heard or measured there; what is missing stands where talk ends")
    places: list[Span]
    heard: str
    phrase: str
    missing: str
    measured: str
    reason: str


class Verdicts(Shown):
    """The machine's verdicts on a call."""

    findings: list[Finding]
    judged_by: list[str]
    hidden: list[str] = Field(description="why verdicts are not shown, e.g. that who asks scores the call blind")


class Mark(Shown):
    """Something measured in the sound: dead air, both at once, hold music, a pause."""

    kind: str
    title: str
    start: float
    end: float
    channel: int | None = Field(description="0 caller, 1 agent; null: both")


class Facts(Shown):
    """What was measured in one agent's talk; rows are of a name and one value for each of ``heads``."""

    agent: str
    together: list[tuple[str, str]]
    heads: list[str]
    rows: list[list[str]]


class Track(Shown):
    """One file of the ledger."""

    id: int
    role: str
    name: str
    channel: int
    offset: float
    duration: float
    state: str
    state_name: str
    cause: str
    gaps: list[str]
    note: str
    sha256: str
    sealed: bool
    model: str
    speech: list[Span]


class Visit(Shown):
    """One stay in one queue."""

    queue: str
    joined: float
    wait_s: float
    position: int | None
    outcome: str
    agent: str
    talk_s: float | None
    rings: list[str]


class Answer(Shown):
    """One question of a survey (A8)."""

    at: float
    question: str
    answer: str
    agent: str


class Sound(Shown):
    """Whether the call can be heard, and what there is to know before."""

    state: SoundState
    message: str = Field(description="why not; empty if it can")
    seconds: float = Field(description="from the start of the call to the last sound")
    may_listen: bool
    may_plain: bool = Field(description="whether who asks may hear dictated numbers")
    plain: bool = Field(description="whether they are heard")
    silenced: int = Field(description="places that are silent because a number was dictated there")
    notices: list[str]


class CallView(Shown):
    """One call."""

    id: int
    linkedid: str
    number: str
    caller: str
    language: str
    flow: str
    flow_version: str
    route: str
    started_at: datetime
    ended_at: datetime | None
    duration: float
    answered: float | None
    wait_s: float
    talk_s: float
    outcome: str
    outcome_name: str
    hung_up_by: str
    hung_up_name: str
    agents: list[str]
    held: list[str] = Field(description="legal holds: since when, by whom, why")
    said: list[str] = Field(description="the outcome as each agent says")
    phases: list[Phase]
    events: list[Event]
    visits: list[Visit]
    answers: list[Answer]
    tracks: list[Track]
    marks: list[Mark]
    facts: list[Facts]
    sound: Sound
    transcript: Transcript
    verdicts: Verdicts


class Contact(Shown):
    """An earlier call of the same caller."""

    call: int | None = Field(description="null where who asks may not see it")
    at: datetime
    queue: str
    agent: str
    outcome: str
    outcome_name: str


class Caller(Shown):
    """What is known of a call's caller (A7)."""

    region: str
    days: int
    calls: int = Field(description="within those days, this one included; 0 where the number is not known")
    contacts: list[Contact] = Field(description="the last of those before, the newest first")


class Lane(Shown):
    """One channel's waveform: lowest and highest sample of equal stretches, -127..127."""

    low: list[int]
    high: list[int]


class PeaksView(Shown):
    """A stretch of the waveform; ``lanes`` are callers, agents."""

    start: float
    end: float
    lanes: list[Lane]
