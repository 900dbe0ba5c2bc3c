"""Who asked for what is about to happen: Asterisk's events say what has happened, not by whom."""

from __future__ import annotations

from collections import OrderedDict

from ivr.core.clock import Clock

KEPT = 1000
LASTS = 15.0  # seconds


class Intents:
    """What has been asked for and not yet been told by an event; bounded, and forgotten after ``LASTS``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: OrderedDict[tuple[str, str, bool], tuple[str, float]] = OrderedDict()

    def expect(self, agent: str, state: str, begins: bool, by: str) -> None:
        """``by`` has asked that a state of an agent begin or end."""
        self._asked[agent, state, begins] = (by, self._clock.monotonic() + LASTS)
        self._asked.move_to_end((agent, state, begins))
        while len(self._asked) > KEPT:
            self._asked.popitem(last=False)

    def who(self, agent: str, state: str, begins: bool) -> str:
        """Who asked for it; "" if nobody here did."""
        by, until = self._asked.get((agent, state, begins), ("", 0.0))
        return by if self._clock.monotonic() <= until else ""
