"""What a softphone reports, as facts with the time at which they were seen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ivr.core.errors import TelephonyError

__all__ = [
    "Closed",
    "Established",
    "EventLog",
    "Incoming",
    "KeyHeard",
    "PhoneEvent",
    "Progress",
    "Registered",
    "RegistrationFailed",
    "Ringing",
    "TransferFailed",
    "parse_event",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    """Something that happened to a softphone.

    Args:
        at: seconds on the monotonic clock.
        call: the softphone's own id of the call; empty when it concerns none.
        peer: SIP URI of the other side; empty when it concerns no call.
    """

    at: float
    call: str = ""
    peer: str = ""


class Registered(PhoneEvent):
    """The registrar accepted the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFailed(PhoneEvent):
    """The registrar refused, or could not be reached."""

    reason: str


class Incoming(PhoneEvent):
    """A call rings here."""


class Ringing(PhoneEvent):
    """The other side rings (180)."""


class Progress(PhoneEvent):
    """Sound before the answer (183)."""


class Established(PhoneEvent):
    """Both sides can talk."""


class KeyHeard(PhoneEvent):
    """The other side's phone sent a key (RFC 4733); which one is not kept, for it may be of a card number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(PhoneEvent):
    """The call is over, or never came about; ``reason`` as SIP or the softphone names it."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(PhoneEvent):
    """The other side could not be handed over."""

    reason: str


E = TypeVar("E", bound=PhoneEvent)

_PLAIN: dict[str, type[PhoneEvent]] = {
    "REGISTER_OK": Registered,
    "CALL_INCOMING": Incoming,
    "CALL_RINGING": Ringing,
    "CALL_PROGRESS": Progress,
    "CALL_ESTABLISHED": Established,
    "CALL_DTMF_START": KeyHeard,
}
_WITH_REASON: dict[str, type[RegistrationFailed] | type[Closed] | type[TransferFailed]] = {
    "REGISTER_FAIL": RegistrationFailed,
    "CALL_CLOSED": Closed,
    "TRANSFER_FAILED": TransferFailed,
}


def parse_event(message: Mapping[str, Any], at: float) -> PhoneEvent | None:
    """The event a message of the control port tells, or None if it tells none that matters."""
    if not message.get("event"):
        return None
    kind = str(message.get("type", ""))
    call, peer = str(message.get("id", "")), str(message.get("peeruri", ""))
    if kind in _PLAIN:
        return _PLAIN[kind](at=at, call=call, peer=peer)
    if kind in _WITH_REASON:
        return _WITH_REASON[kind](at=at, call=call, peer=peer, reason=str(message.get("param", "")))
    return None


class EventLog:
    """The last events of one softphone, and waiting for the next.

    Whoever waits starts after the mark, so that nothing is missed between a command and the wait;
    the mark moves behind each event that a wait returns, and to the end when a new call begins.

    Args:
        size: how many events are kept; older ones are forgotten.
    """

    def __init__(self, size: int = 1000) -> None:
        self._size = size
        self._events: list[PhoneEvent] = []
        self._forgotten = 0
        self._mark = 0
        self._failure: TelephonyError | None = None
        self._news = asyncio.Event()

    @property
    def events(self) -> tuple[PhoneEvent, ...]:
        """What is kept, oldest first."""
        return tuple(self._events)

    def add(self, event: PhoneEvent) -> None:
        """Keep ``event`` and wake whoever waits."""
        self._events.append(event)
        if len(self._events) > self._size:
            del self._events[0]
            self._forgotten += 1
        self._news.set()

    def fail(self, error: TelephonyError) -> None:
        """No event will come any more: whoever waits gets ``error``."""
        self._failure = error
        self._news.set()

    def mark(self) -> None:
        """Let the next wait begin after everything known now."""
        self._mark = self._forgotten + len(self._events)

    async def next_of(self, *kinds: type[E], within: float) -> E | None:
        """The first event after the mark that is one of ``kinds``, or None after ``within`` seconds.

        Raises:
            TelephonyError: if the softphone is gone.
        """
        seen = self._mark
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while True:
                    self._news.clear()
                    for position in range(max(seen, self._forgotten), self._forgotten + len(self._events)):
                        event = self._events[position - self._forgotten]
                        if isinstance(event, kinds):
                            self._mark = position + 1
                            return event
                    seen = self._forgotten + len(self._events)
                    if self._failure is not None:
                        raise self._failure
                    await self._news.wait()
        return None

    async def wait_for(self, *kinds: type[E], within: float) -> E:
        """As :meth:`next_of`, but nothing in time is an error.

        Raises:
            TelephonyError: if the time is over or the softphone is gone.
        """
        event = await self.next_of(*kinds, within=within)
        if event is None:
            names = " or ".join(kind.__name__ for kind in kinds)
            last = ", ".join(type(event).__name__ for event in self._events[-5:]) or "nothing"
            raise TelephonyError(
                f"softphone: no {names} within {within:g} s (last seen: {last})",
                cure="see the softphone's output and Asterisk's log",
            )
        return event
