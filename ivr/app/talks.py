"""What manager events mean for counters: who was offered, answered, gave up; by the journal's reading of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ivr.ami import events as ev

MOST = 5000  # callers and talks remembered; the oldest are forgotten


@dataclass(frozen=True, slots=True)
class Told:
    """Something to count; ``seconds`` is the wait or the talk, None where its beginning was missed."""

    what: Literal["offered", "answered", "abandoned", "missed", "talked"]
    queue: str
    agent: str = ""
    seconds: float | None = None


@dataclass(slots=True)
class _Talk:
    queue: str
    agent: str
    joined: datetime | None
    connected: datetime
    counted: bool = False


class Talks:
    """Follows callers from joining to the end of the talk.

    A caller counts as answered when he is joined with the agent, not before: one who hangs up while the agent's phone
    is being prepared has given up.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._joined: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._talks: OrderedDict[str, _Talk] = OrderedDict()

    def tell(self, event: ev.AmiEvent) -> Iterator[Told]:
        """What an event adds."""
        match event:
            case ev.QueueJoined():
                self._joined[event.uniqueid, event.queue] = event.at
                self._trim()
                yield Told("offered", event.queue)
            case ev.QueueAbandoned():
                since = self._joined.pop((event.uniqueid, event.queue), None)
                yield Told("abandoned", event.queue, seconds=_seconds(since, event.at))
            case ev.AgentConnected():
                since = self._joined.pop((event.uniqueid, event.queue), None)
                self._talks[event.dest_uniqueid] = _Talk(event.queue, _agent(event), since, event.at)
                self._trim()
            case ev.BridgeEntered():
                talk = self._talks.get(event.uniqueid)
                if talk is not None and not talk.counted:
                    talk.counted = True
                    yield Told("answered", talk.queue, talk.agent, _seconds(talk.joined, talk.connected))
            case ev.AgentRingNoAnswer() | ev.AgentDumped():
                yield Told("missed", event.queue, _agent(event))
            case ev.AgentCompleted():
                yield from self._completed(event)

    def _completed(self, event: ev.AgentCompleted) -> Iterator[Told]:
        talk = self._talks.pop(event.dest_uniqueid, None)
        if talk is None:
            return
        if not talk.counted:
            if event.reason == "caller" and event.talk_s == 0:
                yield Told("abandoned", talk.queue, seconds=_seconds(talk.joined, event.at))
                return
            yield Told("answered", talk.queue, talk.agent, _seconds(talk.joined, talk.connected))
        yield Told("talked", talk.queue, talk.agent, _seconds(talk.connected, event.at))

    def _trim(self) -> None:
        while len(self._joined) > self._most:
            self._joined.popitem(last=False)
        while len(self._talks) > self._most:
            self._talks.popitem(last=False)


def _agent(event: ev.AgentEvent) -> str:
    return event.member or event.interface.rpartition("/")[2]


def _seconds(begin: datetime | None, end: datetime) -> float | None:
    return None if begin is None else max(0.0, (end - begin).total_seconds())
