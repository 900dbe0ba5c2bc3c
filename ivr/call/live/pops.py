"""Screen-pops: what an agent should see of the caller who rings his phone, told as it happens (A7).

One pop an agent: it comes when his phone rings, changes when the two are joined, and goes when the call has left him.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agents.desk import person
from ivr.ami import events as ev
from ivr.call.control import Answer, Stream
from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.ids import mask_number
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.queues.arrivals import Arrival, FactBook
from ivr.queues.stream import ChangeStream
from ivr.storage import audit
from ivr.storage.database import Database

TOO_MANY = (Text("too many watch already", "同时查看者过多"), Text("end one of them", "请先结束其一"))
NOBODY = (Text("there is no such agent", "没有该坐席"), Text("ivr agents list", "ivr agents list"))
NAMELESS = (
    Text("numbers are shown to somebody with a name only", "查看号码须填写操作人"),
    Text("say who you are", "请填写操作人"),
)
UNKEPT = (
    Text("the audit cannot be written", "无法写入审计记录"),
    Text("see the engine's log", "请查看引擎日志"),
)
MOST = 1000
"""Phones that ring or talk; the oldest are forgotten."""

log = get_logger("pops")


Why = tuple[Text, Text]
"""Why something is not told, and what to do about it."""


@dataclass(slots=True)
class _Pop:
    agent: str
    linkedid: str
    caller: str
    queue: str
    phone: str
    rung: datetime
    since: datetime
    joined: datetime | None
    state: Literal["ringing", "connected"] = "ringing"
    facts: Arrival | None = None
    waited_s: float = 0.0


class PopDesk:
    """Follows agents' phones, and tells who listens.

    Args:
        site: the site in force.
        board: whose a phone is.
        book: what is known of callers.
        database: for the audit.
        clock: the time.

    Attributes:
        streams: ``GET /pops`` and ``GET /pops/<agent>``: the snapshot and then each change. Callers' numbers are
            masked; ``{"numbers": true, "by": "..."}`` asks for them in plain, which the audit keeps.
    """

    def __init__(
        self, site: Callable[[], Site], board: AgentBoard, book: FactBook, database: Database, clock: Clock
    ) -> None:
        self._site = site
        self._board = board
        self._book = book
        self._database = database
        self._clock = clock
        self._pops: OrderedDict[str, _Pop] = OrderedDict()  # by the uniqueid of the agent's channel
        self._wanted: asyncio.Queue[_Pop] = asyncio.Queue(MOST)
        self._changes = ChangeStream(self._parts)
        self.streams: dict[str, Stream] = {"GET pops": self._follow}

    def tell(self, event: ev.AmiEvent) -> None:
        """Take an event; never waits."""
        match event:
            case ev.AgentCalled() | ev.AgentConnected():
                if event.queue in self._site().queues and event.dest_uniqueid:
                    self._rings(event)
            case ev.AgentRingNoAnswer() | ev.AgentDumped() | ev.AgentCompleted():
                self._gone(event.dest_uniqueid)
            case ev.ChannelEnded():
                self._gone(event.uniqueid)
            case ev.ConnectionRestored():
                here = {channel.uniqueid for channel in event.snapshot.channels}
                for phone in [one for one in self._pops if one not in here]:
                    self._gone(phone)

    async def run(self) -> None:
        """Find out about callers while somebody listens, for ever."""
        while True:
            pop = await self._wanted.get()
            if pop.facts is None and self._pops.get(pop.phone) is pop:
                await self._find_out(pop)
                self._look()

    def _rings(self, event: ev.AgentCalled | ev.AgentConnected) -> None:
        pop = self._pops.get(event.dest_uniqueid)
        if pop is None:
            agent = self._board.of_member(event.member, event.interface)
            joined = self._book.joined(event.uniqueid, event.queue)
            pop = _Pop(
                agent, event.linkedid, event.uniqueid, event.queue, event.dest_uniqueid, event.at, event.at, joined
            )
            self._pops[event.dest_uniqueid] = pop
            while len(self._pops) > MOST:
                self._pops.popitem(last=False)
            if self._changes.readers:
                self._want(pop)
        if isinstance(event, ev.AgentConnected):
            pop.state, pop.since = "connected", event.at
        self._look()

    def _want(self, pop: _Pop) -> None:
        if pop.facts is None:
            with contextlib.suppress(asyncio.QueueFull):  # hardly: the database would be that slow
                self._wanted.put_nowait(pop)

    def _gone(self, phone: str) -> None:
        if self._pops.pop(phone, None) is not None:
            self._look()

    def _look(self) -> None:
        if self._changes.readers:
            self._changes.look()

    async def _find_out(self, pop: _Pop) -> None:
        facts = await self._book.of(pop.linkedid, pop.caller, pop.queue, joined=pop.joined)
        pop.facts, pop.waited_s = facts, round(facts.waited(pop.rung), 1)

    def _parts(self) -> dict[str, dict[str, Any]]:
        """``pop <agent>``, the newest of an agent's."""
        return {f"pop {pop.agent}": self._plain(pop) for pop in self._pops.values()}

    def _plain(self, pop: _Pop) -> dict[str, Any]:
        settings, facts = self._site().queues.get(pop.queue), pop.facts
        found: dict[str, Any] = {
            "agent": pop.agent,
            "call": pop.linkedid,
            "queue": pop.queue,
            "title": settings.title if settings else "",
            "state": pop.state,
            "since": pop.since.isoformat(),
            "known": facts is not None,
        }
        if facts is None:
            return found
        region = facts.region
        return found | {
            "language": facts.language,
            "waited_s": pop.waited_s,
            "number": facts.number,
            "region": {"en": region.text.en, "zh": region.text.zh} if region else None,
            "calls": facts.calls,
            "days": settings.contact_days if settings else 0,
            "contacts": [
                {
                    "call": one.linkedid,
                    "at": one.at.isoformat(),
                    "queue": one.queue,
                    "outcome": one.outcome,
                    "agent": one.agent,
                }
                for one in facts.contacts
            ],
        }

    async def _follow(self, agent: str, body: Mapping[str, Any]) -> AsyncGenerator[Answer, None]:
        numbers = body.get("numbers") is True
        why = await self._refused(agent, body) if numbers or agent else None
        if why is None:
            for pop in list(self._pops.values()):
                if pop.facts is None:
                    await self._find_out(pop)
        reader = self._changes.subscribe() if why is None else None
        if reader is None:
            text, cure = why or TOO_MANY
            yield {"type": "refused", "reason": text.en, "why": asdict(text), "cure": asdict(cure)}
            return
        with reader:
            for pop in self._pops.values():  # those that came meanwhile
                self._want(pop)
            while True:
                line = _shown(await reader.next(), agent, numbers)
                if line is not None:
                    yield line | {"at": self._clock.now().isoformat()}

    async def _refused(self, agent: str, body: Mapping[str, Any]) -> Why | None:
        """Why this is not told; None if it is. That numbers are shown in plain, and to whom, is kept."""
        if agent and agent not in self._site().agents:
            return NOBODY
        if body.get("numbers") is not True:
            return None
        by = body.get("by")
        name = "".join(char for char in by if char.isprintable())[:60] if isinstance(by, str) else ""
        if not name:
            return NAMELESS
        try:
            async with self._database.write() as session:
                await audit.append(
                    session,
                    actor=person(name),
                    action="pops.numbers",
                    object=f"agent:{agent}" if agent else "agents",
                    at=self._clock.now(),
                )
        except StorageError as error:
            log.error("numbers not shown: the audit cannot be written", problem=str(error))
            return UNKEPT
        return None


def _shown(line: Mapping[str, Any], agent: str, numbers: bool) -> dict[str, Any] | None:
    """A line of the stream for one agent or all, numbers masked unless they are wanted."""
    found = dict(line)
    if line["type"] == "snapshot":
        pops = {name: _masked(pop, numbers) for name, pop in line.get("pop", {}).items()}
        found["pop"] = {name: pop for name, pop in pops.items() if not agent or name == agent}
    elif line["type"] == "change":
        if agent and line["name"] != agent:
            return None
        found["state"] = _masked(line["state"], numbers)
    return found


def _masked(pop: Mapping[str, Any] | None, numbers: bool) -> dict[str, Any] | None:
    if pop is None:
        return None
    return dict(pop) if numbers or not pop.get("number") else {**pop, "number": mask_number(pop["number"])}


__all__ = ["PopDesk"]
