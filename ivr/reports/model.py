"""What a call's story is made of. Times are seconds from the start of the call unless a name says otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from ivr.core.language import Text
from ivr.reports.findings import Card, Finding
from ivr.reports.tracks import SoundStory, Track, Utterance

PhaseKind = Literal["menu", "waiting", "ringing", "talk", "hold", "voicemail"]
Span = tuple[float, float]


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
class AnswerStory:
    """One question of a survey (A8).

    Args:
        at: when it was asked.
        answer: the key; "" if he gave none.
        agent, queue: whom it is about, and the queue that led there; "" if nobody.
    """

    at: float
    question: str
    answer: str
    agent: str = ""
    queue: str = ""


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
        answers: what he was asked after the service, and what he answered.
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
    answers: tuple[AnswerStory, ...] = ()

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
