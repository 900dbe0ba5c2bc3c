"""A call's story: facts in, rows changed. No input or output here, so that any dialogue can be replayed.

Times are the facts' own. Facts of one source come in order; between the sources they may come either way
round, so everything here asks what is known already, and telling a fact twice changes nothing.

The caller's leg is the channel whose uniqueid is the call's linkedid.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ivr.ami import events as ev
from ivr.journal import facts as own
from ivr.journal.ending import conclude
from ivr.journal.queueing import (
    agent_called,
    agent_completed,
    agent_connected,
    agent_dumped,
    agent_ring_no_answer,
    cancel_ring,
    hangup_requested,
    queue_abandoned,
    queue_joined,
    queue_left,
    queue_returned,
)
from ivr.journal.sound import (
    party_joined,
    recording_announced,
    recording_refused,
    recording_replaced,
    recording_started,
)
from ivr.journal.surveys import question_answered, question_asked
from ivr.journal.told import json_data, leg_of, note, plain
from ivr.storage.models import Call, Leg, Step

INCOMING = "ivr-incoming"
# Where the dialplan joins a caller with whom the flow hands him on to.
TRANSFERRED = "ivr-connect"
UP = 6


def opens(fact: own.Fact) -> bool:
    """Whether a call begins with this fact, if it is not known yet."""
    match fact:
        case own.CallOpened():
            return True
        case ev.ChannelCreated():
            return fact.uniqueid == fact.linkedid and fact.context.startswith(INCOMING)
        case ev.UserEvent():
            return fact.name == "IvrCall"
    return False


def fold(call: Call, fact: own.Fact) -> None:
    """Tell the story of ``call`` on by one fact, and conclude it; facts without a part in it are passed over.

    Args:
        call: with legs, steps, visits with their rings, and recordings loaded.
        fact: one whose linkedid is the call's.
    """
    if add(call, fact):
        conclude(call)


def add(call: Call, fact: own.Fact) -> bool:
    """Tell the story on by one fact, without concluding it anew; whether the fact has a part in it.

    What is concluded has no part in what is told, so many facts need one conclusion only.
    """
    handler = _HANDLERS.get(type(fact))
    if handler is not None:
        handler(call, fact)
    return handler is not None


def _caller_leg(call: Call, channel: str, at: datetime) -> Leg:
    leg = leg_of(call, call.linkedid)
    if leg is None:
        leg = Leg(uniqueid=call.linkedid, role="caller", started_at=at, agent="")
        call.legs.append(leg)
    leg.channel = leg.channel or plain(channel, 128)
    return leg


def _call_opened(call: Call, fact: own.CallOpened) -> None:
    _caller_leg(call, fact.channel, fact.at)
    note(call, "entered", True)
    call.number = plain(fact.number, 64) or call.number
    call.caller = plain(fact.caller, 64) or call.caller
    call.flow = plain(fact.flow, 64) or call.flow
    call.flow_version = plain(fact.flow_version, 64) or call.flow_version


def _channel_created(call: Call, fact: ev.ChannelCreated) -> None:
    if fact.uniqueid != call.linkedid:
        if leg_of(call, fact.uniqueid) is None:
            channel = plain(fact.channel, 128)
            call.legs.append(Leg(uniqueid=fact.uniqueid, channel=channel, role="other", started_at=fact.at, agent=""))
        return
    leg = _caller_leg(call, fact.channel, fact.at)
    leg.started_at = call.started_at = fact.at  # Asterisk's own time, before anybody was asked
    call.number = call.number or plain(fact.extension, 64)
    call.caller = call.caller or plain(fact.caller_number, 64)


def _channel_state(call: Call, fact: ev.ChannelStateChanged) -> None:
    leg = leg_of(call, fact.uniqueid)
    if leg is None or fact.state != UP:
        return
    leg.answered_at = leg.answered_at or fact.at
    if leg.role == "caller":
        call.answered_at = call.answered_at or fact.at


def _channel_ended(call: Call, fact: ev.ChannelEnded) -> None:
    leg = leg_of(call, fact.uniqueid)
    if leg is None:
        return
    if leg.ended_at is None or leg.hangup_cause is None:  # an end that was put in gives way to one that was seen
        leg.ended_at = fact.at
    leg.hangup_cause = fact.cause
    cancel_ring(call, fact)


def _language(call: Call, fact: own.LanguageChosen) -> None:
    call.language = plain(fact.language, 16)


def _step(call: Call, fact: own.StepFact) -> None:
    call.steps.append(
        Step(
            seq=max((step.seq for step in call.steps), default=0) + 1,
            at=fact.at,
            step=plain(fact.step, 64),
            kind=plain(fact.kind, 32),
            event=plain(fact.event, 32),
            detail=json_data(fact.detail),
        )
    )
    if fact.event == "replaced" and fact.kind in {"voicemail", "record"}:
        recording_replaced(call, str(fact.detail.get("file", "")))
    if fact.event == "asked" and fact.kind == "survey":
        question_asked(call, fact)


def _hold(call: Call, fact: ev.HoldStarted | ev.HoldEnded) -> None:
    leg = leg_of(call, fact.uniqueid)
    if leg is None:
        return
    event = "hold" if isinstance(fact, ev.HoldStarted) else "unhold"
    _step_once(call, fact, event, {"by": leg.role, "agent": leg.agent})


def _transferred(call: Call, fact: ev.BlindTransferred | ev.AttendedTransferred) -> None:
    if fact.result.lower() != "success":
        return
    leg = leg_of(call, fact.uniqueid)
    blind = isinstance(fact, ev.BlindTransferred)
    detail: dict[str, Any] = {"kind": "blind" if blind else "attended", "agent": leg.agent if leg else ""}
    if isinstance(fact, ev.BlindTransferred):
        detail["to"] = plain(fact.extension, 64)
    _step_once(call, fact, "transfer", detail)


def _step_once(call: Call, fact: ev.ChannelEvent, event: str, detail: dict[str, Any]) -> None:
    """A step of the talk that another engine may have told already."""
    if any(step.kind == "talk" and step.event == event and step.at == fact.at for step in call.steps):
        return
    name = "hold" if event == "unhold" else event
    _step(call, own.StepFact(at=fact.at, linkedid=call.linkedid, step=name, kind="talk", event=event, detail=detail))


def _bridged(call: Call, fact: ev.BridgeEntered) -> None:
    note(call, "bridged", fact.uniqueid, many=True)
    if fact.uniqueid == call.linkedid and fact.context == TRANSFERRED:
        note(call, "transferred", True)
    if leg_of(call, fact.uniqueid) is None:  # it came from a call of its own, or its beginning was missed
        channel = plain(fact.channel, 128)
        call.legs.append(Leg(uniqueid=fact.uniqueid, channel=channel, role="other", started_at=fact.at, agent=""))


def _outcome(call: Call, fact: own.OutcomeDecided) -> None:
    note(call, "decided", fact.outcome)


def _user_event(call: Call, fact: ev.UserEvent) -> None:
    fields = {name.lower(): value for name, value in fact.fields.items()}
    match fact.name:
        case "IvrCall":
            _caller_leg(call, fact.channel, fact.at)
            note(call, "entered", True)
            if trunk := plain(fields.get("trunk", ""), 64):
                note(call, "trunk", trunk)
            call.number = plain(fields.get("number", ""), 64) or call.number
        case "IvrRoute":
            call.route = "emergency" if fields.get("route") == "emergency" else call.route
        case "IvrRecording":
            agent = fields.get("agent", "")
            recording_announced(call, fact, fields.get("file", ""), fields.get("role", ""), agent)
        case "IvrUnrecorded":
            party_joined(call, fact, fields.get("role", ""), fields.get("agent", ""))
        case "IvrVoicemail":
            note(call, "voicemail", True)
        case "IvrEnd" if fact.uniqueid == call.linkedid:
            note(call, "end_source", plain(fields.get("source", ""), 128))


_HANDLERS: dict[type[Any], Callable[[Call, Any], None]] = {
    own.CallOpened: _call_opened,
    own.LanguageChosen: _language,
    own.StepFact: _step,
    own.QueueReturned: queue_returned,
    own.OutcomeDecided: _outcome,
    own.SurveyAnswered: question_answered,
    ev.ChannelCreated: _channel_created,
    ev.ChannelStateChanged: _channel_state,
    ev.ChannelEnded: _channel_ended,
    ev.HangupRequested: hangup_requested,
    own.RecordingRefused: lambda call, _: recording_refused(call),
    ev.BridgeEntered: _bridged,
    ev.BlindTransferred: _transferred,
    ev.AttendedTransferred: _transferred,
    ev.RecordingStarted: recording_started,
    ev.HoldStarted: _hold,
    ev.HoldEnded: _hold,
    ev.QueueJoined: queue_joined,
    ev.QueueLeft: queue_left,
    ev.QueueAbandoned: queue_abandoned,
    ev.AgentCalled: agent_called,
    ev.AgentConnected: agent_connected,
    ev.AgentRingNoAnswer: agent_ring_no_answer,
    ev.AgentDumped: agent_dumped,
    ev.AgentCompleted: agent_completed,
    ev.UserEvent: _user_event,
}

TOLD = frozenset(_HANDLERS)
"""The types of fact that have a part in a story."""
