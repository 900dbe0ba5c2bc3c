"""What the engine itself tells the journal about a call.

``at`` is UTC. Nothing here may hold the digits of a secret input.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ivr.ami.events import ChannelEvent, ConnectionLost, ConnectionRestored

Outcome = Literal["self_service", "closed", "voicemail", "callback", "unserved", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFact:
    """Base of the engine's own facts."""

    at: datetime
    linkedid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOpened(EngineFact):
    """The engine was asked about a call for the first time.

    ``uniqueid`` and ``channel`` are the caller's; ``number`` is the service number, ``caller`` the caller's own.
    """

    uniqueid: str
    channel: str
    number: str = ""
    caller: str = ""
    flow: str = ""
    flow_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageChosen(EngineFact):
    """The language of the call is settled, e.g. ``zh-CN``."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFact(EngineFact):
    """The flow did something, or the caller did something to it.

    Args:
        step: the step's name in the flow.
        kind: its type: menu, play, queue, ...
        event: enter | prompt | key | digits | timeout | invalid | leave.
        detail: plain JSON data about it.
    """

    step: str
    kind: str
    event: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingRefused(EngineFact):
    """The caller does not want to be recorded: nothing of the talk is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueReturned(EngineFact):
    """The caller is not, or no longer, in a queue; ``status`` is Asterisk's QUEUESTATUS, e.g. TIMEOUT or JOINEMPTY.

    Told of those whom the engine does not let in, too.
    """

    queue: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(EngineFact):
    """The caller's answer to a question of a survey (A8): the question's name, and the key."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDecided(EngineFact):
    """How the engine sees the call's end; an answer, a message or an abandoned wait counts for more."""

    outcome: Outcome


Fact = EngineFact | ChannelEvent | ConnectionLost | ConnectionRestored
"""Whatever the journal takes. Events it has no use for are passed over."""
