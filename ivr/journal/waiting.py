"""Facts about channels of which it is not known (yet) whether they belong to a caller's call."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from ivr.ami.events import ChannelEnded
from ivr.journal.facts import Fact

MAX_CALLS = 1000
MAX_FACTS = 100


class WaitingRoom:
    """Facts by linkedid, until their call opens or turns out to be none of ours; bounded, the oldest go first."""

    def __init__(self, max_calls: int = MAX_CALLS, max_facts: int = MAX_FACTS) -> None:
        self._facts: OrderedDict[str, list[Fact]] = OrderedDict()
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
        kept.extend(facts[: self._max_facts - len(kept)])
        if any(isinstance(fact, ChannelEnded) and fact.uniqueid == linkedid for fact in facts):
            self.drop(linkedid)
        while len(self._facts) > self._max_calls:
            self._facts.popitem(last=False)

    def drop(self, linkedid: str) -> None:
        """Forget what waited for this call."""
        self._facts.pop(linkedid, None)
