"""The facts a live journal would have heard, told again from CEL and queue_log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from ivr.ami import events as ev
from ivr.journal import facts as own
from ivr.journal.facts import Fact
from ivr.journal.reconcile.exact import COMPLETING, LEAVING, Exact
from ivr.journal.reconcile.gather import ENTERED, Told
from ivr.journal.reconcile.served import member
from ivr.journal.sources.cel import CelRow
from ivr.journal.sources.queue_log import QueueRow
from ivr.journal.story import INCOMING

EMERGENCY = "ivr-emergency"
VOICEMAIL = "ivr-voicemail"
# Q.850 causes of a phone on which somebody pressed "reject": user busy (SIP 486, 600), call rejected (603).
REFUSED = frozenset({17, 21})
UP = 6
# An agent's phone rings a moment before or after the row about his caller; a miss is told this near to its end.
JUST = timedelta(seconds=1)
MISSED = timedelta(seconds=2.5)

_RETURNED = {"EXITWITHTIMEOUT": "TIMEOUT", "EXITEMPTY": "LEAVEEMPTY", "EXITWITHKEY": "KEY"}


@dataclass(frozen=True, slots=True)
class Wait:
    """A caller waits in a queue; ``end`` is None where nobody has told it."""

    queue: str
    callid: str
    begin: datetime
    end: datetime | None


class _Ids(TypedDict):
    linkedid: str
    uniqueid: str
    channel: str


class _Caller(TypedDict):
    linkedid: str
    uniqueid: str


def retell(told: Told, agents: Mapping[str, str], exact: Exact) -> list[Fact]:
    """The facts about one call in the order of time, the beginning of each channel first.

    Args:
        agents: ids of agents by extension, which is the name of their endpoint.
        exact: where the exact times are taken from.
    """
    waits = list(_waits(told, exact))
    facts: list[Fact] = []
    for uniqueid in dict.fromkeys(row.uniqueid for row in told.cel):
        facts += _channel(told, uniqueid)
    facts += _caller(told)
    facts += _rings(told, agents, waits)
    facts += _queues(told, agents, exact)
    return sorted(facts, key=lambda fact: (fact.at, not isinstance(fact, ev.ChannelCreated)))


def number_called(rows: list[CelRow]) -> str:
    """The service number a caller dialled; empty where he was called."""
    named = [row.dnid for row in rows if row.dnid]
    dialled = [row.exten for row in rows if row.event == "CHAN_START" and row.context.startswith(INCOMING)]
    return (named or dialled or [""])[-1]


def _ids(told: Told, row: CelRow) -> _Ids:
    return _Ids(linkedid=told.linkedid, uniqueid=row.uniqueid, channel=row.channel)


def _channel(told: Told, uniqueid: str) -> Iterator[Fact]:
    rows = [row for row in told.cel if row.uniqueid == uniqueid]
    first = next((row for row in rows if row.event == "CHAN_START"), rows[0])
    own_rows = rows if uniqueid == told.linkedid else []
    yield ev.ChannelCreated(
        at=first.at,
        **_ids(told, first),
        caller_number=next((row.number for row in reversed(rows) if row.number), ""),
        context=first.context,
        extension=number_called(own_rows) if own_rows else first.exten,
    )
    answered = next((row for row in rows if row.event == "ANSWER"), None)
    if answered is not None:
        yield ev.ChannelStateChanged(at=answered.at, **_ids(told, first), state=UP)
    for row in rows:
        ids = _ids(told, first)
        match row.event:
            case "BRIDGE_ENTER":
                bridge = str(row.extra.get("bridge_id", ""))
                yield ev.BridgeEntered(at=row.at, **ids, bridge=bridge, context=row.context)
            case "BLINDTRANSFER":
                to = str(row.extra.get("extension", ""))
                yield ev.BlindTransferred(at=row.at, **ids, result="Success", extension=to)
            case "ATTENDEDTRANSFER":
                yield ev.AttendedTransferred(at=row.at, **ids, result="Success")
    ended = next((row for row in rows if row.event == "HANGUP"), None)
    ended = ended or next((row for row in rows if row.event == "CHAN_END"), None)
    gone = next((row for row in told.cel if row.event == "LINKEDID_END" and row.linkedid == told.linkedid), None)
    if ended is None:
        ended = gone
    if ended is None:
        return
    cause = _cause(ended)
    if answered is None and cause in REFUSED and uniqueid != told.linkedid:
        yield ev.HangupRequested(at=ended.at, **_ids(told, first), tech_cause="486")
    yield ev.ChannelEnded(at=ended.at, **_ids(told, first), cause=cause)


def _cause(row: CelRow) -> int:
    cause = str(row.extra.get("hangupcause", 0))
    return int(cause) if cause.isascii() and cause.isdigit() and len(cause) <= 3 else 0


def _caller(told: Told) -> Iterator[Fact]:
    """What the dialplan says of the caller's way in events of its own."""
    rows = [row for row in told.cel if row.uniqueid == told.linkedid]
    within = [row for row in rows if row.context in ENTERED]
    if not within:
        return
    first = within[0]

    def event(row: CelRow, name: str, **fields: str) -> ev.UserEvent:
        return ev.UserEvent(at=row.at, **_ids(told, row), name=name, fields=fields)

    yield event(first, "IvrCall", Number=number_called(rows))
    emergency = next((row for row in rows if row.context == EMERGENCY), None)
    if emergency is not None:
        yield event(emergency, "IvrRoute", Route="emergency")
    for place, row in enumerate(rows):
        if row.event == "APP_END" and row.app.lower() == "record" and row.context == VOICEMAIL:
            after = rows[place + 1 :]
            if not after or after[0].context != EMERGENCY:  # else it could not be written
                yield event(row, "IvrVoicemail")
    hangup = next((row for row in rows if row.event == "HANGUP"), None)
    if hangup is not None:
        yield event(hangup, "IvrEnd", Source=str(hangup.extra.get("hangupsource", "")))


