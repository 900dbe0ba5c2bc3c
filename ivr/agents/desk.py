"""What an agent can do about his own work, from his phone, by command and by API: the same functions for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from dialplan.model import Agent, Site
from dialplan.staffing import penalty
from ivr.agents.intents import Intents
from ivr.agents.port import Switchboard
from ivr.agents.states import Membership
from ivr.ami.errors import AmiActionFailed
from ivr.ami.events import UNREACHABLE
from ivr.ami.snapshot import MemberState
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage import agents as rows
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import CallOutcome

log = get_logger("agents")

PHONE = "phone"
"""Who acts by a code dialled on the agent's own phone: the account says that it is he."""

API = "api:"
"""Before the name of a person who acts by command or API."""

OUTCOME_WITHIN = timedelta(hours=1)
"""How long after its end the outcome of a talk can be told."""


class NotLoggedInError(UsageError):
    """The agent is logged in to no queue."""


class NoTalkError(UsageError):
    """There is no talk whose outcome could be told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an agent stands, as Asterisk has it now.

    Args:
        queues: where he is logged in, with his penalty.
        paused: whether he takes no calls; ``reason``: why.
        reachable: whether his phone can be rung.
    """

    agent: str
    queues: dict[str, int]
    paused: bool = False
    reason: str = ""
    reachable: bool = True

    @property
    def logged_in(self) -> bool:
        """Whether he is logged in to any queue."""
        return bool(self.queues)


