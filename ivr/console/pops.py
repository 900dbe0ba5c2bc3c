"""Who rings agents' phones: one stream from the engine while anybody looks, told to each agent's own page (A7).

Callers' numbers are masked in it, for everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from ivr.console.engine import Engine
from ivr.console.fanout import Fanout, Listener, Message
from ivr.console.following import PAUSES, Line, follow
from ivr.core.clock import Clock
from ivr.core.errors import IvrError

LINGER = 30.0  # seconds the engine is still followed when the last page has closed: pages are loaded again


class PopFeed:
    """Follows the engine's screen-pops within its block, while somebody listens.

    Args:
        engine: whose pops are followed.
        clock: the time.
        pauses: seconds before the first further try to reach the engine, and at most.
    """

    def __init__(self, engine: Engine, clock: Clock, *, pauses: tuple[float, float] = PAUSES) -> None:
        self._engine = engine
        self._clock = clock
        self._pauses = pauses
        self._pops: dict[str, Mapping[str, Any]] = {}
        self._fresh: bool | None = None  # None: not known yet
        self._fanouts: dict[str, Fanout] = {}
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="pops")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def listen(self, agent: str, person: int) -> Listener:
        """Hear who rings this agent's phone, now and from now on.

        Args:
            agent: of the site: one fan-out is kept for each.

        Raises:
            Conflict: if too many listen, or this person does too often.
        """
        listener = self._fanouts.setdefault(agent, Fanout(lambda: self._message(agent))).listen(person)
        self._wanted.set()
        return listener

    def told(self, line: Line) -> None:
        """Take a line of the engine's."""
        if not self._fresh:
            self._fresh = True
            self._tell(set(self._fanouts))
        if line.get("type") == "snapshot":
            before, self._pops = self._pops, dict(line.get("pop", {}))
            self._tell({name for name in {*before, *self._pops} if before.get(name) != self._pops.get(name)})
        elif line.get("type") == "change":
            if line["state"] is None:
                self._pops.pop(line["name"], None)
            else:
                self._pops[line["name"]] = line["state"]
            self._tell({line["name"]})

    def lost(self, _: IvrError) -> None:
        """Nothing is heard of the engine: nobody knows who rings."""
        self._pops.clear()
        if self._fresh is not False:
            self._fresh = False
            self._tell(set(self._fanouts))

    def _tell(self, agents: set[str]) -> None:
        for agent in agents & set(self._fanouts):
            self._fanouts[agent].tell(self._message(agent))

    def _message(self, agent: str) -> Message:
        pop = self._pops.get(agent)
        at = self._clock.now().isoformat()
        return {"type": "pop", "fresh": self._fresh, "at": at, "pop": None if pop is None else dict(pop)}

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            following = asyncio.create_task(
                follow(self._engine, "/pops", self.told, self.lost, pauses=self._pauses), name="pops of the engine"
            )
            try:
                while any(one.listeners for one in self._fanouts.values()):
                    await asyncio.wait((following,), timeout=LINGER)
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
            self._fresh = None
            self._pops.clear()


__all__ = ["PopFeed"]
