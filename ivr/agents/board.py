"""What every agent does now: events of the manager in, changes of state out. No input or output here.

Truth is Asterisk's: an agent is logged in, or paused, when app_queue says so, whoever asked for it. Telling an event
twice changes nothing. Queues that are not the site's, on an Asterisk it shares with others, are none of our business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dialplan.model import Site
from dialplan.staffing import HELD
from ivr.agents.states import AgentNow, Change, Membership, PhoneCall, Stretch
from ivr.agents.takeover import Written, take_over
from ivr.ami import events as ev
from ivr.ami.snapshot import QueueSnapshot

AGENT_ROLE = "agent"
# What the dialplan says when it has made a phone a party of a talk.
PARTIES = frozenset({"IvrRecording", "IvrUnrecorded"})
# How long a phone that is found gone may take to come back: Asterisk may have started just now, and phones register
# every 120 s (pjsip.conf). Nobody waits for it: a phone that is gone is not rung.
RETURN_WITHIN = timedelta(seconds=150)
OF_QUEUES = (ev.QueueMemberChanged, ev.AgentEvent)


class AgentBoard:
    """All agents, begun from a snapshot and carried on by events.

    Args:
        site: the site in force, whose agents these are.
    """

    def __init__(self, site: Callable[[], Site]) -> None:
        self._site = site
        self._agents: dict[str, AgentNow] = {}
        self._channels: dict[str, AgentNow] = {}  # whose a channel is, by its uniqueid
        self._known: Site | None = None
        self._extensions: dict[str, str] = {}
        self._readers: dict[type[ev.AmiEvent], Callable[[Any], list[Change]]] = {
            ev.QueueMemberChanged: self._member,
            ev.AgentCalled: self._called,
            ev.AgentConnected: self._connected,
            ev.AgentRingNoAnswer: self._missed,
            ev.AgentDumped: self._missed,
            ev.AgentCompleted: self._completed,
            ev.ChannelCreated: self._created,
            ev.ChannelStateChanged: self._up,
            ev.UserEvent: self._party,
            ev.BridgeEntered: self._bridged,
            ev.ChannelEnded: self._ended,
        }

    def __getitem__(self, agent: str) -> AgentNow:
        """An agent by id; logged out if nothing is known of him."""
        return self._agents.get(agent) or AgentNow(agent)

    def __iter__(self) -> Iterator[AgentNow]:
        return iter(self._agents.values())

    def begin(self, snapshot: QueueSnapshot, open_stretches: Iterable[Written], at: datetime) -> list[Change]:
        """Forget what is known and take over ``snapshot``.

        Args:
            open_stretches: those that go on as far as is written.
            at: when the snapshot was asked for; later events are still to come.

        Returns:
            What must be written so that the stretches agree with it.
        """
        ours = self._site().queues
        snapshot = replace(snapshot, members=tuple(one for one in snapshot.members if one.queue in ours))
        agents, changes = take_over(snapshot, list(open_stretches), at, self.of_member, self.of_channel)
        for name, agent in agents.items():
            before = self[name]
            agent.misses = before.misses
            if agent.unreachable:
                agent.gone_since = before.gone_since or at
                agent.spared_until = before.spared_until if before.gone_since else at + RETURN_WITHIN
        self._agents = agents
        self._channels = {uniqueid: agent for agent in self for uniqueid in agent.calls}
        return changes

    def tell(self, event: ev.AmiEvent) -> list[Change]:
        """Carry on by one event; what has changed by it."""
        reader = self._readers.get(type(event))
        if reader is None or (isinstance(event, OF_QUEUES) and event.queue not in self._site().queues):
            return []
        return reader(event)

    def of_member(self, member: str, interface: str) -> str:
        """An agent's id: his extension's, else the name he is a member by."""
        return self._of_extension(interface.rpartition("/")[2]) or plain(member or interface)

    def of_channel(self, channel: str) -> str | None:
        """The agent on whose phone a channel is: ``PJSIP/6001-0000000a``; None if it is nobody's."""
        technology, _, rest = channel.partition("/")
        return self._of_extension(rest.rpartition("-")[0]) if technology == "PJSIP" else None

    def _of_extension(self, extension: str) -> str | None:
        site = self._site()
        if site is not self._known:
            self._known = site
            self._extensions = {agent.extension: name for name, agent in site.agents.items()}
        return self._extensions.get(extension)

    def _agent(self, event: ev.AgentEvent | ev.QueueMemberChanged) -> AgentNow:
        name = self.of_member(event.member, event.interface)
        return self._agents.setdefault(name, AgentNow(name))

    def _call(self, agent: AgentNow, uniqueid: str, linkedid: str) -> PhoneCall:
        self._channels[uniqueid] = agent
        return agent.calls.setdefault(uniqueid, PhoneCall(uniqueid, linkedid))

    def _call_of(self, uniqueid: str) -> tuple[AgentNow, PhoneCall] | None:
        agent = self._channels.get(uniqueid)
        return (agent, agent.calls[uniqueid]) if agent is not None else None

    def _drop(self, agent: AgentNow, uniqueid: str) -> None:
        agent.calls.pop(uniqueid, None)
        self._channels.pop(uniqueid, None)

    def _member(self, event: ev.QueueMemberChanged) -> list[Change]:
        agent = self._agent(event)
        changes: list[Change] = []
        if event.removed:
            if agent.queues.pop(event.queue, None) is not None:
                changes.append(_end(agent, "logged_in", event.at, queue=event.queue))
            if not agent.queues:
                changes += _no_wrapup(agent, event.at)
                agent.misses = 0
        else:
            known = agent.queues.get(event.queue)
            if known is None:
                changes.append(
                    Change(begins=True, agent=agent.agent, state="logged_in", at=event.at, queue=event.queue)
                )
            agent.queues[event.queue] = Membership(
                event.queue,
                event.interface,
                event.status,
                event.paused,
                event.paused_reason,
                known.since if known else event.at,
            )
        changes += _pauses(agent, event.at)
        return _noted(agent, event.at, changes)

    def _called(self, event: ev.AgentCalled) -> list[Change]:
        agent = self._agent(event)
        call = self._call(agent, event.dest_uniqueid, event.linkedid)
        call.queue, call.rung = event.queue, True
        return _noted(agent, event.at, [])

    def _missed(self, event: ev.AgentRingNoAnswer | ev.AgentDumped) -> list[Change]:
        agent = self._agent(event)
        agent.misses += 1
        self._drop(agent, event.dest_uniqueid)
        return _noted(agent, event.at, [])

    def _connected(self, event: ev.AgentConnected) -> list[Change]:
        agent = self._agent(event)
        call = self._call(agent, event.dest_uniqueid, event.linkedid)
        agent.misses = 0
        if call.talking:
            return []
        call.queue, call.rung, call.up, call.linkedid = event.queue, True, True, event.linkedid
        return _noted(agent, event.at, _talks(agent, call, event.at))

    def _completed(self, event: ev.AgentCompleted) -> list[Change]:
        agent = self._agent(event)
        self._drop(agent, event.dest_uniqueid)
        changes = [_end(agent, "talking", event.at, uniqueid=event.dest_uniqueid)]
        queue = self._site().queues.get(event.queue)
        if queue is not None and queue.wrapup and event.queue in agent.queues:
            agent.wrapup_until = event.at + timedelta(seconds=queue.wrapup)
            changes.append(
                Change(
                    begins=True,
                    agent=agent.agent,
                    state="wrapup",
                    at=event.at,
                    queue=event.queue,
                    uniqueid=event.dest_uniqueid,
                    linkedid=event.linkedid,
                    until=agent.wrapup_until,
                )
            )
        return _noted(agent, event.at, changes)

    def _created(self, event: ev.ChannelCreated) -> list[Change]:
        name = self.of_channel(event.channel)
        if name is not None:
            self._call(self._agents.setdefault(name, AgentNow(name)), event.uniqueid, event.linkedid)
        return []

    def _up(self, event: ev.ChannelStateChanged) -> list[Change]:
        found = self._call_of(event.uniqueid)
        if found is None or event.state != ev.UP or found[1].up:
            return []
        agent, call = found
        call.up = True
        if call.rung or call.party:
            return []
        call.on_phone, call.since = True, event.at
        return _noted(agent, event.at, [_of_call(agent, call, "on_phone", event.at)])

    def _party(self, event: ev.UserEvent) -> list[Change]:
        found = self._call_of(event.uniqueid) if event.name in PARTIES else None
        if found is not None:
            fields = {name.lower(): value for name, value in event.fields.items()}
            found[1].party = fields.get("role") == AGENT_ROLE
        return []

    def _bridged(self, event: ev.BridgeEntered) -> list[Change]:
        """A call that was handed on to him has become a talk; those of a queue are told by AgentConnect."""
        found = self._call_of(event.uniqueid)
        if found is None or found[1].talking or found[1].rung or not found[1].party:
            return []
        agent, call = found
        call.linkedid = event.linkedid or call.linkedid
        return _noted(agent, event.at, _talks(agent, call, event.at))

    def _ended(self, event: ev.ChannelEnded) -> list[Change]:
        found = self._call_of(event.uniqueid)
        if found is None:
            return []
        agent, call = found
        self._drop(agent, event.uniqueid)
        states: tuple[Stretch, ...] = ("talking",) if call.talking else ("on_phone",) if call.on_phone else ()
        return _noted(agent, event.at, [_end(agent, state, event.at, uniqueid=event.uniqueid) for state in states])


