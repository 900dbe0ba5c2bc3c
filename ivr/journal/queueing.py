"""The part of a story that happens in queues: joining, ringing agents, being connected, giving up."""

from __future__ import annotations

from ivr.ami import events as ev
from ivr.journal import facts as own
from ivr.journal.told import leg_of, noted, plain, ring_of, visit_of
from ivr.storage.models import Call, Leg, QueueVisit, Ring

# SIP answers of a phone on which somebody pressed "reject": busy here, busy everywhere, decline.
REFUSALS = frozenset({"486", "600", "603"})
# QUEUESTATUS of those who were not served, and what a visit calls it.
UNSERVED = {
    "TIMEOUT": "timeout",
    "FULL": "full",
    "JOINEMPTY": "empty",
    "LEAVEEMPTY": "empty",
    "JOINUNAVAIL": "empty",
    "LEAVEUNAVAIL": "empty",
    "WITHDRAW": "empty",
    "KEY": "key",
}
# Those who had joined.
SENT_ON = {
    status: outcome for status, outcome in UNSERVED.items() if status not in {"FULL", "JOINEMPTY", "JOINUNAVAIL"}
}


def queue_joined(call: Call, fact: ev.QueueJoined) -> None:
    """A new visit, unless it is known."""
    queue = plain(fact.queue, 64)
    visit = visit_of(call, queue)
    if visit is not None and visit.position is None and visit.joined_at >= fact.at:
        visit.joined_at = fact.at  # the end of this visit was told before its beginning
    elif visit is None or visit.joined_at < fact.at:
        visit = QueueVisit(queue=queue, joined_at=fact.at, outcome="", agent="", ended_by="", rings=[])
        call.visits.append(visit)
    visit.position = fact.position or None


def queue_left(call: Call, fact: ev.QueueLeft) -> None:
    """The caller no longer waits."""
    visit = _visit(call, fact)
    visit.left_at = visit.left_at or fact.at


def queue_abandoned(call: Call, fact: ev.QueueAbandoned) -> None:
    """The caller hung up while waiting.

    Asterisk says so, too, of those whom it sent on after the longest wait; the dialplan knows better, sooner or later.
    """
    visit = _visit(call, fact)
    if visit.outcome in SENT_ON.values():
        return
    visit.left_at = fact.at
    visit.outcome = "abandoned"


def queue_returned(call: Call, fact: own.QueueReturned) -> None:
    """The dialplan's word on a visit that ended without an agent; Asterisk sends no event for one refused at once."""
    outcome = UNSERVED.get(fact.status.upper())
    if outcome is None:
        return
    queue = plain(fact.queue, 64)
    visit = visit_of(call, queue)
    if visit is None or (visit.outcome and not (visit.outcome == "abandoned" and fact.status.upper() in SENT_ON)):
        visit = QueueVisit(queue=queue, joined_at=fact.at, outcome="", agent="", ended_by="", rings=[])
        call.visits.append(visit)
    visit.left_at = visit.left_at or fact.at
    visit.outcome = outcome


def agent_called(call: Call, fact: ev.AgentCalled) -> None:
    """An agent's phone rings."""
    agent = _agent(fact)
    leg = leg_of(call, fact.dest_uniqueid)
    if leg is None and fact.dest_uniqueid:
        leg = Leg(uniqueid=fact.dest_uniqueid, started_at=fact.at)
        call.legs.append(leg)
    if leg is not None:
        leg.role, leg.agent = "agent", agent
        leg.channel = leg.channel or plain(fact.dest_channel, 128)
    for recording in call.recordings:
        if recording.uniqueid == fact.dest_uniqueid:
            recording.agent = recording.agent or agent
    if ring_of(call, fact.dest_uniqueid) is None:
        ring = Ring(agent=agent, uniqueid=fact.dest_uniqueid, started_at=fact.at, result="")
        _visit(call, fact).rings.append(ring)


