"""What Asterisk tells us, as frozen facts.

``at`` is the event's own ``Timestamp`` header (``timestampevents=yes``), in UTC with microseconds; the injected
clock stands in when Asterisk sent none. Ids that Asterisk left out are empty strings. Join on ``linkedid``: it is
one for all channels of a call. Durations that Asterisk reports are whole seconds, rounded down; for exact times
take differences of ``at``.

DTMF is not here on purpose: a secret digit must have no way into the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.ami.snapshot import QueueSnapshot

UP = 6
"""State of a channel that has been answered."""
NOT_IN_USE = 1
"""Device state of a phone that can be rung; see ``QueueMemberChanged``."""
UNREACHABLE = frozenset({4, 5})
"""Device states of a phone that cannot be rung at all: invalid, unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiEvent:
    """Base of all events."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEvent(AmiEvent):
    """Base of events that belong to a channel, and so to a call."""

    linkedid: str = ""
    uniqueid: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCreated(ChannelEvent):
    """Newchannel. The caller's number and name are text a stranger chose."""

    caller_number: str = ""
    caller_name: str = ""
    context: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelStateChanged(ChannelEvent):
    """Newstate; state 4 = ring (in), 5 = ringing (out), 6 = up; -1 when Asterisk named none."""

    state: int
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelEnded(ChannelEvent):
    """Hangup; ``cause`` is the Q.850 cause, 16 = normal clearing."""

    cause: int
    cause_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupRequested(ChannelEvent):
    """HangupRequest: the far end of this channel hung up, or its phone rejected.

    ``tech_cause`` is the channel driver's own code, e.g. ``486`` when a SIP phone rejected.
    """

    cause: int | None = None
    tech_cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeEntered(ChannelEvent):
    """BridgeEnter; ``bridge`` is the bridge's unique id, ``context`` where the channel's dialplan stands."""

    bridge: str
    context: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeLeft(ChannelEvent):
    """BridgeLeave; ``bridge`` is the bridge's unique id."""

    bridge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStarted(ChannelEvent):
    """MixMonitorStart: this channel is being recorded from now on. No event is sent when it ends by hangup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingMuted(ChannelEvent):
    """MixMonitorMute: silence is written from now on, or no longer; ``direction`` is read, write or both."""

    muted: bool
    direction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldStarted(ChannelEvent):
    """Hold: this channel's party put the other on hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnded(ChannelEvent):
    """Unhold: this channel's party came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindTransferred(ChannelEvent):
    """BlindTransfer: this channel's agent has handed the other on unasked, or tried to; ``extension`` is where to."""

    result: str
    context: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendedTransferred(ChannelEvent):
    """AttendedTransfer: this channel's agent asked another and then handed the caller on, or tried to.

    ``second_uniqueid`` and ``second_linkedid`` are of his own second channel, where he made a call of its own to ask;
    ``caller_linkedid`` is of the one he handed on.
    """

    result: str
    second_uniqueid: str = ""
    second_linkedid: str = ""
    caller_linkedid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueJoined(ChannelEvent):
    """QueueCallerJoin: a caller waits; ``position`` from 1, ``count`` = callers waiting now."""

    queue: str
    position: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft(ChannelEvent):
    """QueueCallerLeave: a caller no longer waits, for whatever reason; ``count`` = callers still waiting."""

    queue: str
    position: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAbandoned(ChannelEvent):
    """QueueCallerAbandon: the caller hung up while waiting; ``hold_s`` in whole seconds."""

    queue: str
    position: int = 0
    original_position: int = 0
    hold_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent(ChannelEvent):
    """Base of events about a caller (``uniqueid``, ``channel``) and an agent (``dest_uniqueid``).

    ``interface`` is the device (``PJSIP/6001``), ``member`` the name shown to people.
    """

    queue: str
    interface: str = ""
    member: str = ""
    dest_uniqueid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCalled(AgentEvent):
    """AgentCalled: the queue rings an agent."""

    dest_channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnected(AgentEvent):
    """AgentConnect: caller and agent talk; the caller waited ``hold_s``, the phone rang ``ring_s`` (whole seconds)."""

    hold_s: int = 0
    ring_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRingNoAnswer(AgentEvent):
    """AgentRingNoAnswer: nobody answered, or the agent rejected, after ``ring_s``.

    Asterisk sends milliseconds here, rounded down to whole seconds. A reject shows in
    ``HangupRequested.tech_cause``.
    """

    ring_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDumped(AgentEvent):
    """AgentDump: the agent answered and hung up before he was joined with the caller, who waits on in his place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCompleted(AgentEvent):
    """AgentComplete: the talk ended; ``reason`` = caller | agent | transfer; whole seconds."""

    hold_s: int = 0
    talk_s: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMemberChanged(AmiEvent):
    """QueueMemberAdded, -Removed, -Pause, -Status: an agent's standing in one queue.

    ``status`` is Asterisk's device state: 0 unknown, 1 not in use, 2 in use, 3 busy, 4 invalid, 5 unavailable,
    6 ringing, 7 ringing while in use, 8 on hold.
    """

    queue: str
    interface: str
    member: str = ""
    status: int = 0
    paused: bool = False
    paused_reason: str = ""
    in_call: bool = False
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(AmiEvent):
    """ContactStatus: a phone registered, went away, or answers no longer; e.g. Reachable, NonQualified, Removed."""

    endpoint: str
    aor: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent(ChannelEvent):
    """An event our own dialplan sends; ``fields`` holds what it added, without the channel's own headers."""

    name: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FullyBooted(AmiEvent):
    """Asterisk has loaded all modules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown(AmiEvent):
    """Asterisk is going down; ``restart`` says whether it means to come back by itself."""

    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLost(AmiEvent):
    """The manager connection is gone; events are missed from here to ``ConnectionRestored``."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRestored(AmiEvent):
    """Connected again, and resynced: ``snapshot`` is the state of queues and channels after the gap."""

    snapshot: QueueSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsLost(AmiEvent):
    """This subscriber was too slow: ``count`` events were dropped between its neighbours in the stream.

    The cure is the same as after a lost connection: reconcile with ``AmiClient.snapshot()``.
    """

    count: int
