"""From the headers Asterisk sends to typed events.

Events without a reader here are dropped by the client and counted. DTMFBegin and DTMFEnd must never get one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypedDict

from ivr.ami import events as ev
from ivr.ami.errors import AmiError
from ivr.ami.wire import whole
from ivr.core.clock import Clock

_ONCE = ("Channel", "Uniqueid", "Linkedid", "DestChannel", "DestUniqueid", "DestLinkedid")

Raw = Mapping[str, str | list[str]]
"""Headers with names in any case; a header that came more than once is a list."""


def event_from(headers: Raw, clock: Clock) -> ev.AmiEvent | None:
    """The typed event, or None for one we have no use for.

    Raises:
        AmiError: if it says twice which channel it is about. Asterisk 22 copies a line feed in a caller ID or in the
            number dialled (``%0d%0a`` in SIP) into the event, so one of the two is a caller's word.
    """
    reader = _READERS.get(_text(headers, "Event").lower())
    if reader is None:
        return None
    if reader is not _user_event and any(isinstance(headers.get(name), list) for name in _ONCE):
        raise AmiError("a manager event that a caller has written into")
    return reader(headers, _at(headers, clock))


def _text(headers: Raw, name: str) -> str:
    value = headers.get(name, "")
    if isinstance(value, list):
        # Asterisk's own headers come first; a second one of the same name was added by a dialplan.
        value = value[0]
    return "" if value == "<unknown>" else value


def _int(headers: Raw, name: str, default: int = 0) -> int:
    return whole(_text(headers, name), default)


def _flag(headers: Raw, name: str) -> bool:
    return _text(headers, name).lower() in {"1", "yes", "true"}


def _at(headers: Raw, clock: Clock) -> datetime:
    seconds, _, fraction = _text(headers, "Timestamp").partition(".")
    try:
        micros = int(fraction[:6].ljust(6, "0")) if fraction else 0
        return datetime.fromtimestamp(int(seconds), UTC).replace(microsecond=micros)
    except (ValueError, OverflowError, OSError):
        return clock.now()


class _Ids(TypedDict):
    at: datetime
    linkedid: str
    uniqueid: str
    channel: str


class _Agent(_Ids):
    queue: str
    interface: str
    member: str
    dest_uniqueid: str


def _ids(h: Raw, at: datetime) -> _Ids:
    return _Ids(at=at, linkedid=_text(h, "Linkedid"), uniqueid=_text(h, "Uniqueid"), channel=_text(h, "Channel"))


def _agent(h: Raw, at: datetime) -> _Agent:
    ids = _ids(h, at)
    ids["linkedid"] = ids["linkedid"] or _text(h, "DestLinkedid")  # the caller may be gone, see ivr.ami.pairs
    return _Agent(
        **ids,
        queue=_text(h, "Queue"),
        interface=_text(h, "Interface"),
        member=_text(h, "MemberName"),
        dest_uniqueid=_text(h, "DestUniqueid"),
    )


def _channel_created(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.ChannelCreated(
        **_ids(h, at),
        caller_number=_text(h, "CallerIDNum"),
        caller_name=_text(h, "CallerIDName"),
        context=_text(h, "Context"),
        extension=_text(h, "Exten"),
    )


def _channel_state(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.ChannelStateChanged(
        **_ids(h, at), state=_int(h, "ChannelState", -1), description=_text(h, "ChannelStateDesc")
    )


def _channel_ended(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.ChannelEnded(**_ids(h, at), cause=_int(h, "Cause"), cause_text=_text(h, "Cause-txt"))


def _hangup_requested(h: Raw, at: datetime) -> ev.AmiEvent:
    cause = _text(h, "Cause")
    return ev.HangupRequested(
        **_ids(h, at),
        cause=int(cause) if cause.isascii() and cause.isdigit() else None,
        tech_cause=_text(h, "TechCause"),
    )


def _bridge_entered(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.BridgeEntered(**_ids(h, at), bridge=_text(h, "BridgeUniqueid"), context=_text(h, "Context"))


def _bridge_left(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.BridgeLeft(**_ids(h, at), bridge=_text(h, "BridgeUniqueid"))


def _recording_started(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.RecordingStarted(**_ids(h, at))


def _recording_muted(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.RecordingMuted(**_ids(h, at), muted=_flag(h, "State"), direction=_text(h, "Direction"))


def _hold_started(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.HoldStarted(**_ids(h, at))


def _hold_ended(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.HoldEnded(**_ids(h, at))


def _blind_transferred(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.BlindTransferred(
        **_prefixed(h, at, "Transferer"),
        result=_text(h, "Result"),
        context=_text(h, "Context"),
        extension=_text(h, "Extension"),
    )


def _attended_transferred(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.AttendedTransferred(
        **_prefixed(h, at, "OrigTransferer"),
        result=_text(h, "Result"),
        second_uniqueid=_text(h, "SecondTransfererUniqueid"),
        second_linkedid=_text(h, "SecondTransfererLinkedid"),
        caller_linkedid=_text(h, "TransfereeLinkedid"),
    )


def _prefixed(h: Raw, at: datetime, who: str) -> _Ids:
    names = (f"{who}Linkedid", f"{who}Uniqueid", f"{who}Channel")
    if any(isinstance(h.get(name), list) for name in names):
        raise AmiError("a manager event that a caller has written into")
    linkedid, uniqueid, channel = (_text(h, name) for name in names)
    return _Ids(at=at, linkedid=linkedid, uniqueid=uniqueid, channel=channel)


def _queue_joined(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.QueueJoined(**_ids(h, at), queue=_text(h, "Queue"), position=_int(h, "Position"), count=_int(h, "Count"))


def _queue_left(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.QueueLeft(**_ids(h, at), queue=_text(h, "Queue"), position=_int(h, "Position"), count=_int(h, "Count"))


def _queue_abandoned(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.QueueAbandoned(
        **_ids(h, at),
        queue=_text(h, "Queue"),
        position=_int(h, "Position"),
        original_position=_int(h, "OriginalPosition"),
        hold_s=_int(h, "HoldTime"),
    )


def _agent_called(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.AgentCalled(**_agent(h, at), dest_channel=_text(h, "DestChannel"))


def _agent_connected(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.AgentConnected(**_agent(h, at), hold_s=_int(h, "HoldTime"), ring_s=_int(h, "RingTime"))


def _agent_ring_no_answer(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.AgentRingNoAnswer(**_agent(h, at), ring_s=_int(h, "RingTime") / 1000)


def _agent_dumped(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.AgentDumped(**_agent(h, at))


def _agent_completed(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.AgentCompleted(
        **_agent(h, at), hold_s=_int(h, "HoldTime"), talk_s=_int(h, "TalkTime"), reason=_text(h, "Reason").lower()
    )


def _member_changed(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.QueueMemberChanged(
        at=at,
        queue=_text(h, "Queue"),
        interface=_text(h, "Interface"),
        member=_text(h, "MemberName"),
        status=_int(h, "Status"),
        paused=_flag(h, "Paused"),
        paused_reason=_text(h, "PausedReason"),
        in_call=_flag(h, "InCall"),
        removed=_text(h, "Event").lower() == "queuememberremoved",
    )


def _contact_changed(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.ContactChanged(
        at=at, endpoint=_text(h, "EndpointName"), aor=_text(h, "AOR"), status=_text(h, "ContactStatus")
    )


def _user_event(h: Raw, at: datetime) -> ev.AmiEvent:
    fields: dict[str, str] = {}
    own = False
    for name, value in h.items():
        if name.lower() in {"content", "actionid"}:
            continue  # panoramisk's own key; the id of a UserEvent action
        if own:
            fields[name] = value[0] if isinstance(value, list) else value
        elif isinstance(value, list):
            fields[name] = value[1]
        own = own or name.lower() == "userevent"
    return ev.UserEvent(**_ids(h, at), name=_text(h, "UserEvent"), fields=MappingProxyType(fields))


def _fully_booted(_: Raw, at: datetime) -> ev.AmiEvent:
    return ev.FullyBooted(at=at)


def _shutdown(h: Raw, at: datetime) -> ev.AmiEvent:
    return ev.Shutdown(at=at, restart=_flag(h, "Restart"))


_READERS: dict[str, Callable[[Raw, datetime], ev.AmiEvent]] = {
    "newchannel": _channel_created,
    "newstate": _channel_state,
    "hangup": _channel_ended,
    "hanguprequest": _hangup_requested,
    "bridgeenter": _bridge_entered,
    "bridgeleave": _bridge_left,
    "mixmonitorstart": _recording_started,
    "mixmonitormute": _recording_muted,
    "blindtransfer": _blind_transferred,
    "attendedtransfer": _attended_transferred,
    "hold": _hold_started,
    "unhold": _hold_ended,
    "queuecallerjoin": _queue_joined,
    "queuecallerleave": _queue_left,
    "queuecallerabandon": _queue_abandoned,
    "agentcalled": _agent_called,
    "agentconnect": _agent_connected,
    "agentringnoanswer": _agent_ring_no_answer,
    "agentdump": _agent_dumped,
    "agentcomplete": _agent_completed,
    "queuememberadded": _member_changed,
    "queuememberremoved": _member_changed,
    "queuememberpause": _member_changed,
    "queuememberstatus": _member_changed,
    "contactstatus": _contact_changed,
    "userevent": _user_event,
    "fullybooted": _fully_booted,
    "shutdown": _shutdown,
}
