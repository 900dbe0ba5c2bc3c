"""The floor as the engine knows it: who waits where and with what priority, who could be rung, how long talks take."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dialplan.model import Site
from ivr.ami import events as ev
from ivr.queues.expected import Handling, expected_wait
from ivr.queues.live import LiveQueues, Member
from ivr.queues.places import Place, priority_of

MAX_EXPECTED = 5000
_EVER = datetime.min.replace(tzinfo=UTC)


class Floor:
    """Queues, callers and agents now.

    Args:
        live: kept up to date by whoever feeds the events to it, which may be a moment after this one is told.
        site: the site in force.

    Attributes:
        away: called with the queue's name when a caller is not let in; must neither wait nor raise.
    """

    def __init__(self, live: LiveQueues, site: Callable[[], Site]) -> None:
        self._live = live
        self._site = site
        self.away: list[Callable[[str], None]] = []
        self._expected: OrderedDict[str, tuple[int, datetime | None, str]] = OrderedDict()
        self._coming: OrderedDict[str, str] = OrderedDict()
        self._handling: dict[str, Handling] = {}
        self._rested: dict[str, datetime] = {}

    @property
    def known(self) -> bool:
        """Whether Asterisk is in sight."""
        return self._live.known

    def expect(
        self, uniqueid: str, priority: int, *, since: datetime | None = None, language: str = "", queue: str = ""
    ) -> None:
        """A caller is about to join a queue.

        Args:
            uniqueid: of his channel.
            since: place he keeps; his joining if None.
            language: that he is told things in.
            queue: in which he is counted from now on, though he does not stand there yet.
        """
        self._coming.pop(uniqueid, None)
        if queue:
            self._coming[uniqueid] = queue
            while len(self._coming) > MAX_EXPECTED:
                self._coming.popitem(last=False)
        self._expected.pop(uniqueid, None)
        self._expected[uniqueid] = (priority, since, language)
        while len(self._expected) > MAX_EXPECTED:
            self._expected.popitem(last=False)

    def speaks(self, uniqueid: str, language: str) -> None:
        """A caller's language, found out later."""
        priority, since, _ = self._known(uniqueid)
        queue = self._coming.get(uniqueid, "")
        self.expect(uniqueid, priority, since=since, language=language, queue=queue)

    def tell(self, event: ev.AmiEvent) -> None:
        """Carry on by one event."""
        match event:
            case ev.ChannelEnded():
                self._expected.pop(event.uniqueid, None)
                self._coming.pop(event.uniqueid, None)
            case ev.QueueJoined() if event.uniqueid in self._coming:
                self._coming[event.uniqueid] = event.queue  # where he was not expected, perhaps
            case ev.QueueLeft():
                self._coming.pop(event.uniqueid, None)  # not before: the live queues may not know of his joining yet
            case ev.ConnectionRestored():
                self._coming.clear()  # who of them has joined or hung up meanwhile, nobody has told
            case ev.AgentCompleted():
                known = self._site().queues.get(event.queue)
                self._rested[event.interface] = event.at + timedelta(seconds=known.wrapup if known else 0)
                if event.talk_s > 0:
                    self.talked(event.queue, event.at, event.talk_s)
            case ev.QueueMemberChanged(removed=True):
                self._rested.pop(event.interface, None)

    def talked(self, queue: str, at: datetime, seconds: float) -> None:
        """A talk of ``seconds`` ended; the queue's after-call work is added."""
        known = self._site().queues.get(queue)
        self._handling.setdefault(queue, Handling()).add(at, seconds + (known.wrapup if known else 0))

    def places(self, queue: str | None = None) -> list[Place]:
        """Callers on the line who wait, in one queue or in all."""
        found = []
        for line in self._live:
            if queue is not None and line.name != queue:
                continue
            for uniqueid, joined in line.waiting.items():
                priority, since, _ = self._known(uniqueid)
                found.append(Place(uniqueid, line.name, priority, since or joined))
        return found

    def joined(self, queue: str) -> dict[str, datetime]:
        """Since when each caller waits on the line, by uniqueid."""
        return dict(self._live[queue].waiting)

    def language(self, uniqueid: str) -> str:
        """The language of a caller who waits; empty when it is not known."""
        return self._known(uniqueid)[2]

    def _known(self, uniqueid: str) -> tuple[int, datetime | None, str]:
        return self._expected.get(uniqueid) or (priority_of(self._live.priorities.get(uniqueid, 0)), None, "")

    def length(self, queue: str) -> int:
        """Callers who wait in a queue or are on their way into it; 0 while Asterisk is out of sight."""
        if not self.known:
            return 0
        waiting = self._live[queue].waiting
        coming = sum(name == queue and uniqueid not in waiting for uniqueid, name in self._coming.items())
        return len(waiting) + coming

    def turned_away(self, queue: str) -> None:
        """A caller was not let into a queue; Asterisk knows nothing of it."""
        for tell in self.away:
            tell(queue)

    def free_agents(self) -> dict[str, set[str]]:
        """Interfaces that could be rung, each with the queues it serves; who is out of after-call work sooner comes
        first."""
        found: dict[str, set[str]] = {}
        for line in self._live:
            for interface, member in line.members.items():
                if member.free:
                    found.setdefault(interface, set()).add(line.name)
        return dict(sorted(found.items(), key=lambda one: (self._rested.get(one[0], _EVER), one[0])))

    def working(self, queue: str) -> int:
        """Agents at work in a queue: logged in, not paused, phone there."""
        return sum(_reachable(member) for member in self._live[queue].members.values())

    def present(self, queue: str) -> int:
        """Agents without whom the queue would be empty, as its site means that: logged in, or at work."""
        known = self._site().queues.get(queue)
        if known is not None and known.empty == "unreachable":
            return self.working(queue)
        return len(self._live[queue].members)

    def empty(self, queue: str) -> bool:
        """Whether the queue is empty of agents, as its site means that; never while Asterisk is out of sight."""
        return self.known and not self.present(queue)

    def expected_wait(self, queue: str, position: int, now: datetime) -> float | None:
        """Seconds until the caller at ``position`` talks; None when that cannot be told (ivr.queues.expected)."""
        handling = self._handling.get(queue)
        return expected_wait(position, handling.mean(now) if handling else None, self.working(queue))


def _reachable(member: Member) -> bool:
    return not member.paused and member.status not in ev.UNREACHABLE


__all__ = ["Floor"]
