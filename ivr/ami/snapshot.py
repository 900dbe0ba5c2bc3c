"""The state of queues and channels at one moment, as QueueStatus and CoreShowChannels tell it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.ami.wire import Reply


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

    ``last_call``, ``last_pause`` and ``login`` are Unix seconds, 0 when there was none or Asterisk does not tell.
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
    login: int = 0


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


def snapshot_from(at: datetime, queue_items: Sequence[Reply], channel_items: Sequence[Reply] = ()) -> QueueSnapshot:
    """The items of a QueueStatus and of a CoreShowChannels as one snapshot."""
    return QueueSnapshot(
        at=at,
        queues=queues_from(queue_items),
        members=members_from(queue_items),
        waiting=waiting_from(queue_items),
        channels=channels_from(channel_items),
    )


def queues_from(items: Iterable[Reply]) -> tuple[QueueState, ...]:
    """The queues in the items of a QueueStatus."""
    return tuple(
        QueueState(
            queue=r["Queue"],
            strategy=r["Strategy"],
            calls=r.number("Calls"),
            max=r.number("Max"),
            completed=r.number("Completed"),
            abandoned=r.number("Abandoned"),
            hold_s=r.number("Holdtime"),
            talk_s=r.number("TalkTime"),
            service_level_s=r.number("ServiceLevel"),
        )
        for r in items
        if r["Event"] == "QueueParams"
    )


def members_from(items: Iterable[Reply]) -> tuple[MemberState, ...]:
    """The agents in the items of a QueueStatus."""
    return tuple(
        MemberState(
            queue=r["Queue"],
            interface=r["Location"],
            member=r["Name"],
            penalty=r.number("Penalty"),
            calls_taken=r.number("CallsTaken"),
            status=r.number("Status"),
            paused=r["Paused"] == "1",
            paused_reason=r["PausedReason"],
            in_call=r["InCall"] == "1",
            last_call=r.number("LastCall"),
            last_pause=r.number("LastPause"),
            login=r.number("LoginTime"),
        )
        for r in items
        if r["Event"] == "QueueMember"
    )


def waiting_from(items: Iterable[Reply]) -> tuple[WaitingCaller, ...]:
    """The waiting callers in the items of a QueueStatus."""
    return tuple(
        WaitingCaller(
            queue=r["Queue"],
            position=r.number("Position"),
            uniqueid=r["Uniqueid"],
            channel=r["Channel"],
            caller_number=_known(r["CallerIDNum"]),
            wait_s=r.number("Wait"),
            priority=r.number("Priority"),
        )
        for r in items
        if r["Event"] == "QueueEntry"
    )


def channels_from(items: Iterable[Reply]) -> tuple[ChannelState, ...]:
    """The channels in the items of a CoreShowChannels."""
    return tuple(
        ChannelState(
            channel=r["Channel"],
            uniqueid=r["Uniqueid"],
            linkedid=r["Linkedid"],
            state=r.number("ChannelState", -1),
            caller_number=_known(r["CallerIDNum"]),
            context=r["Context"],
            extension=r["Exten"],
            application=r["Application"],
            bridge=r["BridgeId"],
            duration_s=_seconds(r["Duration"]),
        )
        for r in items
        if r["Event"] == "CoreShowChannel"
    )


def _known(number: str) -> str:
    return "" if number in {"<unknown>", "unknown"} else number


def _seconds(clock: str) -> int:
    """``HH:MM:SS`` as seconds, 0 for anything else."""
    parts = clock.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return 0
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds
