"""Queues and agents as they are now, for all pages that show them: one stream from the engine, told to many.

What the engine says is a state of parts, by kind and name (``ivr.call.live.state``); what only the database knows (open
callbacks, alerts, calls of each hour of today) is read beside it every few seconds while somebody looks. When no engine
answers, the last that was heard stays, and is said to be old.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from ivr.console.engine import Engine
from ivr.console.fanout import Fanout, Listener, Message
from ivr.console.following import PAUSES, Line, follow
from ivr.core.clock import Clock
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.core.log import get_logger

log = get_logger("console")

EVERY = 10.0  # seconds from one point of the spark lines to the next
POINTS = 360  # one hour
READ_WITHIN = 5.0  # seconds
SOONEST = 2.0  # seconds between two looks at the database, at least

Point = tuple[int, int, float | None]
"""Seconds since 1970, callers who wait, service level since midnight in per cent."""

Parts = Mapping[str, Mapping[str, Any]]
"""By kind and name."""

Beside = Callable[[], Awaitable[Parts]]
Past = Callable[[], Awaitable[Mapping[str, list[Point]]]]


class LiveFeed:
    """Follows the engine while its block goes on.

    Args:
        engine: whose changes are followed.
        clock: the time.
        beside: reads what the engine does not tell.
        past: points of the last hour, read once at the start.
        every: seconds from one point, and one look at the database, to the next.
        pauses: seconds before the first further try to reach the engine, and at most.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        beside: Beside | None = None,
        past: Past | None = None,
        every: float = EVERY,
        pauses: tuple[float, float] = PAUSES,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._beside = beside
        self._past = past
        self._every = every
        self._pauses = pauses
        self._parts: dict[str, dict[str, Any]] = {}
        self._sparks: dict[str, deque[Point]] = {}
        self._fanout = Fanout(self.snapshot)
        self._tasks: list[asyncio.Task[None]] = []
        self._look = asyncio.Event()
        self._reading = asyncio.Lock()
        self._seq = 0
        self._told_down = False
        self._set("feed", "engine", self._feed(fresh=False, since=None, why=_NOT_YET))

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(
                follow(self._engine, "/changes", self.told, self.lost, pauses=self._pauses), name="live"
            ),
            asyncio.create_task(self._beat(), name="live beside"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(TimeoutError):  # what is being read is read to its end, or its connection would leak
            async with asyncio.timeout(READ_WITHIN):
                await self._reading.acquire()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def fresh(self) -> bool:
        """Whether the engine tells; otherwise what is known may be old."""
        return bool(self._parts["feed"]["engine"]["fresh"])

    def agent(self, agent: str) -> Mapping[str, Any] | None:
        """What is known of an agent; None if nothing."""
        found: Mapping[str, Any] | None = self._parts.get("agent", {}).get(agent)
        return found

    def snapshot(self) -> Message:
        """All there is: the parts by kind, the points of the last hour by queue, and the number of the last message."""
        parts = {kind: dict(parts) for kind, parts in self._parts.items()}
        return {
            "type": "snapshot",
            "seq": self._seq,
            "at": self._clock.now().isoformat(),
            "parts": parts,
            "points": {queue: list(points) for queue, points in self._sparks.items()},
        }

    def listen(self, person: int) -> Listener:
        """Hear a snapshot, then each change, within the block of what is given back.

        Raises:
            Conflict: if too many listen, or this person does too often.
        """
        listener = self._fanout.listen(person)
        self._look.set()
        return listener

    def told(self, line: Line) -> None:
        """Take a line of the engine's."""
        match line.get("type"):
            case "snapshot":
                kinds = {kind: parts for kind, parts in line.items() if isinstance(parts, Mapping)}
                for kind in _ENGINES:
                    self._replace(kind, kinds.get(kind, {}))
            case "change":
                self._set(line["kind"], line["name"], line["state"])
        if not self.fresh:
            self._told_down = False
            self._set("feed", "engine", self._feed(fresh=True, since=self._clock.now()))

    def lost(self, error: IvrError) -> None:
        """Nothing is heard of the engine; what is known stays, and is old."""
        if self.fresh or not self._told_down:
            self._told_down = True
            log.warning("no live state from the engine", problem=error.message)
            since = self._clock.now() if self.fresh else None
            self._set("feed", "engine", self._feed(fresh=False, since=since, why=_GONE))

    def _feed(self, *, fresh: bool, since: datetime | None, why: Text | None = None) -> dict[str, Any]:
        known = self._parts.get("feed", {}).get("engine", {}).get("since")
        return {
            "fresh": fresh,
            "since": since.isoformat() if since else known,
            "why": None if why is None else {"en": why.en, "zh": why.zh},
        }

    def _replace(self, kind: str, parts: Mapping[str, Any]) -> None:
        for name in [one for one in self._parts.get(kind, {}) if one not in parts]:
            self._set(kind, name, None)
        for name, state in parts.items():
            self._set(kind, name, state)

    def _set(self, kind: str, name: str, state: Any) -> None:
        known = self._parts.setdefault(kind, {})
        if known.get(name) == state:
            return
        if state is None:
            del known[name]
        else:
            known[name] = state
        self._tell({"type": "change", "kind": kind, "name": name, "state": state})

    def _tell(self, message: Message) -> None:
        self._seq += 1
        self._fanout.tell(message | {"seq": self._seq, "at": self._clock.now().isoformat()})

    async def _beat(self) -> None:
        """Every few seconds a point for each queue, and a look at the database while somebody listens."""
        if self._past is not None:
            try:
                async with self._reading:
                    found = await self._past()
                self._sparks = {queue: deque(points, maxlen=POINTS) for queue, points in found.items()}
            except IvrError as error:
                log.warning("the last hour is not known", problem=error.message)
            except Exception:
                log.exception("the last hour is not known")
        time = asyncio.get_running_loop().time
        due, read = time(), time() - self._every
        while True:
            if time() >= due:
                self.sample()
                due = time() + self._every
            # Who comes first shall not wait for the next round.
            if self._fanout.listeners and time() - read >= min(self._every, SOONEST):
                await self.read()
                read = time()
            self._look.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due - time())):
                    await self._look.wait()

    def sample(self) -> None:
        """Add a point for each queue, while the engine tells."""
        if not self.fresh:
            return
        at = int(self._clock.now().timestamp())
        points: dict[str, Point] = {}
        for name, queue in self._parts.get("queue", {}).items():
            points[name] = (at, queue["waiting"], queue["service_level"]["per_cent"])
            self._sparks.setdefault(name, deque(maxlen=POINTS)).append(points[name])
        for gone in [name for name in self._sparks if name not in points]:
            del self._sparks[gone]
        if points:
            self._tell({"type": "points", "points": points})

    async def read(self) -> None:
        """Read what the engine does not tell."""
        if self._beside is None:
            return
        try:
            async with self._reading:
                found = await self._beside()
        except IvrError as error:
            log.warning("callbacks and alerts not read", problem=error.message)
            return
        except Exception:
            log.exception("callbacks and alerts not read")
            return
        for kind, parts in found.items():
            self._replace(kind, parts)


_ENGINES = ("line", "hours", "queue", "agent")  # kinds of parts that the engine tells
_NOT_YET = Text("nothing heard of the engine yet", "尚未收到引擎数据")
_GONE = Text("no engine answers: what is shown may be old", "引擎无应答：所示数据可能已过时")


__all__ = ["LiveFeed", "Parts", "Point"]
