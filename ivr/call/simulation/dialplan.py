"""What the dialplan would run for the engine, and what it would come back with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ivr.call.simulation.plan import Verb, key_of
from ivr.call.simulation.world import Replies

# Seconds until an agent answers, of a talk, of a message, and until somebody gives up waiting.
RINGS, TALK, MESSAGE, GIVES_UP = 10.0, 60.0, 10.0, 20.0

_QUEUE = {"answered": "CONTINUE", "timeout": "TIMEOUT", "full": "FULL", "empty": "LEAVEEMPTY"}
_DIAL = {"answered": "ANSWER", "busy": "BUSY", "no-answer": "NOANSWER", "unavailable": "CHANUNAVAIL"}
_RECORD = {"spoken": "DTMF", "silent": "SILENCE", "failed": "ERROR"}


@dataclass(frozen=True, slots=True)
class Ran:
    """What the dialplan did between two questions to the engine.

    Args:
        verb, status, key, queue, kept, token: as it tells the engine; ``kept`` is the file of a message.
        word: what became of the caller.
        seconds: how long it took.
        hung_up: whether the caller hung up meanwhile.
        emergency: whether the dialplan asks the engine no more.
        files: messages so far.
    """

    verb: str = ""
    status: str = ""
    key: str = ""
    queue: str = ""
    kept: str = ""
    token: str = ""
    word: str = ""
    seconds: float = 0.0
    hung_up: bool = False
    emergency: bool = False
    files: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)


def after(answer: Mapping[str, str], replies: Replies, before: Ran) -> Ran:
    """Run what the engine's ``answer`` asks for.

    Args:
        answer: the variables it has set, in this turn and before.
        replies: what becomes of the caller.
        before: what was run before.
    """
    verb = answer["IVR_NEXT"]
    word = replies.take(cast(Verb, verb))
    queue = answer.get("IVR_QUEUE", "")
    target = queue if verb == "queue" else answer["IVR_TARGET"] if verb == "transfer" else ""
    files, kept, status, key = before.files, "", "", ""
    seconds = MESSAGE
    if verb == "queue":
        key = key_of(word)
        status = "KEY" if key else _QUEUE.get(word, "")
        seconds = _waited(word, float(answer.get("IVR_QUEUE_WAIT", "0")))
    elif verb == "transfer":
        status = _DIAL.get(word, "")
        seconds = RINGS + TALK if word in {"answered", "talk-hangup"} else RINGS
    else:
        files += 1
        kept = f"simulated-{verb}{files if files > 1 else ''}.wav"
        status = _RECORD.get(word, "")
    detail: dict[str, Any] = {"verb": verb, "reply": word, "status": status, "seconds": seconds}
    if target:
        detail["target"] = target
    return Ran(
        verb,
        status,
        key,
        queue,
        kept,
        answer.get("IVR_TOKEN", ""),
        word,
        seconds,
        hung_up=word in {"hangup", "talk-hangup"},
        emergency=verb == "voicemail" and word == "failed",
        files=files,
        detail=detail,
    )


def _waited(word: str, longest: float) -> float:
    if word == "timeout":
        return longest
    if word in {"answered", "talk-hangup"}:
        return min(RINGS, longest) + TALK
    return min(GIVES_UP, longest) if word not in {"full", "empty"} else 0.0


__all__ = ["Ran", "after"]
