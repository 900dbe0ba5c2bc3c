"""What a simulated call is given: who calls when, and how the world outside the flow answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from dialplan.base import Model
from dialplan.model import Callback, Enqueue, FlowStep, Record, Site, Transfer, Voicemail

Verb = Literal["queue", "transfer", "record", "voicemail", "callback"]

WORDS: dict[Verb, tuple[str, ...]] = {
    "queue": ("answered", "talk-hangup", "hangup", "timeout", "full", "empty", "key"),
    "transfer": ("answered", "talk-hangup", "hangup", "busy", "no-answer", "unavailable"),
    "record": ("spoken", "silent", "hangup", "failed"),
    "voicemail": ("spoken", "silent", "hangup", "failed"),
    "callback": ("accepted", "known", "full"),
}
"""What may become of a caller whom the flow hands over; the first is meant when nothing is said.

``talk-hangup``: the caller ends the talk; ``hangup``: he hangs up before anybody answers, or while he speaks after the
tone; ``key 1``: he leaves the queue by that key.
"""
_KEYED = re.compile(r"key ([0-9*#])")
_PLAIN = sorted({word for words in WORDS.values() for word in words} - {"key"})
_WORD = rf"^({'|'.join(_PLAIN)}|key [0-9*#])$"


def known_word(verb: Verb, word: str) -> bool:
    """Whether ``word`` may become of a caller who is handed over by ``verb``."""
    return (word in WORDS[verb] and word != "key") or (verb == "queue" and _KEYED.fullmatch(word) is not None)


def verbs_of(site: Site, name: str) -> set[Verb]:
    """How a caller may be handed over under ``name``: a verb itself, a step, or ``flow/step``; empty when he is not."""
    if name in WORDS:
        return {name}
    flow, _, step = name.rpartition("/")
    flows = [site.flows[flow]] if flow in site.flows else [] if flow else [*site.flows.values()]
    return {verb for one in flows if step in one.steps for verb in _verbs(one.steps[step])}


def _verbs(step: FlowStep) -> tuple[Verb, ...]:
    match step:
        case Enqueue():
            return ("queue",)
        case Transfer():
            return ("queue",) if step.queue else ("transfer",)
        case Record():
            return ("record",)
        case Voicemail():
            return ("voicemail",)
        case Callback():
            return ("callback",)
        case _:
            return ()


def words_of(verbs: Iterable[Verb]) -> list[str]:
    """What may become of a caller who is handed over so, as it is written."""
    found = dict.fromkeys(word for verb in verbs for word in WORDS[verb])
    return ["key 1" if word == "key" else word for word in found]


def key_of(word: str) -> str:
    """The key by which he leaves the queue; empty for all other words."""
    found = _KEYED.fullmatch(word)
    return found.group(1) if found else ""


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Word = Annotated[str, StringConstraints(pattern=_WORD)]
Words = Annotated[list[Word], BeforeValidator(_listed), Field(min_length=1, max_length=50)]


class LookupReply(Model):
    """What stands in for the answer of a service."""

    status: int = Field(default=200, ge=0, le=599, description="status of HTTP; 0: no answer in time")
    json_: Any = Field(default=None, alias="json", description="the answer, in JSON")
    after: float = Field(default=0.0, ge=0, le=60, description="seconds until it is there")


LookupReplies = Annotated[list[LookupReply], BeforeValidator(_listed), Field(min_length=1, max_length=50)]


@dataclass(frozen=True, slots=True)
class Plan:
    """One call that is simulated.

    Args:
        to: the service number called.
        caller: his own number, empty when it is withheld.
        at: when he calls, timezone-aware.
        replies: words of ``WORDS`` by step (``step`` or ``flow/step``) or verb, used one after another; the last of
            them for all the rest, unless it is a key, which is pressed once.
        lookups: what stands in for services, by step or by the beginning of the address, likewise. A service for which
            nothing stands in does not answer.
        switches: business hours that somebody has opened or closed by hand.
        accessible: whether the caller is served by the accessible profile from the beginning.
    """

    to: str
    at: datetime
    caller: str = ""
    replies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lookups: Mapping[str, Sequence[LookupReply]] = field(default_factory=dict)
    switches: Mapping[str, Literal["open", "closed"]] = field(default_factory=dict)
    accessible: bool = False


__all__ = [
    "WORDS",
    "LookupReplies",
    "LookupReply",
    "Plan",
    "Verb",
    "Word",
    "Words",
    "key_of",
    "known_word",
    "verbs_of",
    "words_of",
]
