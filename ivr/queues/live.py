"""Queues as they are now: who waits where, who is logged in, kept up to date by events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ivr.ami import events as ev
from ivr.ami.snapshot import QueueSnapshot


@dataclass(slots=True)
class Member:
    """An agent who is logged in to a queue; ``status`` is Asterisk's device state."""

    agent: str
    interface: str
    status: int = 0
    paused: bool = False

    @property
    def free(self) -> bool:
        """Whether a call could ring him now."""
        return self.status == ev.NOT_IN_USE and not self.paused


@dataclass(slots=True)
class LiveQueue:
    """One queue.

    Args:
        waiting: since when each caller waits, by his channel's uniqueid, the longest first.
        members: who is logged in, by interface.
    """

    name: str
    waiting: dict[str, datetime] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def unattended(self) -> bool:
        """Whether callers wait and nobody is logged in."""
        return bool(self.waiting) and not self.members

    def longest_wait(self, now: datetime) -> float:
        """Seconds the first caller has waited; 0 when nobody waits."""
        first = min(self.waiting.values(), default=now)
        return max(0.0, (now - first).total_seconds())  # Asterisk's clock may be a little ahead of ours


class LiveQueues:
    """All queues, begun from a snapshot and carried on by events.

    Attributes:
        told: called when something may have changed; must neither wait nor raise.
    """

    def __init__(self) -> None:
        self._queues: dict[str, LiveQueue] = {}
        self.told: list[Callable[[], None]] = []
        self.known = False
        """Whether Asterisk is in sight."""
        self.priorities: dict[str, int] = {}
        """QUEUE_PRIO of those who waited when the snapshot was taken, by uniqueid."""

    def __getitem__(self, name: str) -> LiveQueue:
        """A queue by name, empty if nothing is known of it."""
        return self._queues.setdefault(name, LiveQueue(name))

    def __iter__(self) -> Iterator[LiveQueue]:
        return iter(self._queues.values())

    def begin(self, snapshot: QueueSnapshot) -> None:
        """Forget what is known and take over ``snapshot``."""
        self.known = True
        self.priorities = {caller.uniqueid: caller.priority for caller in snapshot.waiting}
        self._queues = {state.queue: LiveQueue(state.queue) for state in snapshot.queues}
        for caller in sorted(snapshot.waiting, key=lambda one: one.position):
            since = datetime.fromtimestamp(snapshot.at.timestamp() - caller.wait_s, snapshot.at.tzinfo)
            self[caller.queue].waiting[caller.uniqueid] = since
        for member in snapshot.members:
            self[member.queue].members[member.interface] = Member(
                member.member, member.interface, member.status, member.paused
            )
        self._changed()

    def tell(self, event: ev.AmiEvent) -> LiveQueue | None:
        """Carry on by one event; the queue it changed, ``None`` if it has no part here."""
        match event:
            case ev.ConnectionRestored():
                self.begin(event.snapshot)
                return None
            case ev.ConnectionLost():
                self.known = False
                self._changed()
                return None
            case ev.QueueJoined():
                self[event.queue].waiting[event.uniqueid] = event.at
            case ev.QueueLeft():
                self[event.queue].waiting.pop(event.uniqueid, None)
            case ev.QueueMemberChanged() if event.removed:
                self[event.queue].members.pop(event.interface, None)
            case ev.QueueMemberChanged():
                self[event.queue].members[event.interface] = Member(
                    event.member, event.interface, event.status, event.paused
                )
            case _:
                return None
        self._changed()
        return self[event.queue]

    def _changed(self) -> None:
        for tell in self.told:
            tell()
