"""Callers leave a queue that has become empty, where the site wants that, and not before it has been empty a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.ami import events as ev
from ivr.ami.actions import Actions
from ivr.ami.snapshot import QueueSnapshot, QueueState
from ivr.ami.wire import Headers, Reply
from ivr.core.clock import FixedClock
from ivr.queues.emptying import Emptying
from ivr.queues.floor import Floor
from ivr.queues.live import LiveQueues

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Asterisk(Actions):
    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.withdrawn: list[dict[str, Any]] = []

    async def action(self, name: str, headers: Headers | None = None, *, timeout: float | None = None) -> Reply:
        assert name == "QueueWithdrawCaller"
        self.withdrawn.append(dict(headers or {}))
        return Reply({})

    async def list_action(
        self, name: str, headers: Headers | None = None, *, timeout: float | None = None
    ) -> Sequence[Reply]:
        waiting = {"1.1": "PJSIP/trunk-1", "callback-1-1-ab-queue": "Local/service@ivr-callback-queue-1;2"}
        return [
            Reply({"Event": "QueueEntry", "Queue": "service", "Position": "1", "Uniqueid": one, "Channel": channel})
            for one, channel in waiting.items()
        ]


class Room:
    def __init__(self, *, leave: bool) -> None:
        site = load_site(demo_site())
        queues = {"service": site.queues["service"].model_copy(update={"leave_empty": leave})}
        site = site.model_copy(update={"queues": queues})
        self.clock = FixedClock(NOON)
        self.live = LiveQueues()
        self.asterisk = Asterisk(self.clock)
        floor = Floor(self.live, lambda: site)
        self.emptying = Emptying(self.asterisk, floor, lambda: site, self.clock)
        snapshot = QueueSnapshot(at=NOON, queues=(QueueState(queue="service"),))
        self.live.tell(ev.ConnectionRestored(at=NOON, snapshot=snapshot))
        self.live.tell(ev.QueueJoined(at=NOON, uniqueid="1.1", queue="service"))

    async def after(self, seconds: int) -> list[dict[str, Any]]:
        for _ in range(seconds):
            self.clock.advance(1)
            await self.emptying.look()
        return self.asterisk.withdrawn

    def member(self, *, removed: bool = False) -> None:
        event = ev.QueueMemberChanged(at=NOON, queue="service", interface="PJSIP/6001", status=1, removed=removed)
        self.live.tell(event)


async def test_callers_leave_after_a_while_and_nobody_is_taken_for_one() -> None:
    room = Room(leave=True)
    assert await room.after(5) == []
    assert (await room.after(1))[:1] == [{"Queue": "service", "Caller": "PJSIP/trunk-1", "WithdrawInfo": "empty"}]
    assert {one["Caller"] for one in room.asterisk.withdrawn} == {"PJSIP/trunk-1"}


async def test_an_agent_who_comes_back_in_time_keeps_them() -> None:
    room = Room(leave=True)
    await room.after(4)
    room.member()
    await room.after(4)
    room.member(removed=True)
    assert await room.after(4) == []


async def test_most_sites_let_callers_wait() -> None:
    assert await Room(leave=False).after(60) == []


async def test_nobody_is_taken_out_while_asterisk_is_out_of_sight() -> None:
    room = Room(leave=True)
    room.live.tell(ev.ConnectionLost(at=NOON))
    assert await room.after(60) == []
