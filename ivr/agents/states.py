"""What an agent can be doing, and a change of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ivr.ami.events import UNREACHABLE
from ivr.core.language import Text

Stretch = Literal["logged_in", "paused", "talking", "wrapup", "on_phone"]
"""States that are written down; see ``AgentState``."""

Doing = Literal["logged_out", "available", "ringing", "talking", "on_phone", "wrapup", "paused"]
"""What is said of an agent in one word: the first that is true of talking, on_phone, ringing, wrapup, paused."""

NAMES: Mapping[str, Text] = {
    "logged_out": Text("logged out", "已签出"),
    "available": Text("available", "空闲"),
    "ringing": Text("ringing", "振铃"),
    "talking": Text("talking", "通话中"),
    "on_phone": Text("on the phone", "占线"),
    "wrapup": Text("wrap-up", "话后处理"),
    "paused": Text("paused", "小休"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A stretch begins, or those that go on end.

    Args:
        begins: whether it begins.
        at: when, by Asterisk's own time where ``exact``.
        until: its end, where that is known at the beginning (``wrapup``).
        queue, uniqueid: whose; in an end, None means all.
        exact: false when the moment was missed: it has happened by then.
    """

    begins: bool
    agent: str
    state: Stretch
    at: datetime
    queue: str | None = None
    uniqueid: str | None = None
    linkedid: str = ""
    reason: str = ""
    until: datetime | None = None
    exact: bool = True


@dataclass(slots=True)
class Membership:
    """An agent's standing in one queue; ``status`` is Asterisk's device state of his phone."""

    queue: str
    interface: str
    status: int = 0
    paused: bool = False
    reason: str = ""
    since: datetime | None = None


@dataclass(slots=True)
class PhoneCall:
    """One channel of an agent's phone.

    Args:
        since: when the talk, or the call that is none, began.
        queue: the queue that rings or has rung it; "" for any other call.
        rung: whether a queue rings it, or has and was answered.
        party: whether the dialplan has made it a party of a talk (its recording was announced).
        talking: whether it is one of the agent's talks; ``up``: whether it is answered.
    """

    uniqueid: str
    linkedid: str = ""
    queue: str = ""
    rung: bool = False
    party: bool = False
    up: bool = False
    talking: bool = False
    on_phone: bool = False
    since: datetime | None = None


@dataclass(slots=True)
class AgentNow:
    """An agent as he is now.

    Args:
        queues: where he is logged in, by queue.
        calls: the channels of his phone, by uniqueid.
        misses: calls in a row that he let ring.
        gone_since: since when he is logged in and his phone cannot be rung.
        spared_until: until when that does not count, for his phone may only have to register anew.
        noted: what he did when the last event of his came, and since when.
    """

    agent: str
    queues: dict[str, Membership] = field(default_factory=dict)
    calls: dict[str, PhoneCall] = field(default_factory=dict)
    paused_since: datetime | None = None
    reason: str = ""
    wrapup_until: datetime | None = None
    misses: int = 0
    gone_since: datetime | None = None
    spared_until: datetime | None = None
    noted: tuple[Doing, datetime | None] = ("logged_out", None)

    @property
    def logged_in(self) -> bool:
        """Whether he is logged in to any queue."""
        return bool(self.queues)

    @property
    def paused(self) -> bool:
        """Whether he takes no calls in any of his queues."""
        return bool(self.queues) and all(one.paused for one in self.queues.values())

    @property
    def unreachable(self) -> bool:
        """Whether he is logged in and his phone cannot be rung."""
        return any(one.status in UNREACHABLE for one in self.queues.values()) and not self.calls

    def doing(self, now: datetime) -> Doing:
        """What he does, in one word."""
        if any(call.talking for call in self.calls.values()):
            return "talking"
        if any(call.on_phone for call in self.calls.values()):
            return "on_phone"
        if not self.queues:
            return "logged_out"
        if any(call.rung for call in self.calls.values()):
            return "ringing"
        if self.wrapup_until is not None and now < self.wrapup_until:
            return "wrapup"
        return "paused" if self.paused else "available"

    def since(self, now: datetime) -> datetime | None:
        """Since when he does what he does now; None when that is not known."""
        if self.noted[0] == "wrapup" and self.wrapup_until is not None and self.wrapup_until <= now:
            return self.wrapup_until
        return self.noted[1]

    def note(self, at: datetime) -> None:
        """Note what he does after an event at ``at``."""
        doing = self.doing(at)
        if doing != self.noted[0]:
            self.noted = (doing, at)
