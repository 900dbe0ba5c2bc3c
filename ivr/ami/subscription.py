"""A subscriber's share of the event stream, bounded."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ivr.ami.events import AmiEvent, EventsLost
from ivr.core.clock import Clock


class Subscription:
    """Events in order, from the moment of subscribing; iterate with ``async for``.

    At most ``limit`` events wait. When a subscriber is slower than that, newer events are dropped, counted, and an
    ``EventsLost`` stands exactly where they are missing, so that it knows to reconcile. Reading from
    the socket is never held up: that would hold up every other subscriber and the answers to actions too.
    Iteration ends when the client or the subscription is closed, after what still waits.
    """

    def __init__(self, limit: int, clock: Clock, on_close: Callable[[Subscription], None]) -> None:
        if limit < 2:
            raise ValueError(f"limit is {limit}; an event and its EventsLost need room for 2")
        self._limit = limit
        self._clock = clock
        self._on_close = on_close
        self._waiting: deque[AmiEvent] = deque()
        self._wake = asyncio.Event()
        self._missing = 0
        self._closed = False
        self.lost = 0

    def put(self, event: AmiEvent) -> bool:
        """Offer an event; False when it was dropped."""
        if self._closed:
            return True
        room = self._limit - len(self._waiting)
        if room < (2 if self._missing else 1):
            self._missing += 1
            self.lost += 1
            return False
        self._mark_gap()
        self._waiting.append(event)
        self._wake.set()
        return True

    def _mark_gap(self) -> None:
        if self._missing:
            self._waiting.append(EventsLost(at=self._clock.now(), count=self._missing))
            self._missing = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AmiEvent:
        while True:
            if not self._waiting:
                self._mark_gap()
            if self._waiting:
                return self._waiting.popleft()
            if self._closed:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()

    def close(self) -> None:
        """Take no more events; what waits can still be read."""
        if not self._closed:
            self._closed = True
            self._wake.set()
            self._on_close(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