class AgentDesk:
    """Logs agents in and out, pauses them, takes outcomes.

    ``by`` names who asks: :data:`PHONE`, or :func:`person`; what a person does is audited before it is done.

    Args:
        site: the site in force.
        switchboard: Asterisk's queues.
        database: for outcomes and the audit.
        clock: the time.

    Every method may raise UsageError (no such agent, queue or reason), AmiError (Asterisk refuses or is away) and
    StorageError.
    """

    def __init__(self, site: Callable[[], Site], switchboard: Switchboard, database: Database, clock: Clock) -> None:
        self._site = site
        self._switchboard = switchboard
        self._database = database
        self._clock = clock
        self.intents = Intents(clock)

    async def standing(self, agent: str) -> Standing:
        """How an agent stands."""
        return _standing(agent, await self._memberships(self._known(agent)))

    async def all_standing(self) -> list[Standing]:
        """How every agent of the site stands, by id."""
        members = (await self._switchboard.queue_status()).members
        return [_standing(name, self._ours(agent, members)) for name, agent in sorted(self._site().agents.items())]

    async def log_in(self, agent: str, queue: str = "", *, by: str) -> Standing:
        """Log an agent in to one of his queues, or to all; who is paused stays so."""
        known = self._known(agent)
        queues = self._queues(agent, known, queue)
        await self._audit(by, "log_in", agent, queue=queue)
        before = await self._memberships(known)
        paused = bool(before) and all(one.paused for one in before)
        reason = next((one.paused_reason for one in before if one.paused_reason), "")
        self.intents.expect(agent, "logged_in", True, by)
        for name in queues:
            if any(one.queue == name for one in before):
                continue
            weight = penalty(known, self._site().queues[name])
            try:
                await self._switchboard.queue_add(name, interface(known), agent, weight, paused=paused)
            except AmiActionFailed:
                if not any(one.queue == name for one in await self._memberships(known)):  # somebody was faster
                    raise
            if paused and reason:
                await self._switchboard.queue_pause(interface(known), True, queue=name, reason=reason)
        return await self.standing(agent)

    async def log_out(self, agent: str, queue: str = "", *, by: str) -> Standing:
        """Log an agent out of one of his queues, or of all he is in."""
        known = self._known(agent)
        await self._audit(by, "log_out", agent, queue=queue)
        members = await self._memberships(known)
        if queue and queue not in self._site().queues:
            raise _no_queue(agent, queue)
        await self._remove(agent, [(one.queue, one.interface) for one in members if queue in ("", one.queue)], by)
        return await self.standing(agent)

    async def toggle(self, agent: str, queue: str = "", *, by: str) -> Standing:
        """Log in, or out where the agent is in already: in that queue, or in any."""
        members = await self._memberships(self._known(agent))
        inside = any(queue in ("", one.queue) for one in members)
        return await (self.log_out if inside else self.log_in)(agent, queue, by=by)

    async def pause(self, agent: str, reason: str, *, by: str) -> Standing:
        """Let an agent take no calls for a while.

        Raises:
            UsageError: also if the site has no such reason.
            NotLoggedInError: if he is logged in nowhere.
        """
        if reason not in self._site().staffing.pause_reasons:
            raise UsageError(
                Text(f"no pause reason {reason!r:.40}", f"没有小休原因 {reason!r:.40}"),
                cure=Text(
                    f"one of: {', '.join(self._site().staffing.pause_reasons)}",
                    f"可用：{'、'.join(self._site().staffing.pause_reasons)}",
                ),
            )
        await self._audit(by, "pause", agent, reason=reason)
        return await self.pause_for(agent, reason, by=by)

    async def pause_for(self, agent: str, reason: str, *, by: str) -> Standing:
        """As :meth:`pause`, for reasons of the line's own, unaudited."""
        known = self._known(agent)
        members = await self._members_of(agent, known)
        self.intents.expect(agent, "paused", True, by)
        for one in members:
            await self._switchboard.queue_pause(one.interface, True, queue=one.queue, reason=reason)
        return await self.standing(agent)

    async def unpause(self, agent: str, *, by: str) -> Standing:
        """End an agent's pause.

        Raises:
            NotLoggedInError: if he is logged in nowhere.
        """
        known = self._known(agent)
        members = await self._members_of(agent, known)
        await self._audit(by, "unpause", agent)
        self.intents.expect(agent, "paused", False, by)
        for one in members:
            await self._switchboard.queue_pause(one.interface, False, queue=one.queue)
        return await self.standing(agent)

    async def put_out(self, agent: str, members: Iterable[Membership], *, by: str) -> None:
        """Log an agent out of queues, for reasons of the line's own, unaudited."""
        await self._remove(agent, [(one.queue, one.interface) for one in members], by)

    async def waiting(self, agent: str) -> int:
        """How many callers wait in the agent's queues."""
        mine = set(self._known(agent).queues)
        return sum(caller.queue in mine for caller in (await self._switchboard.queue_status()).waiting)

    async def set_outcome(self, agent: str, outcome: str, *, by: str) -> CallOutcome:
        """Say what the agent's last talk came to, at most an hour after its end; the last word counts.

        Raises:
            UsageError: also if the site has no such outcome.
            NoTalkError: if there is no such talk.
        """
        self._known(agent)
        if outcome not in self._site().staffing.outcomes:
            raise UsageError(
                Text(f"no outcome {outcome!r:.40}", f"没有通话结果 {outcome!r:.40}"),
                cure=Text(
                    f"one of: {', '.join(self._site().staffing.outcomes)}",
                    f"可用：{'、'.join(self._site().staffing.outcomes)}",
                ),
            )
        now = self._clock.now()
        async with self._database.write() as session:
            talk = await rows.last_talk(session, agent)
            if talk is None or (talk.ended_at is not None and talk.ended_at < now - OUTCOME_WITHIN):
                raise NoTalkError(
                    Text(f"{agent} has had no talk in the last hour", f"坐席 {agent} 最近一小时没有通话"),
                    cure=Text("outcomes are told within an hour", "请在通话后一小时内填写结果"),
                )
            if by.startswith(API):
                await audit.append(
                    session,
                    actor=by.removeprefix(API),
                    action="agent.outcome",
                    object=f"agent:{agent}",
                    at=now,
                    detail={"outcome": outcome, "linkedid": talk.linkedid},
                )
            return await rows.set_outcome(session, talk, outcome, at=now, by=by)

    def _known(self, agent: str) -> Agent:
        found = self._site().agents.get(agent)
        if found is None:
            raise UsageError(Text(f"no agent {agent!r:.60}", f"没有坐席 {agent!r:.60}"), cure="ivr agents state")
        return found

    def _queues(self, agent: str, known: Agent, queue: str) -> list[str]:
        queues = [name for name in known.queues if queue in ("", name) and name in self._site().queues]
        if not queues:
            raise _no_queue(agent, queue)
        return queues

    async def _memberships(self, known: Agent) -> list[MemberState]:
        return self._ours(known, (await self._switchboard.queue_status()).members)

    def _ours(self, known: Agent, members: Iterable[MemberState]) -> list[MemberState]:
        """What of them is the agent's, in queues of the site: on a shared Asterisk there are others."""
        queues = self._site().queues
        return [one for one in members if one.interface == interface(known) and one.queue in queues]

    async def _members_of(self, agent: str, known: Agent) -> list[MemberState]:
        members = await self._memberships(known)
        if not members:
            raise NotLoggedInError(
                Text(f"{agent} is not logged in", f"坐席 {agent} 未签入"), cure=f"ivr agents login {agent}"
            )
        return members

    async def _remove(self, agent: str, members: list[tuple[str, str]], by: str) -> None:
        self.intents.expect(agent, "logged_in", False, by)
        self.intents.expect(agent, "paused", False, by)
        for queue, phone in members:
            try:
                await self._switchboard.queue_remove(queue, phone)
            except AmiActionFailed as error:  # he was out already
                log.info("not removed", agent=agent, queue=queue, problem=error.message)

    async def _audit(self, by: str, action: str, agent: str, **detail: str) -> None:
        if not by.startswith(API):
            return
        async with self._database.write() as session:
            await audit.append(
                session,
                actor=by.removeprefix(API),
                action=f"agent.{action}",
                object=f"agent:{agent}",
                at=self._clock.now(),
                detail={name: value for name, value in detail.items() if value},
            )


def interface(agent: Agent) -> str:
    """The agent's phone as Asterisk's queues name it."""
    return f"PJSIP/{agent.extension}"


def person(name: str) -> str:
    """``by`` for a person who acts by command or API."""
    return f"{API}{name}"[:64]


def _standing(agent: str, members: list[MemberState]) -> Standing:
    return Standing(
        agent,
        {one.queue: one.penalty for one in members},
        bool(members) and all(one.paused for one in members),
        next((one.paused_reason for one in members if one.paused_reason), ""),
        not any(one.status in UNREACHABLE for one in members),
    )


def _no_queue(agent: str, queue: str) -> UsageError:
    what = Text(f"no queue {queue!r:.40} of {agent}", f"坐席 {agent} 没有队列 {queue!r:.40}")
    none = Text(f"{agent} has no queue", f"坐席 {agent} 没有队列")
    return UsageError(what if queue else none, cure=Text("see queues: in agents.yaml", "见 agents.yaml 的 queues:"))
