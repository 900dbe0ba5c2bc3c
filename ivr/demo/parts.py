"""The demo's five calls: what each caller does and each agent says, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ivr.core.language import Text

# A part, and what has become of it: it waits in the queue, it has had music and position there, it is over.
Milestone = tuple[int, Literal["waits", "waited", "over"]]


@dataclass(frozen=True, slots=True)
class Turn:
    """One utterance in a talk.

    Args:
        by: who speaks.
        lines: ids of demo lines without their speaker, said one after the other.
        pause: seconds of silence before it.
    """

    by: Literal["agent", "caller"]
    lines: tuple[str, ...]
    pause: float = 0.6


@dataclass(frozen=True, slots=True)
class Part:
    """One caller's call.

    Args:
        id: number of the caller in the demo.
        caller: his number.
        dials: the service number.
        voice: whose voice the caller has.
        agent_voice: whose voice the agent has.
        title: what happens, for people.
        talk: the turns once an agent has answered.
        hangs_up: who ends the talk.
        rings: seconds the answering agent lets it ring.
        stays: seconds the caller stays when nobody is to speak to him any more.
        after: seconds after the demo's begin, or after ``begins``, at which he dials.
        begins: what must have come before he dials: another part, and what has become of it.
        outlasts: what must have come before this talk ends.
        hears: sounds that must be found, whole, in what the caller's phone heard; ``moh`` is the music.
    """

    id: int
    caller: str
    dials: str
    voice: str
    title: Text
    agent_voice: str = "agent-1"
    talk: tuple[Turn, ...] = ()
    hangs_up: Literal["caller", "agent"] = "caller"
    rings: float = 2.5
    stays: float = 0.0
    after: float = 0.0
    begins: Milestone | None = None
    outlasts: Milestone | None = None
    hears: tuple[str, ...] = ()


PARTS: tuple[Part, ...] = (
    Part(
        1,
        "13800138001",
        "1000",
        "caller-1",
        Text("an agent who keeps the script", "客服按规范用语应答"),
        talk=(
            Turn("agent", ("greet", "help"), 0.8),
            Turn("caller", ("card-lost", "card-stop")),
            Turn("agent", ("hold",)),
            Turn("agent", ("back",), 7.5),
            Turn("caller", ("thanks",)),
            Turn("agent", ("more",)),
            Turn("caller", ("no-more",)),
            Turn("agent", ("thanks", "bye")),
            Turn("agent", ("farewell",), 0.9),
        ),
        after=3.0,
        outlasts=(3, "over"),
        hears=("recording-notice", "queue-join", "moh", "queue-youarenext"),
    ),
    Part(
        2,
        "13800138002",
        "1000",
        "caller-2",
        Text("an agent who brushes the caller off", "客服推诿且无结束语"),
        talk=(
            Turn("agent", ("greet", "help"), 0.8),
            Turn("caller", ("bill-high", "bill-check")),
            Turn("agent", ("forbidden-unknown",)),
            Turn("caller", ("bill-check",)),
            Turn("agent", ("forbidden-cannot",)),
        ),
        agent_voice="agent-2",
        hangs_up="agent",
        outlasts=(1, "waited"),
        hears=("recording-notice", "queue-join", "thanks-for-calling", "goodbye"),
    ),
    Part(
        3,
        "13800138003",
        "1000",
        "caller-1",
        Text("silent, then a wrong key, then gives up waiting", "先沉默、再按错键、等候中放弃"),
        begins=(1, "waits"),
        stays=9.0,
        hears=("recording-notice", "no-input", "invalid-choice", "queue-join", "queue-youarenext", "moh"),
    ),
    Part(
        4,
        "13800138004",
        "2000",
        "caller-3",
        Text("a closed line: leaves a message", "非服务时间：语音留言"),
        after=4.0,
        talk=(Turn("caller", ("voicemail",), 1.5),),
        hears=("recording-notice", "closed", "voicemail-intro", "beep"),
    ),
    Part(
        5,
        "13800138005",
        "1000",
        "caller-3",
        Text("an agent who never speaks", "客服始终不说话"),
        talk=(
            Turn("caller", ("hello",), 3.0),
            Turn("caller", ("hello",), 4.0),
        ),
        rings=1.5,
        after=0.5,
        outlasts=(3, "over"),
        hears=("recording-notice", "queue-join"),
    ),
)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a call's story and verdicts must come to.

    Args:
        outcome: of the call.
        hung_up_by: who ended it.
        keys: keys the journal has, in order; wrong ones included.
        timeouts: how often the caller was silent.
        passed: rule to verdict: True kept, False broken, None not applicable; what else was judged is left open.
    """

    outcome: str
    hung_up_by: str
    keys: tuple[str, ...]
    timeouts: int = 0
    passed: Mapping[str, bool | None] = field(default_factory=dict)


EXPECTED: Mapping[int, Expected] = {
    1: Expected(
        "answered",
        "caller",
        ("3", "1"),
        passed={
            "opening": True,
            "hold-ask": True,
            "hold-thanks": True,
            "anything-else": True,
            "closing": True,
            "brush-off": True,
            "rudeness": True,
            "magic-words": True,
            "answered-in-time": True,
            "caller-hangs-up": True,
        },
    ),
    2: Expected(
        "answered",
        "agent",
        ("3", "1"),
        passed={
            "opening": True,
            "hold-ask": None,
            "hold-thanks": None,
            "anything-else": False,
            "closing": False,
            "brush-off": False,
            "rudeness": True,
            "magic-words": False,
            "answered-in-time": True,
            "caller-hangs-up": False,
        },
    ),
    3: Expected("abandoned", "caller", ("3", "9", "1"), timeouts=1),
    4: Expected("voicemail", "caller", ("3",)),
    5: Expected(
        "answered",
        "caller",
        ("3", "1"),
        passed={
            "opening": False,
            "hold-ask": None,
            "hold-thanks": None,
            "anything-else": False,
            "closing": False,
            "magic-words": False,
            "answered-in-time": True,
            "caller-hangs-up": True,
            # Who says nothing earns nothing by what he did not say, and owes nothing beside words that never came.
            "brush-off": None,
            "rudeness": None,
            "overlap": None,
            "dead-air": None,
            "not-at-once": None,
            "dictation": None,
            "inaudible": None,
            "standard-asked": None,
            "identity-number": None,
        },
    ),
}