def agent_connected(call: Call, fact: ev.AgentConnected) -> None:
    """An agent took the call."""
    visit = _visit(call, fact)
    visit.outcome, visit.agent = "answered", _agent(fact)
    visit.connected_at = fact.at
    visit.left_at = visit.left_at or fact.at
    ring = ring_of(call, fact.dest_uniqueid)
    if ring is not None:
        leg = leg_of(call, fact.dest_uniqueid)
        ring.result = "answered"
        ring.ended_at = (leg.answered_at if leg else None) or fact.at


def agent_ring_no_answer(call: Call, fact: ev.AgentRingNoAnswer) -> None:
    """An agent did not answer, or refused (then the phone has said so before)."""
    ring = ring_of(call, fact.dest_uniqueid)
    if ring is not None:
        ring.ended_at = ring.ended_at or fact.at
        ring.result = ring.result if ring.result in {"answered", "refused"} else "no_answer"


def agent_dumped(call: Call, fact: ev.AgentDumped) -> None:
    """An agent answered and hung up while he was told who is calling: he has refused the call."""
    ring = ring_of(call, fact.dest_uniqueid)
    if ring is not None and ring.result != "answered":
        ring.result, ring.ended_at = "refused", fact.at


def hangup_requested(call: Call, fact: ev.HangupRequested) -> None:
    """A phone that is asked to ring and says no refuses."""
    ring = ring_of(call, fact.uniqueid)
    if ring is not None and not ring.result and fact.tech_cause in REFUSALS:
        ring.result, ring.ended_at = "refused", fact.at


def cancel_ring(call: Call, fact: ev.ChannelEnded) -> None:
    """A phone that stopped ringing without a word: the caller gave up, or another agent was faster."""
    ring = ring_of(call, fact.uniqueid)
    if ring is not None and not ring.result:
        ring.result, ring.ended_at = "cancelled", fact.at


def agent_completed(call: Call, fact: ev.AgentCompleted) -> None:
    """The talk is over.

    Who hangs up while the agent's phone is being prepared was never joined with the agent, although Asterisk
    counts him as connected: that is an abandoned call.
    """
    visit = _visit(call, fact)
    visit.agent = visit.agent or _agent(fact)
    if fact.reason == "caller" and fact.talk_s == 0 and fact.dest_uniqueid not in noted(call, "bridged", ()):
        visit.outcome, visit.connected_at = "abandoned", None
        visit.left_at = fact.at
        return
    visit.completed_at = visit.completed_at or fact.at
    visit.ended_by = visit.ended_by or plain(fact.reason, 16)


def _visit(call: Call, fact: ev.QueueLeft | ev.QueueAbandoned | ev.AgentEvent) -> QueueVisit:
    """The stay a fact is about.

    An agent who asks his own queue before he hands on begins a second stay in it while the first goes on.
    """
    queue = plain(fact.queue, 64)
    visit = _rung_in(call, queue, fact) if isinstance(fact, ev.AgentEvent) else None
    visit = visit or visit_of(call, queue)
    if visit is None:  # its beginning was missed
        visit = QueueVisit(queue=queue, joined_at=fact.at, outcome="", agent="", ended_by="", rings=[])
        call.visits.append(visit)
    return visit


def _rung_in(call: Call, queue: str, fact: ev.AgentEvent) -> QueueVisit | None:
    """The stay in which this agent's phone rang; where that is not known, the last in which he took the call."""
    visits = [visit for visit in call.visits if visit.queue == queue]
    if ring_of(call, fact.dest_uniqueid) is not None:
        return next((one for one in visits if any(ring.uniqueid == fact.dest_uniqueid for ring in one.rings)), None)
    taken = [one for one in visits if isinstance(fact, ev.AgentCompleted) and one.agent == _agent(fact)]
    return max(taken, key=lambda one: one.joined_at, default=None)


def _agent(fact: ev.AgentEvent) -> str:
    return plain(fact.member or fact.interface.rpartition("/")[2], 64)