def _noted(agent: AgentNow, at: datetime, changes: list[Change]) -> list[Change]:
    agent.gone_since = (agent.gone_since or at) if agent.unreachable else None
    agent.note(at)
    return changes


def _pauses(agent: AgentNow, at: datetime) -> list[Change]:
    """Begin or end the agent's pause, as his queues have it."""
    reason = next((one.reason for one in agent.queues.values() if one.reason), "") if agent.paused else ""
    if agent.paused == (agent.paused_since is not None) and reason == agent.reason:
        return []
    changes = [_end(agent, "paused", at)] if agent.paused_since is not None else []
    if reason != HELD and (agent.paused or agent.reason != HELD):  # of being held for a callback he knows nothing
        agent.misses = 0
    agent.paused_since, agent.reason = (at if agent.paused else None), reason
    if agent.paused:
        changes.append(Change(begins=True, agent=agent.agent, state="paused", at=at, reason=reason))
    return changes


def _talks(agent: AgentNow, call: PhoneCall, at: datetime) -> list[Change]:
    changes = _no_wrapup(agent, at)
    if call.on_phone:
        call.on_phone = False
        changes.append(_end(agent, "on_phone", at, uniqueid=call.uniqueid))
    call.talking, call.since = True, at
    return [*changes, _of_call(agent, call, "talking", at)]


def _no_wrapup(agent: AgentNow, at: datetime) -> list[Change]:
    """End a wrap-up that goes on."""
    until, agent.wrapup_until = agent.wrapup_until, None
    return [] if until is None or until <= at else [_end(agent, "wrapup", at)]


def _end(
    agent: AgentNow, state: Stretch, at: datetime, *, queue: str | None = None, uniqueid: str | None = None
) -> Change:
    return Change(begins=False, agent=agent.agent, state=state, at=at, queue=queue, uniqueid=uniqueid)


def _of_call(agent: AgentNow, call: PhoneCall, state: Stretch, at: datetime) -> Change:
    queue = call.queue if state == "talking" else ""
    return Change(
        begins=True,
        agent=agent.agent,
        state=state,
        at=at,
        queue=queue,
        uniqueid=call.uniqueid,
        linkedid=call.linkedid,
    )


def plain(text: str) -> str:
    """Text without control characters, at most 64."""
    return "".join(char for char in text if char.isprintable())[:64]
