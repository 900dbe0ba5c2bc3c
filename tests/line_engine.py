"""An engine's control socket over a line in memory: the house's own desks, told made-up events of the manager."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Self

from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk, interface
from ivr.ami import events as ev
from ivr.ami.snapshot import ChannelState, MemberState, QueueSnapshot
from ivr.asterisk.layout import control_socket
from ivr.call.agent_requests import agent_routes
from ivr.call.control import ControlServer
from ivr.call.hours_desk import HoursDesk
from ivr.call.hours_requests import hours_routes
from ivr.call.live.desk import LiveDesk
from ivr.call.live.pops import PopDesk
from ivr.call.supervise import SuperviseDesk
from ivr.call.supervise_requests import supervise_routes
from ivr.core.clock import Clock, SystemClock
from ivr.core.settings import Settings
from ivr.queues import LiveQueues
from ivr.queues.arrivals import FactBook
from ivr.queues.floor import Floor
from ivr.storage.database import Database
from tests.unit.agents.office import Exchange


class Phones(Exchange):
    """Queues in memory, and phones that are free."""

    def __init__(self) -> None:
        super().__init__()
        self.rung: list[tuple[str, str, str]] = []

    async def getvar(self, variable: str, channel: str = "") -> str:
        return "NOT_INUSE"

    async def originate(
        self, channel: str, context: str, exten: str, *, within: int, uniqueid: str, caller: str = "",
        variables: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.rung.append((channel, context, exten))

    async def hangup(self, channel: str, cause: int = 16) -> None:
        raise AssertionError("nobody is to be hung up")


class LineEngine:
    """Answers on the control socket of an installation within its block.

    Args:
        settings: where its socket is.
        database: of the rows it writes.
    """

    def __init__(
        self, settings: Settings, database: Database, *, clock: Clock | None = None, site: Site | None = None
    ) -> None:
        self.clock = clock or SystemClock()
        self.site = site or load_site(demo_site())
        self.phones = Phones()
        self.phones.clock = self.clock  # type: ignore[assignment]
        self.live, self.board = LiveQueues(), AgentBoard(self._site)
        hours = HoursDesk(self._site, database, self.clock)
        self.desk = LiveDesk(self._site, self.live, self.board, self.clock, hours.shown)
        self.pops = PopDesk(
            self._site, self.board, FactBook(database, Floor(self.live, self._site), self._site, self.clock), database,
            self.clock,
        )  # fmt: skip
        supervise = SuperviseDesk(self._site, self.board, self.phones, database, self.clock)
        agents = AgentDesk(self._site, self.phones, database, self.clock)
        hours.changed.append(self.desk.wake)
        self._server = ControlServer(
            control_socket(settings),
            {
                **self.desk.routes,
                **agent_routes(self._site, agents, self.board, self.clock),
                **supervise_routes(supervise),
                **hours_routes(hours),
            },
            {**self.desk.streams, **self.pops.streams},
        )
        self._tasks: list[asyncio.Task[Any]] = []

    def _site(self) -> Site:
        return self.site

    def _phone(self, agent: str) -> str:
        return interface(self.site.agents[agent])

    async def __aenter__(self) -> Self:
        await self._server.start()
        self.live.begin(QueueSnapshot(at=self.clock.now()))
        heard = self.phones.events(1000)
        self._tasks = [
            asyncio.create_task(work) for work in (self.desk.run(), self.pops.run(), self._follow(heard.__anext__))
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._server.stop(), 5)

    async def _follow(self, heard: Callable[[], Any]) -> None:
        """What the queues in memory do is told as the manager would."""
        while True:
            self.tell(await heard())

    def tell(self, *events: ev.AmiEvent) -> None:
        """Something happens on the line."""
        for event in events:
            self.live.tell(event)
            self.board.tell(event)
            self.desk.tell(event)
            self.pops.tell(event)
        self.desk.wake()

    def logs_in(self, agent: str, queue: str = "service") -> None:
        """An agent is in a queue, his phone free."""
        phone = self._phone(agent)
        self.phones.members[queue, phone] = MemberState(queue=queue, interface=phone, member=agent, status=1)
        self.tell(ev.QueueMemberChanged(at=self.clock.now(), queue=queue, interface=phone, member=agent, status=1))

    def logs_out(self, agent: str) -> None:
        """An agent is in no queue any more."""
        phone = self._phone(agent)
        for queue, _ in [key for key in self.phones.members if key[1] == phone]:
            del self.phones.members[queue, phone]
            self.tell(
                ev.QueueMemberChanged(
                    at=self.clock.now(), queue=queue, interface=phone, member=agent, status=1, removed=True
                )
            )

    def calls(self, call: str, queue: str = "service", *, ago: float = 0.0) -> None:
        """A caller has joined a queue, so many seconds ago."""
        at = self.clock.now() - timedelta(seconds=ago)
        self.tell(ev.QueueJoined(at=at, linkedid=call, uniqueid=call, queue=queue, position=1, count=1))

    def rings(self, agent: str, call: str, queue: str = "service") -> None:
        """His phone rings for a caller."""
        self.tell(self._event(ev.AgentCalled, agent, call, queue, dest_channel=f"{self._phone(agent)}-{call}"))

    def talks(self, agent: str, call: str, queue: str = "service") -> None:
        """The two are joined."""
        self.phones.channels.append(
            ChannelState(channel=f"{self._phone(agent)}-{call}", uniqueid=f"to-{call}", linkedid=call)
        )
        self.tell(
            ev.QueueLeft(at=self.clock.now(), uniqueid=call, queue=queue),
            self._event(ev.AgentConnected, agent, call, queue),
        )

    def ends(self, agent: str, call: str, queue: str = "service") -> None:
        """Their talk is over."""
        self.tell(self._event(ev.AgentCompleted, agent, call, queue))

    def _event(self, kind: type[ev.AgentEvent] | type[ev.AgentCalled], agent: str, call: str, queue: str,
               **more: Any) -> ev.AmiEvent:  # fmt: skip
        return kind(
            at=self.clock.now(), linkedid=call, uniqueid=call, queue=queue, interface=self._phone(agent), member=agent,
            dest_uniqueid=f"to-{call}", **more,
        )  # fmt: skip
