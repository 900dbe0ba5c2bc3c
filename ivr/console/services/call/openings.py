"""Who has opened the player of which call: each opening is audited once, before the first byte."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ivr.core.clock import Clock

LASTS = 3600.0  # seconds: who still listens then has opened it again
MOST = 10_000  # openings remembered; of those forgotten the next byte is audited anew
PART = "openings"


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of the player.

    Args:
        person, session: who; ``session`` is 0 where he came by a token.
        call: which call.
        name: told by the player, the same in all requests of one opening; "" for programs that tell none.
        plain: whether dictated numbers are heard.
    """

    person: int
    session: int
    call: int
    name: str
    plain: bool


class Openings:
    """Remembers what was audited; a player asks for one sound in many requests.

    Args:
        clock: its monotonic time counts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: OrderedDict[Opening, float] = OrderedDict()
        self._turn = asyncio.Lock()

    async def once(self, opening: Opening, audit: Callable[[], Awaitable[None]]) -> bool:
        """Have ``audit`` write its row unless this opening was audited already; whether it did now."""
        async with self._turn:
            now = self._clock.monotonic()
            if self._until.get(opening, 0.0) > now:
                return False
            await audit()
            self._until[opening] = now + LASTS
            self._until.move_to_end(opening)
            while len(self._until) > MOST:
                self._until.popitem(last=False)
            return True


__all__ = ["LASTS", "MOST", "PART", "Opening", "Openings"]
