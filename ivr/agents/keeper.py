"""Writes agents' states down as Asterisk tells them, pauses who misses calls, logs out whose phone has gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Literal

from dialplan.model import Site
from dialplan.staffing import NO_ANSWER, penalty
from ivr.agents import stretches
from ivr.agents.board import AgentBoard
from ivr.agents.desk import AgentDesk
from ivr.agents.port import Switchboard
from ivr.agents.states import AgentNow, Change
from ivr.ami import events as ev
from ivr.ami.errors import AmiError
from ivr.ami.snapshot import QueueSnapshot
from ivr.ami.subscription import Subscription
from ivr.core.clock import Clock
from ivr.core.errors import IvrError, StorageError
from ivr.core.log import get_logger
from ivr.storage import agents as rows
from ivr.storage.database import Database

log = get_logger("agents")

LOOK_EVERY = 1.0  # seconds between looks at who has gone
LAST = 2.0  # seconds for what is left to write at the end
AGAIN_AFTER = 10.0  # seconds before something Asterisk refused is tried again
WAITING = 10_000  # most changes that wait for the database
BEHIND = WAITING // 10  # as many wait before events do
AT_ONCE = 100  # most changes in one transaction: others wait to write meanwhile

Step = Literal["misses", "gone"]


@dataclass(frozen=True, slots=True)
class AgentNotice:
    """What a supervisor should know.

    Args:
        kind: ``misses``: the agent was paused because he missed calls; ``gone``: he was logged out because his phone
            has gone.
        count: calls missed, or seconds the phone has been away.
    """

    kind: Step
    agent: str
    at: datetime
    count: int


class StateKeeper:
    """Follows the manager's events for as long as the engine serves.

    Args:
        switchboard: whose events and state.
        database: where stretches are kept.
        board: what is known; others may read it.
        desk: acts when somebody misses calls or has gone.
        site: the site in force.
        clock: the time.

    Attributes:
        begun: whether states are known.
        changed: called when the board has taken events; must neither wait nor raise.
        notices: called with each :class:`AgentNotice`; they must not wait, and what they raise is logged.
    """

    def __init__(
        self,
        switchboard: Switchboard,
        database: Database,
        board: AgentBoard,
        desk: AgentDesk,
        site: Callable[[], Site],
        clock: Clock,
    ) -> None:
        self._switchboard = switchboard
        self._database = database
        self._board = board
        self._desk = desk
        self._site = site
        self._clock = clock
        self._pending: deque[tuple[Change, str]] = deque()  # with who asked for it
        self._not_before: dict[tuple[Step, str], float] = {}
        self.begun = False
        self._next_look = 0.0
        self._wake = asyncio.Event()
        self._written = asyncio.Event()
        self._writing = asyncio.Lock()
        self._over = False
        self.changed: list[Callable[[], None]] = []
        self.notices: list[Callable[[AgentNotice], None]] = []

    async def run(self) -> None:
        """Keep states until cancelled or the manager client is closed."""
        self.begun = self._over = False
        try:
            with self._switchboard.events() as events:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._record(), name="agents' states")
                    await self._follow(events)
                    self._over = True
                    self._wake.set()
        finally:  # what was told before the end is written, unless the database is stuck
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST):
                    await self.write()

    async def _follow(self, events: Subscription) -> None:
        """Carry the board on, which never waits for the database unless that has long fallen behind."""
        while True:
            event: ev.AmiEvent | None = None
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    event = await anext(events)
            except TimeoutError:
                pass
            except StopAsyncIteration:
                return
            if event is not None:
                await self.take(event)
            while len(events) and len(self._pending) < BEHIND:
                await self.take(await anext(events))
            if not self.begun and self._switchboard.connected:
                await self.resync()
            for tell in self.changed:
                tell()
            if self._pending:
                self._wake.set()
            if len(self._pending) >= BEHIND:
                self._written.clear()
                await self._written.wait()

    async def _record(self) -> None:
        """Write what has changed, and look after who misses calls or has gone."""
        while not self._over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
            self._wake.clear()
            await self.write()
            self._written.set()
            if self._clock.monotonic() >= self._next_look:
                self._next_look = self._clock.monotonic() + LOOK_EVERY
                await self.look()

    async def take(self, event: ev.AmiEvent) -> None:
        """Deal with one event."""
        match event:
            case ev.ConnectionRestored():
                await self._begin(event.snapshot, event.at)
            case ev.EventsLost():
                log.error("events lost", count=event.count)
                await self.resync()
            case _ if self.begun:
                self._add(self._board.tell(event))

    async def resync(self) -> None:
        """Begin anew from what Asterisk has now; until that is known, events are passed over."""
        self.begun = False
        asked = self._clock.now()
        try:
            snapshot = await self._switchboard.snapshot()
        except AmiError as error:
            log.warning("no snapshot of Asterisk", problem=str(error))
            return
        await self._begin(snapshot, asked)

    async def _begin(self, snapshot: QueueSnapshot, at: datetime) -> None:
        self.begun = False
        await self.write()
        try:
            async with self._database.read() as session:
                written = [stretches.written(row) for row in await rows.going_on(session, at)]
        except StorageError as error:
            log.error("states not read", problem=str(error))
            return
        self._add(self._board.begin(snapshot, written, at))
        self.begun = True
        await self._settle_penalties(snapshot)

    async def _settle_penalties(self, snapshot: QueueSnapshot) -> None:
        """Who stayed logged in while the site changed gets the penalty of his skills today."""
        site = self._site()
        for member in snapshot.members:
            agent = site.agents.get(self._board.of_member(member.member, member.interface))
            queue = site.queues.get(member.queue)
            if agent is None or queue is None or penalty(agent, queue) == member.penalty:
                continue
            try:
                await self._switchboard.queue_penalty(member.interface, penalty(agent, queue), queue=member.queue)
            except AmiError as error:
                log.warning("penalty not changed", queue=member.queue, problem=str(error))

    def _add(self, changes: Sequence[Change]) -> None:
        room = WAITING - len(self._pending)
        if len(changes) > room:
            log.error("changes of state dropped: the database is too slow", count=len(changes) - room)
        intents = self._desk.intents
        self._pending.extend((one, intents.who(one.agent, one.state, one.begins)) for one in changes[:room])

    async def write(self) -> None:
        """Write what has changed; what the database refuses for now waits."""
        async with self._writing:
            while self._pending:
                batch = list(islice(self._pending, AT_ONCE))
                try:
                    async with self._database.write() as session:
                        for change, by in batch:
                            await stretches.put(session, change, by)
                except StorageError as error:
                    log.error("states not written", problem=str(error), waiting=len(self._pending))
                    if error.retryable:
                        return
                    await self._one_by_one(batch)
                for _ in batch:
                    self._pending.popleft()

    async def _one_by_one(self, batch: Sequence[tuple[Change, str]]) -> None:
        """So that a row another engine has written just now, or a bad one, costs one."""
        for change, by in batch:
            try:
                async with self._database.write() as session:
                    await stretches.put(session, change, by)
            except StorageError as error:
                log.warning("state not written", agent=change.agent, state=change.state, problem=str(error))

    async def look(self) -> None:
        """Pause who has missed too many calls, log out whose phone has been gone too long."""
        staffing, now = self._site().staffing, self._clock.now()
        for agent in [one for one in self._board if one.agent in self._site().agents]:
            most = staffing.misses_before_pause
            if most and agent.misses >= most and agent.logged_in and not agent.paused:
                await self._act("misses", agent, agent.misses)
            elif agent.gone_since is not None:
                away = (now - agent.gone_since).total_seconds()
                if away >= staffing.gone_after and now >= (agent.spared_until or now):
                    await self._act("gone", agent, int(away))

    async def _act(self, kind: Step, agent: AgentNow, count: int) -> None:
        if self._clock.monotonic() < self._not_before.get((kind, agent.agent), 0.0):
            return
        self._not_before[kind, agent.agent] = self._clock.monotonic() + AGAIN_AFTER
        work: Awaitable[object]
        if kind == "misses":
            work = self._desk.pause_for(agent.agent, NO_ANSWER, by=kind)
        else:
            work = self._desk.put_out(agent.agent, [*agent.queues.values()], by=kind)
        try:
            await work
        except IvrError as error:
            log.error("agent not dealt with", agent=agent.agent, kind=kind, problem=str(error))
            return
        log.warning(
            "agent paused" if kind == "misses" else "agent logged out", agent=agent.agent, kind=kind, count=count
        )
        for tell in list(self.notices):
            try:
                tell(AgentNotice(kind, agent.agent, self._clock.now(), count))
            except Exception:
                log.exception("notice not taken", agent=agent.agent)
