"""The states of a callback, free of input and output.

::

    waiting -> calling -> queued -> connected -> done      (he takes the call, confirms, waits, talks)
                  |          |          |
                  +----------+----------+--> waiting       (a try came to nothing and more are left)
                  +----------+----------+--> failed        (it was the last)
    waiting, calling, queued --> cancelled                 (by the caller, or by a supervisor)
    waiting --> expired                                    (too late)

Where the agent is called first, ``connected`` comes before the caller answers, and his answer makes it ``done``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.queues.places import Place


class State(StrEnum):
    """How far a callback has come."""

    WAITING = "waiting"
    CALLING = "calling"
    QUEUED = "queued"
    CONNECTED = "connected"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"


UNDER_WAY = frozenset({State.CALLING, State.QUEUED, State.CONNECTED})
OVER = frozenset({State.DONE, State.CANCELLED, State.FAILED, State.EXPIRED})


class CallbackError(UsageError):
    """Not possible in this state."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of the tries: how many, seconds between two, seconds after which it is too late."""

    tries: int
    retry_after: float
    give_up_after: float


@dataclass(frozen=True, slots=True)
class Ticket:
    """One callback.

    Args:
        place: since when the caller has waited; kept through all tries.
        not_before: when he may be called next.
        lease: until when a try may go without a word.
        reserved: interface of the agent held for it.
        attempt: linkedid of the last try.
    """

    id: int
    queue: str
    number: str
    place: datetime
    created: datetime
    not_before: datetime
    priority: int = 0
    state: State = State.WAITING
    tries: int = 0
    lease: datetime | None = None
    reserved: str = ""
    attempt: str = ""
    ended: datetime | None = None
    why: str = ""

    @property
    def key(self) -> str:
        """Names its place."""
        return f"callback-{self.id}"

    def as_place(self) -> Place:
        """Its place in the queue."""
        return Place(self.key, self.queue, self.priority, self.place, live=False)

    @property
    def on_the_line(self) -> bool:
        """Whether its caller, or who waits in his place, stands in the queue itself."""
        return self.state is State.QUEUED or (self.state in UNDER_WAY and not self.reserved)

    def claim(self, now: datetime, attempt: str, lease: datetime, reserved: str = "") -> Ticket:
        """A try begins."""
        self._must_be(State.WAITING)
        if now < self.not_before:
            raise CallbackError(Text("it is not time yet", "尚未到回电时间"))
        return replace(
            self, state=State.CALLING, tries=self.tries + 1, attempt=attempt, lease=lease, reserved=reserved, why=""
        )

    def confirmed(self, lease: datetime) -> Ticket:
        """The caller wants to talk, and waits at his place."""
        self._must_be(State.CALLING)
        return replace(self, state=State.QUEUED, lease=lease)

    def released(self) -> Ticket:
        """No agent is held for it any more."""
        return replace(self, reserved="")

    def agent_has_it(self, lease: datetime) -> Ticket:
        """The agent, called first, waits for the caller."""
        self._must_be(State.CALLING, State.QUEUED)
        return replace(self, state=State.CONNECTED, lease=lease)

    def done(self, now: datetime) -> Ticket:
        """Caller and agent talk."""
        self._must_be(*UNDER_WAY)
        return self._over(State.DONE, now, "")

    def came_to_nothing(self, now: datetime, why: str, rules: Rules) -> Ticket:
        """The try failed: another one later, or none."""
        self._must_be(*UNDER_WAY)
        again = now + timedelta(seconds=rules.retry_after)
        if self.tries >= rules.tries or again >= self.latest(rules):
            return self._over(State.FAILED, now, why)
        return replace(self, state=State.WAITING, not_before=again, lease=None, reserved="", why=why)

    def put_back(self, again: datetime, why: str) -> Ticket:
        """The try was not the caller's to fail: it does not count, and he keeps his place."""
        self._must_be(*UNDER_WAY)
        return replace(
            self, state=State.WAITING, tries=self.tries - 1, not_before=again, lease=None, reserved="", why=why
        )

    def cancelled(self, now: datetime, by: str) -> Ticket:
        """Nobody wants it any more."""
        self._must_be(State.WAITING, State.CALLING, State.QUEUED)
        return self._over(State.CANCELLED, now, by)

    def expired(self, now: datetime, rules: Rules) -> Ticket:
        """Over if it is too late, else unchanged."""
        if self.state is not State.WAITING or now < self.latest(rules):
            return self
        return self._over(State.EXPIRED, now, "too late")

    def latest(self, rules: Rules) -> datetime:
        """When it is too late."""
        return self.created + timedelta(seconds=rules.give_up_after)

    def _over(self, state: State, now: datetime, why: str) -> Ticket:
        return replace(self, state=state, ended=now, lease=None, reserved="", why=why)

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise CallbackError(
                Text(f"callback {self.id} is {self.state}", f"回电 {self.id} 的状态为 {self.state}"),
                cure="ivr callbacks list",
            )


__all__ = ["OVER", "UNDER_WAY", "CallbackError", "Rules", "State", "Ticket"]
