"""A site with two agents, the events Asterisk sends about them, and queues that do what they are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from dialplan.model import Site
from ivr.ami import events as ev
from ivr.ami.errors import AmiActionFailed, AmiNotConnected
from ivr.ami.snapshot import ChannelState, MemberState, QueueSnapshot, WaitingCaller
from ivr.ami.subscription import Subscription
from ivr.core.clock import FixedClock

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

SITE = Site.model_validate(
    {
        "name": "office",
        "company": {"zh-CN": "小店"},
        "zone": "Asia/Shanghai",
        "languages": ["zh-CN", "ko-KR"],
        "default_queue": "service",
        "numbers": {"1000": "main"},
        "flows": {"main": {"start": "bye", "steps": {"bye": {"step": "hangup"}}}},
        "queues": {
            "service": {"extension": "6100", "wrapup": 10},
            "sales": {"extension": "6200", "wrapup": 0, "languages": {"ko-KR": 2}},
        },
        "agents": {
            "lee": {
                "name": "Lee",
                "extension": "6001",
                "number": "801",
                "queues": ["service", "sales"],
                "languages": {"zh-CN": 5, "ko-KR": 3},
            },
            "kim": {
                "name": "Kim",
                "extension": "6002",
                "number": "802",
                "queues": ["service"],
                "languages": {"ko-KR": 5},
            },
        },
        "staffing": {"misses_before_pause": 2, "gone_after": 30},
    }
)


def site() -> Site:
    return SITE


def at(seconds: float) -> datetime:
    """A moment, in seconds after the start of the day."""
    return START + timedelta(seconds=seconds)


def member(seconds: float, queue: str = "service", **fields: Any) -> ev.QueueMemberChanged:
    """QueueMember* of Lee."""
    known: dict[str, Any] = {"interface": "PJSIP/6001", "member": "lee", "status": 1} | fields
    return ev.QueueMemberChanged(at=at(seconds), queue=queue, **known)


def called(seconds: float, call: str = "a1") -> ev.AgentCalled:
    return ev.AgentCalled(
        at=at(seconds), linkedid="c1", uniqueid="c1", queue="service", interface="PJSIP/6001", member="lee",
        dest_uniqueid=call, dest_channel="PJSIP/6001-01",
    )  # fmt: skip


def agent_event(kind: type[ev.AgentEvent], seconds: float, call: str = "a1") -> ev.AgentEvent:
    """An event of a queue about Lee's channel ``call``."""
    return kind(
        at=at(seconds), linkedid="c1", uniqueid="c1", queue="service", interface="PJSIP/6001", member="lee",
        dest_uniqueid=call,
    )  # fmt: skip


def channel(kind: type[ev.ChannelEvent], seconds: float, call: str, **fields: Any) -> ev.ChannelEvent:
    """An event of a channel of Lee's phone."""
    return kind(at=at(seconds), linkedid=fields.pop("linkedid", call), uniqueid=call, channel="PJSIP/6001-01", **fields)


class Exchange:
    """Queues in memory, as the manager shows them."""

    def __init__(self) -> None:
        self.clock = FixedClock(START)
        self.members: dict[tuple[str, str], MemberState] = {}
        self.waiting: list[WaitingCaller] = []
        self.channels: list[ChannelState] = []
        self.asked: list[tuple[Any, ...]] = []
        self.connected = True
        self.subscriptions: list[Subscription] = []

    def events(self, limit: int = 100) -> Subscription:
        found = Subscription(limit, self.clock, lambda _: None)
        self.subscriptions.append(found)
        return found

    def publish(self, event: ev.AmiEvent) -> None:
        for one in self.subscriptions:
            one.put(event)

    async def snapshot(self) -> QueueSnapshot:
        return await self.queue_status()

    async def queue_status(self, queue: str = "") -> QueueSnapshot:
        if not self.connected:
            raise AmiNotConnected("no connection")
        return QueueSnapshot(
            at=self.clock.now(),
            members=tuple(self.members.values()),
            waiting=tuple(self.waiting),
            channels=tuple(self.channels),
        )

    async def queue_add(
        self, queue: str, interface: str, member: str = "", penalty: int = 0, *, paused: bool = False
    ) -> None:
        self._note("add", queue, interface, penalty, paused)
        if (queue, interface) in self.members:
            raise AmiActionFailed("QueueAdd", "already there")
        self.members[queue, interface] = MemberState(
            queue=queue, interface=interface, member=member, penalty=penalty, paused=paused, status=1
        )
        self.publish(self._event(queue, interface))

    async def queue_remove(self, queue: str, interface: str) -> None:
        self._note("remove", queue, interface)
        if (queue, interface) not in self.members:
            raise AmiActionFailed("QueueRemove", "not there")
        event = self._event(queue, interface, removed=True)
        del self.members[queue, interface]
        self.publish(event)

    async def queue_pause(self, interface: str, paused: bool, *, queue: str = "", reason: str = "") -> None:
        self._note("pause", interface, paused, queue, reason)
        for key, one in list(self.members.items()):
            if one.interface == interface and queue in ("", one.queue):
                self.members[key] = MemberState(
                    queue=one.queue, interface=interface, member=one.member, penalty=one.penalty, status=one.status,
                    paused=paused, paused_reason=reason,
                )  # fmt: skip
                self.publish(self._event(*key))

    async def queue_penalty(self, interface: str, penalty: int, *, queue: str) -> None:
        self._note("penalty", interface, penalty, queue)

    def lose(self, interface: str) -> None:
        """The phone can no longer be rung."""
        for key, one in list(self.members.items()):
            if one.interface == interface:
                self.members[key] = MemberState(queue=one.queue, interface=interface, member=one.member, status=5)
                self.publish(self._event(*key))

    def _note(self, *what: Any) -> None:
        if not self.connected:
            raise AmiNotConnected("no connection")
        self.asked.append(what)

    def _event(self, queue: str, interface: str, *, removed: bool = False) -> ev.QueueMemberChanged:
        one = self.members[queue, interface]
        return ev.QueueMemberChanged(
            at=self.clock.now(), queue=queue, interface=interface, member=one.member, status=one.status,
            paused=one.paused, paused_reason=one.paused_reason, removed=removed,
        )  # fmt: skip


def waiting(queue: str, count: int) -> list[WaitingCaller]:
    """Callers who wait in a queue."""
    return [WaitingCaller(queue=queue, position=number + 1, uniqueid=f"{queue}{number}") for number in range(count)]