def _waits(told: Told, exact: Exact) -> Iterator[Wait]:
    for place, row in enumerate(told.queue):
        if row.event != "ENTERQUEUE":
            continue
        after = [one for one in told.queue[place + 1 :] if one.callid == row.callid and one.queue == row.queue]
        ends = [one for one in after if one.event == "CONNECT" or one.event in LEAVING]
        end = None
        if ends:
            end = exact.connected(ends[0]) if ends[0].event == "CONNECT" else exact.left(ends[0])
        yield Wait(row.queue, row.callid, exact.joined(row), end)


def _rings(told: Told, agents: Mapping[str, str], waits: list[Wait]) -> Iterator[Fact]:
    """Phones that rang for a caller who waited, and those that nobody answered."""
    connected = {row.text("channel"): row for row in told.queue if row.event == "CONNECT"}
    dialled = {row.uniqueid for row in told.cel if row.app.lower() == "appdial"}  # he was handed on to them
    rung: list[tuple[CelRow, str, str]] = []
    for row in told.cel:
        if row.event != "CHAN_START" or row.uniqueid == told.linkedid or row.uniqueid in dialled:
            continue
        extension = extension_of(row.channel)
        taken = connected.get(row.uniqueid)
        if taken is None and extension not in agents:
            continue
        agent = member(taken.agent, agents) if taken else agents[extension]
        wait = next((one for one in waits if _rings_for(one, row, taken)), None)
        if wait is None:
            continue
        rung.append((row, agent, wait.queue))
        yield ev.AgentCalled(
            at=row.at,
            linkedid=told.linkedid,
            uniqueid=wait.callid,
            queue=wait.queue,
            member=agent,
            dest_uniqueid=row.uniqueid,
            dest_channel=row.channel,
        )
    used: set[str] = set()
    for missed in (row for row in told.queue if row.event in {"RINGNOANSWER", "AGENTDUMP"}):
        agent = member(missed.agent, agents)
        near = [
            (abs(end.at - missed.at), row)
            for row, who, queue in rung
            if (who, queue) == (agent, missed.queue) and row.uniqueid not in used and row.uniqueid not in connected
            for end in told.of(row.uniqueid, "HANGUP")[:1]
            if abs(end.at - missed.at) <= MISSED
        ]
        if not near:
            continue
        _, row = min(near, key=lambda one: one[0])
        used.add(row.uniqueid)
        end = told.of(row.uniqueid, "HANGUP")[0]
        kind = ev.AgentDumped if missed.event == "AGENTDUMP" else ev.AgentRingNoAnswer
        yield kind(
            at=end.at,
            linkedid=told.linkedid,
            uniqueid=missed.callid,
            queue=missed.queue,
            member=agent,
            dest_uniqueid=row.uniqueid,
        )


def _rings_for(wait: Wait, row: CelRow, taken: QueueRow | None) -> bool:
    if taken is not None and (taken.queue, taken.callid) != (wait.queue, wait.callid):
        return False
    return wait.begin - JUST <= row.at and (wait.end is None or row.at <= wait.end)


def _queues(told: Told, agents: Mapping[str, str], exact: Exact) -> Iterator[Fact]:
    channels: dict[tuple[str, str], str] = {}
    for row in told.queue:
        ids = _Caller(linkedid=told.linkedid, uniqueid=row.callid)
        agent = member(row.agent, agents)
        if row.event == "ENTERQUEUE":
            position = int(row.number("position") or 0)
            yield ev.QueueJoined(at=exact.joined(row), **ids, queue=row.queue, position=position)
        elif row.event == "ABANDON":
            yield ev.QueueAbandoned(at=exact.left(row), **ids, queue=row.queue)
        elif row.event in _RETURNED:
            yield own.QueueReturned(
                at=exact.left(row), linkedid=told.linkedid, queue=row.queue, status=_RETURNED[row.event]
            )
        elif row.event in LEAVING:
            yield ev.QueueLeft(at=exact.left(row), **ids, queue=row.queue)
        elif row.event == "CONNECT":
            channel = channels[row.queue, row.callid] = row.text("channel")
            yield ev.AgentConnected(
                at=exact.connected(row), **ids, queue=row.queue, member=agent, dest_uniqueid=channel
            )
        elif row.event in COMPLETING:
            yield ev.AgentCompleted(
                at=exact.completed(row),
                **ids,
                queue=row.queue,
                member=agent,
                dest_uniqueid=channels.get((row.queue, row.callid), ""),
                talk_s=int(row.number("talk_s") or 0),
                reason=COMPLETING[row.event],
            )


def extension_of(channel: str) -> str:
    """``6001`` of ``PJSIP/6001-0000000a``."""
    return channel.partition("/")[2].rpartition("-")[0]


__all__ = ["extension_of", "retell"]
