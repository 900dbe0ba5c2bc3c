"""The live state for whoever asks: the control socket's routes, and the task that notices what has changed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.ami.events import AmiEvent
from ivr.call.control import Answer, Route, Stream
from ivr.call.live.counting import Counting
from ivr.call.live.state import Hours, LiveState
from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.queues import LiveQueues
from ivr.queues.served import Outcome, Served
from ivr.queues.stream import ChangeStream

log = get_logger("live")

GAP = 0.02  # seconds between two looks for changes, at least
SHARE = 0.1  # of the time may be spent looking: where there are many agents, looks are rarer
DUE = 1.0  # seconds until the next look where nothing is told


class LiveDesk:
    """Counts, compares and tells.

    Args:
        site: the site in force.
        live: callers who wait; tells of its changes.
        board: what agents do; whoever carries it on is to :meth:`wake` this.
        clock: the time.
        hours: how business hours stand.

    Attributes:
        served: the service levels; what was before the start of the engine is to be noted in it.
        routes: ``GET /live``, the snapshot.
        streams: ``GET /changes``, the snapshot and then each change.
    """

    def __init__(
        self, site: Callable[[], Site], live: LiveQueues, board: AgentBoard, clock: Clock, hours: Hours = dict
    ) -> None:
        self._clock = clock
        self._board = board
        self._woken = asyncio.Event()
        live.told.append(self.wake)
        self.served = Served(site)
        self._counting = Counting(self.served, clock)
        self._changes = ChangeStream(LiveState(site, live, board, self.served, clock, hours).parts)
        self.routes: dict[str, Route] = {"GET live": self._snapshot}
        self.streams: dict[str, Stream] = {"GET changes": self._follow}

    def tell(self, event: AmiEvent) -> None:
        """Take an event; never raises."""
        try:
            self._counting.tell(event)
        except Exception:
            log.exception("event not counted", kind=type(event).__name__)

    def turned_away(self, queue: str) -> None:
        """Count a caller who was not let into a queue."""
        self.served.note(queue, Outcome(self._clock.now(), answered=False, wait_s=0.0))
        self.wake()

    @property
    def listeners(self) -> int:
        """How many follow the changes."""
        return self._changes.readers

    def wake(self) -> None:
        """Something may have changed; costs nothing while nobody listens."""
        if self._changes.readers:
            self._woken.set()

    async def run(self) -> None:
        """Notice changes for as long as the engine serves."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._due() if self._changes.readers else None):
                    await self._woken.wait()
            self._woken.clear()
            began = self._clock.monotonic()
            self._counting.settle()
            self._changes.look()
            await asyncio.sleep(max(GAP, (self._clock.monotonic() - began) / SHARE))

    def _due(self) -> float:
        """Seconds until something changes by itself: a wrap-up ends."""
        now = self._clock.now()
        ends = ((agent.wrapup_until - now).total_seconds() for agent in self._board if agent.wrapup_until)
        return min([DUE, *(end for end in ends if end > 0)])

    async def _snapshot(self, _: str, __: Mapping[str, Any]) -> Answer:
        self._counting.settle()
        return self._changes.snapshot() | {"at": self._clock.now().isoformat()}

    async def _follow(self, _: str, __: Mapping[str, Any]) -> AsyncGenerator[Answer, None]:
        reader = self._changes.subscribe()
        if reader is None:
            yield {"type": "refused", "reason": "too many subscribers"}
            return
        self.wake()  # whatever nobody has waited for
        with reader:
            while True:
                yield await reader.next() | {"at": self._clock.now().isoformat()}


__all__ = ["LiveDesk"]
