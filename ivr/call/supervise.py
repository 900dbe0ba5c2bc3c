"""Listening to an agent's talk, speaking to the agent alone, joining the talk: who may, and that it is written down.

The dialplan asks (context ``ivr-supervise``): whose phone, by its account; which code; which agent. The engine names
the channel in ``IVR_BARGE`` when the audit has it, and not before. When the supervisor's channel ends, that is written,
too.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from dialplan.model import Site
from ivr.agents.board import AgentBoard
from ivr.agi import AgiRequest, AgiSession
from ivr.ami.events import AmiEvent, ChannelEnded
from ivr.ami.snapshot import QueueSnapshot
from ivr.call.agi_channel import AgiChannel
from ivr.core.clock import Clock
from ivr.core.errors import StorageError, UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage import audit
from ivr.storage.database import Database

log = get_logger("supervise")

ACTS = {"1": "listen", "2": "whisper", "3": "barge"}
MOST = 200  # supervisors under way that are remembered
PREFIX = "supervise."


class Exchange(Protocol):
    """The part of the manager client that is needed."""

    async def snapshot(self) -> QueueSnapshot:
        """Queues and channels."""
        ...


@dataclass(frozen=True, slots=True)
class _Act:
    """Something under way."""

    supervisor: str
    what: str
    agent: str
    call: str
    audit: int


class SuperviseDesk:
    """Answers the dialplan's ``supervise`` question.

    Args:
        site: the site in force; who ``supervises`` there may.
        board: what agents do.
        exchange: knows the channels.
        database: of the audit.
        clock: the time.
    """

    def __init__(
        self, site: Callable[[], Site], board: AgentBoard, exchange: Exchange, database: Database, clock: Clock
    ) -> None:
        self._site = site
        self._board = board
        self._exchange = exchange
        self._database = database
        self._clock = clock
        self._under_way: OrderedDict[str, _Act] = OrderedDict()
        self._ended: asyncio.Queue[_Act] = asyncio.Queue(MOST)

    async def handle(self, request: AgiRequest, session: AgiSession) -> None:
        """Name the channel to a supervisor.

        Raises:
            UsageError: if he may not, or the agent is in no talk; the dialplan says so.
            StorageError: if it cannot be written down.
        """
        supervisor, code, agent = (*request.args, "", "", "")[:3]
        channel = await self.begin(supervisor, code, agent, request.uniqueid)
        await AgiChannel(session, self._site().languages[0]).set_variables({"IVR_BARGE": channel, "IVR_DONE": "1"})

    async def begin(self, supervisor: str, code: str, agent: str, uniqueid: str) -> str:
        """The channel of the agent's talk, after the audit has it.

        Args:
            uniqueid: of the supervisor's channel.

        Raises:
            UsageError, StorageError: as :meth:`handle`.
            AmiError: if Asterisk does not say what channels there are.
        """
        known = self._site().agents.get(supervisor)
        if known is None or not known.supervises or code not in ACTS or supervisor == agent:
            log.warning("not a supervisor", agent=supervisor[:60], code=code[:8])
            raise UsageError(
                Text(f"{supervisor!r:.60} may not supervise", f"{supervisor!r:.60} 无权监听"),
                cure=Text("supervises: true in agents.yaml", "在 agents.yaml 中设置 supervises: true"),
            )
        call = next((one for one in self._board[agent].calls.values() if one.talking), None)
        channels = (await self._exchange.snapshot()).channels if call else ()
        channel = next((one.channel for one in channels if call and one.uniqueid == call.uniqueid), "")
        if call is None or not channel:
            raise UsageError(Text(f"{agent!r:.60} is in no talk", f"{agent!r:.60} 不在通话中"))
        what = ACTS[code]
        written = await self._write(supervisor, what, agent, {"call": call.linkedid})
        act = _Act(supervisor, what, agent, call.linkedid, written)
        self._under_way[uniqueid] = act
        if len(self._under_way) > MOST:
            self._under_way.popitem(last=False)
        log.info("supervised", supervisor=supervisor, act=act.what, agent=agent, call=call.linkedid)
        return channel

    def tell(self, event: AmiEvent) -> None:
        """Take an event; never waits."""
        if isinstance(event, ChannelEnded):
            act = self._under_way.pop(event.uniqueid, None)
            if act is not None:
                try:
                    self._ended.put_nowait(act)
                except asyncio.QueueFull:
                    log.error("end of supervising not written: too many wait", supervisor=act.supervisor)

    async def run(self) -> None:
        """Write down what has ended, until cancelled."""
        while True:
            act = await self._ended.get()
            try:
                detail = {"call": act.call, "began": act.audit}
                await self._write(act.supervisor, f"{act.what}.ended", act.agent, detail)
            except StorageError as error:
                log.error("end of supervising not written", supervisor=act.supervisor, problem=str(error))

    async def _write(self, supervisor: str, what: str, agent: str, detail: dict[str, Any]) -> int:
        async with self._database.write() as session:
            row = await audit.append(
                session,
                actor=supervisor,
                action=f"{PREFIX}{what}",
                object=f"agent:{agent}",
                at=self._clock.now(),
                detail=detail,
            )
            return row.id


__all__ = ["ACTS", "SuperviseDesk"]
