"""The state of queues and channels at one moment, as QueueStatus and CoreShowChannels tell it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """One queue and its counters since Asterisk started; averages and service level in whole seconds."""

    queue: str
    strategy: str = ""
    calls: int = 0
    max: int = 0
    completed: int = 0
    abandoned: int = 0
    hold_s: int = 0
    talk_s: int = 0
    service_level_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberState:
    """One agent in one queue; ``status`` is Asterisk's device state (see ``QueueMemberChanged``).

    ``last_call`` and ``last_pause`` are Unix seconds, 0 when there was none.
    """

    queue: str
    interface: str
    member: str = ""
    penalty: int = 0
    calls_taken: int = 0
    status: int = 0
    paused: bool = False
    paused_reason: str = ""
    in_call: bool = False
    last_call: int = 0
    last_pause: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCaller:
    """A caller in a queue; ``wait_s`` in whole seconds, ``position`` from 1."""

    queue: str
    position: int
    uniqueid: str
    channel: str = ""
    caller_number: str = ""
    wait_s: int = 0
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel that is up or ringing; ``duration_s`` in whole seconds, ``state`` as in ``ChannelStateChanged``."""

    channel: str
    uniqueid: str
    linkedid: str
    state: int = -1
    caller_number: str = ""
    context: str = ""
    extension: str = ""
    application: str = ""
    bridge: str = ""
    duration_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """Queues, their members and waiting callers, and all channels, at ``at``."""

    at: datetime
    queues: tuple[QueueState, ...] = ()
    members: tuple[MemberState, ...] = ()
    waiting: tuple[WaitingCaller, ...] = ()
    channels: tuple[ChannelState, ...] = ()
