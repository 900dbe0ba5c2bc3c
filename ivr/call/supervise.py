"""Listening to an agent's talk, speaking to the agent alone, joining the talk: who may, and that it is written down.

The dialplan asks (context ``ivr-supervise``): whose phone, by its account; which code; which agent. Who asks by command
is rung first: then the engine knows the channel by the id it gave it, and the account of the phone says nothing. The
engine names the talk in ``IVR_BARGE`` when the audit has it, and not before. When the supervisor's channel ends, that
is written, too.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dialplan.model import Agent, Site
from dialplan.staffing import may_supervise, spoken_to
from ivr.agents.board import AgentBoard
from ivr.agents.desk import interface
from ivr.agents.states import PhoneCall
from ivr.agi import AgiRequest, AgiSession
from ivr.ami.errors import AmiError
from ivr.ami.events import AmiEvent, ChannelEnded
from ivr.call.agi_channel import AgiChannel
from ivr.call.supervise_port import Exchange, NoTalkError, NotAllowedError, Order, no_talk, ready
from ivr.core.clock import Clock
from ivr.core.errors import IvrError, StorageError, UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage import audit
from ivr.storage.database import Database

log = get_logger("supervise")

ACTS = {"1": "listen", "2": "whisper", "3": "barge"}
MOST = 200  # supervisors under way, or rung, that are remembered
PREFIX = "supervise."
RING = 20  # seconds


_SAID: dict[type[IvrError], str] = {NotAllowedError: "agent-not-allowed", NoTalkError: "agent-not-in-talk"}


@dataclass(frozen=True, slots=True)
class _Act:
    """Something under way."""

    supervisor: str
    what: str
    agent: str
    call: str
    audit: int
    agents_channel: str  # uniqueid


@dataclass(frozen=True, slots=True)
class _Left:
    """Somebody of the talk that a supervisor has joined has hung up: the agent, or another."""

    uniqueid: str  # of the supervisor's channel
    agents_channel: str
    agent: bool


class SuperviseDesk:
    """Answers the dialplan's ``supervise`` question, and rings supervisors who ask by command.

    Args:
        site: the site in force; who supervises whom there may.
        board: what agents do.
        exchange: knows the channels, and rings.
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
        self._ordered: OrderedDict[str, Order] = OrderedDict()
        self._under_way: OrderedDict[str, _Act] = OrderedDict()
        self._ended: asyncio.Queue[_Act | _Left] = asyncio.Queue(MOST)

    async def order(self, supervisor: str, act: str, agent: str, *, phone: str = "", by: str = "") -> Order:
        """Ring a supervisor's phone; when he answers, he hears the agent's talk.

        Args:
            act: ``listen``, ``whisper`` or ``barge``.
            phone: an extension of the site; his own if empty.
            by: the person who asks.

        Raises:
            UsageError: if he may not, the agent is in no talk, or the site has no such phone.
            IvrError: if the phone is not there, or not free.
            AmiError: if Asterisk cannot be asked.
        """
        code = next((code for code, name in ACTS.items() if name == act), "")
        known = self._allowed(supervisor, code, agent)
        call = self._talk(agent)
        extension = phone or known.extension
        ringing = next((one for one in self._site().agents.values() if one.extension == extension), None)
        if ringing is None:
            raise UsageError(
                Text(f"no phone {extension!r:.40}", f"没有话机 {extension!r:.40}"),
                cure=Text("name an agent's extension: ivr agents list", "请使用坐席分机号：ivr agents list"),
            )
        await ready(self._exchange, ringing)
        order = Order(supervisor, act, agent, extension, call.linkedid, by)
        uniqueid = f"supervise-{secrets.token_hex(8)}"
        self._ordered[uniqueid] = order
        if len(self._ordered) > MOST:
            self._ordered.popitem(last=False)
        await self._exchange.originate(
            interface(ringing),
            "ivr-supervise",
            code,
            within=RING,
            uniqueid=uniqueid,
            caller=f"<{self._site().agents[agent].extension}>",
            variables=[f"IVR_OF={agent}"],
        )
        log.info("supervisor rung", supervisor=supervisor, act=act, agent=agent, phone=extension, by=by)
        return order

    async def handle(self, request: AgiRequest, session: AgiSession) -> None:
        """Name the channel to a supervisor, or the prompt that says why not.

        Raises:
            IvrError: if Asterisk or the audit cannot be asked; the dialplan says that it failed.
        """
        supervisor, code, agent = (*request.args, "", "", "")[:3]
        order = self._ordered.pop(request.uniqueid, None)
        if order is not None:
            supervisor = order.supervisor
        site = self._site()
        channel = AgiChannel(session, site.languages[0])
        if supervisor in site.agents:
            await channel.set_language(spoken_to(site.agents[supervisor], site.languages))
        try:
            talk = await self.begin(supervisor, code, agent, request.uniqueid, order)
        except (NotAllowedError, NoTalkError) as error:
            log.warning("not supervised", supervisor=supervisor[:60], code=code[:8], problem=error.message)
            await channel.set_variables({"IVR_SAY": _SAID[type(error)], "IVR_DONE": "1"})
            return
        await channel.set_variables({"IVR_AGENT": supervisor, "IVR_BARGE": talk, "IVR_DONE": "1"})

    async def begin(self, supervisor: str, code: str, agent: str, uniqueid: str, order: Order | None = None) -> str:
        """The channel of the agent's talk, after the audit has it.

        Args:
            uniqueid: of the supervisor's channel.
            order: what he asked for by command, if he did.

        Raises:
            NotAllowedError: if he may not.
            NoTalkError: if the agent is in no talk.
            StorageError: if it cannot be written down.
            AmiError: if Asterisk does not say what channels there are.
        """
        self._allowed(supervisor, code, agent)
        call = self._talk(agent)
        channels = (await self._exchange.snapshot()).channels
        channel = next((one.channel for one in channels if one.uniqueid == call.uniqueid), "")
        if not channel:
            raise no_talk(agent)
        what = ACTS[code]
        detail = {"call": call.linkedid} | ({"phone": order.phone, "by": order.by} if order else {})
        written = await self._write(supervisor, what, agent, detail)
        act = _Act(supervisor, what, agent, call.linkedid, written, call.uniqueid)
        self._under_way[uniqueid] = act
        if len(self._under_way) > MOST:
            self._under_way.popitem(last=False)
        log.info("supervised", supervisor=supervisor, act=act.what, agent=agent, call=call.linkedid)
        return channel

    def tell(self, event: AmiEvent) -> None:
        """Take an event; never waits."""
        if not isinstance(event, ChannelEnded):
            return
        self._ordered.pop(event.uniqueid, None)
        act = self._under_way.pop(event.uniqueid, None)
        if act is not None:
            self._note(act)
            return
        for uniqueid, one in self._under_way.items():
            agent = event.uniqueid == one.agents_channel
            if one.what == "barge" and (agent or event.linkedid == one.call):
                self._note(_Left(uniqueid, one.agents_channel, agent))

    def _note(self, what: _Act | _Left) -> None:
        try:
            self._ended.put_nowait(what)
        except asyncio.QueueFull:
            log.error("end of supervising not noted: too many wait", ended=repr(what)[:200])

    async def run(self) -> None:
        """Write down what has ended, and end what a talk has left behind, until cancelled."""
        while True:
            ended = await self._ended.get()
            try:
                if isinstance(ended, _Left):
                    await self._leave(ended)
                else:
                    detail = {"call": ended.call, "began": ended.audit}
                    await self._write(ended.supervisor, f"{ended.what}.ended", ended.agent, detail)
            except (StorageError, AmiError) as error:
                log.error("end of supervising not dealt with", ended=repr(ended)[:200], problem=str(error))

    async def _leave(self, left: _Left) -> None:
        """Asterisk ends a talk of two with either; one of three goes on, until the supervisor goes.

        An agent who is away to ask a colleague comes back: then the caller is not gone.
        """
        channels = (await self._exchange.snapshot()).channels
        bridge = next((one.bridge for one in channels if one.uniqueid == left.uniqueid), "")
        others = {one.uniqueid for one in channels if one.bridge == bridge} - {left.uniqueid}
        if bridge and (left.agent or others <= {left.agents_channel}):
            await self._exchange.hangup(left.uniqueid)

    def _allowed(self, supervisor: str, code: str, agent: str) -> Agent:
        """The supervisor, if he may."""
        agents = self._site().agents
        known, watched = agents.get(supervisor), agents.get(agent)
        if (
            known is None
            or watched is None
            or code not in ACTS
            or known is watched
            or not may_supervise(known, watched)
        ):
            raise NotAllowedError(
                Text(
                    f"{supervisor!r:.60} may not supervise {agent!r:.60}",
                    f"{supervisor!r:.60} 无权监听 {agent!r:.60}",
                ),
                cure=Text(
                    "supervises: or supervises_queues: in agents.yaml",
                    "请在 agents.yaml 中设置 supervises 或 supervises_queues",
                ),
            )
        return known

    def _talk(self, agent: str) -> PhoneCall:
        """The agent's talk."""
        call = next((one for one in self._board[agent].calls.values() if one.talking), None)
        if call is None:
            raise no_talk(agent)
        return call

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
