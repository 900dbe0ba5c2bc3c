"""Facts about channels of which it is not known (yet) whether they belong to a caller's call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ivr.ami.events import ChannelEnded, ChannelEvent
from ivr.journal.facts import Fact

MAX_CALLS = 1000
MAX_FACTS = 100
MAX_CHANNELS = 10_000


class WaitingRoom:
    """Facts by linkedid, until their call opens or turns out to be none of ours; bounded, the oldest go first."""

    def __init__(self, max_calls: int = MAX_CALLS, max_facts: int = MAX_FACTS) -> None:
        self._facts: OrderedDict[str, list[Fact]] = OrderedDict()
        # By channel, under which linkedids facts about it wait: asked at every event.
        self._where: dict[str, dict[str, None]] = {}
        self._max_calls = max_calls
        self._max_facts = max_facts

    def __contains__(self, linkedid: str) -> bool:
        return linkedid in self._facts

    def __len__(self) -> int:
        return len(self._facts)

    def of(self, linkedid: str) -> list[Fact]:
        """What waits for this call, in the order in which it came."""
        return list(self._facts.get(linkedid, ()))

    def add(self, linkedid: str, facts: Sequence[Fact]) -> None:
        """Let facts wait; when the first channel of the call has ended, they are let go."""
        kept = self._facts.setdefault(linkedid, [])
        more = facts[: self._max_facts - len(kept)]
        kept.extend(more)
        for fact in more:
            if isinstance(fact, ChannelEvent):
                self._where.setdefault(fact.uniqueid, {})[linkedid] = None
        if any(isinstance(fact, ChannelEnded) and fact.uniqueid == linkedid for fact in facts):
            self.drop(linkedid)
        while len(self._facts) > self._max_calls:
            self.drop(next(iter(self._facts)))

    def move(self, uniqueid: str, linkedid: str) -> list[Fact]:
        """Take out the facts about one channel that wait under another linkedid, as facts of ``linkedid``.

        An agent's second call has a linkedid of its own; when he hands the caller on to whom he asked there, that
        one's channel gets the caller's.
        """
        moved: list[Fact] = []
        for other in [one for one in self._where.get(uniqueid, ()) if one != linkedid]:
            facts = self._facts[other]
            for fact in facts:
                if isinstance(fact, ChannelEvent) and fact.uniqueid == uniqueid:
                    moved.append(replace(fact, linkedid=linkedid))
            facts[:] = [fact for fact in facts if not (isinstance(fact, ChannelEvent) and fact.uniqueid == uniqueid)]
            self._gone(uniqueid, other)
        return moved

    def drop(self, linkedid: str) -> None:
        """Forget what waited for this call."""
        for uniqueid in {fact.uniqueid for fact in self._facts.pop(linkedid, ()) if isinstance(fact, ChannelEvent)}:
            self._gone(uniqueid, linkedid)

    def _gone(self, uniqueid: str, linkedid: str) -> None:
        where = self._where[uniqueid]
        del where[linkedid]
        if not where:
            del self._where[uniqueid]


class KnownChannels:
    """To which caller's call a channel belongs, as the journal has written it down; bounded, the oldest go first.

    Asterisk can give the channels of a call another linkedid in mid-call, when talks are joined: the oldest of all.
    """

    def __init__(self, most: int = MAX_CHANNELS) -> None:
        self._calls: OrderedDict[str, str] = OrderedDict()
        self._most = most

    def learn(self, linkedid: str, channels: Iterable[str]) -> None:
        """These channels belong to that call."""
        for uniqueid in channels:
            self._calls.setdefault(uniqueid, linkedid)
        while len(self._calls) > self._most:
            self._calls.popitem(last=False)

    def home(self, fact: ChannelEvent) -> ChannelEvent:
        """The fact, told to the call to which its channel has belonged from the start."""
        linkedid = self._calls.get(fact.uniqueid, fact.linkedid)
        return fact if linkedid == fact.linkedid else replace(fact, linkedid=linkedid)
