"""Agents as a snapshot has them, held against the stretches that are written: what began or ended unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ivr.agents.states import AgentNow, Change, Membership, PhoneCall, Stretch
from ivr.ami.events import UP
from ivr.ami.snapshot import QueueSnapshot


@dataclass(frozen=True, slots=True)
class Written:
    """A stretch that goes on as far as is written; ``until`` is its end, where that is known."""

    agent: str
    state: Stretch
    began_at: datetime
    queue: str = ""
    reason: str = ""
    uniqueid: str = ""
    linkedid: str = ""
    until: datetime | None = None


def take_over(
    snapshot: QueueSnapshot,
    written: Sequence[Written],
    at: datetime,
    of_member: Callable[[str, str], str],
    of_channel: Callable[[str], str | None],
) -> tuple[dict[str, AgentNow], list[Change]]:
    """The agents at ``at``, and what must be written so that the stretches agree with the snapshot.

    Args:
        of_member: the agent of a member's name and interface.
        of_channel: the agent on whose phone a channel is, by the channel's name.
    """
    agents = _members(snapshot, of_member)
    _phones(agents, snapshot, of_channel)
    changes: list[Change] = []
    kept: set[tuple[str, str, str, str]] = set()
    for one in written:
        if _goes_on(agents.get(one.agent), one):
            kept.add((one.agent, one.state, one.queue, one.reason))
        else:
            agent = agents.get(one.agent)
            # A pause for another reason has ended at the latest when the new one began.
            by_then = agent.paused_since if one.state == "paused" and agent is not None else None
            ended = Change(
                begins=False,
                agent=one.agent,
                state=one.state,
                at=max(by_then or at, one.began_at),
                queue=one.queue,
                uniqueid=one.uniqueid,
                exact=False,
            )
            changes.append(ended)
    in_call = {of_member(one.member, one.interface): one.queue for one in snapshot.members if one.in_call}
    for agent in agents.values():
        changes += (one for one in _begun(agent, at) if (one.agent, one.state, one.queue or "", one.reason) not in kept)
        changes += _talks(agent, in_call.get(agent.agent), at)
        doing = agent.doing(at)
        since = [call.since for call in agent.calls.values() if call.since]
        if doing == "paused":
            since = [agent.paused_since or at]
        elif doing == "available":
            since = [one.since for one in agent.queues.values() if one.since]
        agent.noted = (doing, min(since, default=at))
    return agents, changes


def _members(snapshot: QueueSnapshot, of_member: Callable[[str, str], str]) -> dict[str, AgentNow]:
    agents: dict[str, AgentNow] = {}
    for member in snapshot.members:
        name = of_member(member.member, member.interface)
        agent = agents.setdefault(name, AgentNow(name))
        agent.queues[member.queue] = Membership(
            member.queue, member.interface, member.status, member.paused, member.paused_reason, _unix(member.login)
        )
        if member.paused:
            agent.paused_since = agent.paused_since or _unix(member.last_pause)
    for agent in agents.values():
        if agent.paused:
            agent.reason = next((one.reason for one in agent.queues.values() if one.reason), "")
        else:
            agent.paused_since = None
    return agents


def _phones(agents: dict[str, AgentNow], snapshot: QueueSnapshot, of_channel: Callable[[str], str | None]) -> None:
    for channel in snapshot.channels:
        name = of_channel(channel.channel)
        if name is not None:
            agent = agents.setdefault(name, AgentNow(name))
            agent.calls[channel.uniqueid] = PhoneCall(channel.uniqueid, channel.linkedid, up=channel.state == UP)


def _goes_on(agent: AgentNow | None, one: Written) -> bool:
    """Whether a stretch agrees with the snapshot; a call learns from it what it is."""
    if agent is None:
        return False
    if one.state == "logged_in":
        return one.queue in agent.queues
    if one.state == "paused":
        same = agent.paused and agent.reason == one.reason
        agent.paused_since = one.began_at if same else agent.paused_since
        return same
    if one.state == "wrapup":
        agent.wrapup_until = one.until if agent.logged_in else None
        return agent.logged_in
    call = agent.calls.get(one.uniqueid)
    if call is not None:
        call.queue, call.rung, call.up, call.since = one.queue, bool(one.queue), True, one.began_at
        call.talking, call.on_phone = one.state == "talking", one.state == "on_phone"
    return call is not None


def _begun(agent: AgentNow, at: datetime) -> list[Change]:
    """The stretches of a login and of a pause, from when Asterisk says they began."""
    changes = [
        Change(
            begins=True,
            agent=agent.agent,
            state="logged_in",
            at=min(one.since or at, at),
            queue=one.queue,
            exact=one.since is not None,
        )
        for one in agent.queues.values()
    ]
    if agent.paused:
        known, began = agent.paused_since is not None, min(agent.paused_since or at, at)
        agent.paused_since = began
        changes.append(
            Change(begins=True, agent=agent.agent, state="paused", at=began, reason=agent.reason, exact=known)
        )
    return changes


def _talks(agent: AgentNow, queue: str | None, at: datetime) -> list[Change]:
    """A talk of a queue that began unseen: the queue says that he is in a call, and one of his phone's is up."""
    calls = [call for call in agent.calls.values() if call.up]
    if queue is None or len(calls) != 1 or calls[0].talking or calls[0].on_phone:
        return []
    call = calls[0]
    call.queue, call.rung, call.talking, call.since = queue, True, True, at
    return [
        Change(
            begins=True,
            agent=agent.agent,
            state="talking",
            at=at,
            queue=call.queue,
            uniqueid=call.uniqueid,
            linkedid=call.linkedid,
            exact=False,
        )
    ]


def _unix(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
