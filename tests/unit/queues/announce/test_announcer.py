"""The announcer: who is told what, when, and that nobody is told anything after he has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.ami import events as ev
from ivr.ami.actions import Actions
from ivr.ami.snapshot import MemberState, QueueSnapshot, QueueState
from ivr.ami.wire import Headers, Reply
from ivr.core.clock import FixedClock
from ivr.queues.announce import Announcer
from ivr.queues.callbacks.ticket import Ticket
from ivr.queues.floor import Floor
from ivr.queues.live import LiveQueues
from prompts.sounds import duration

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Telephone(Actions):
    """Keeps what it is told to do."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.sent: list[tuple[str, dict[str, Any]]] = []

    async def action(self, name: str, headers: Headers | None = None, *, timeout: float | None = None) -> Reply:
        self.sent.append((name, dict(headers or {})))
        return Reply({"Value": "ko"})

    async def list_action(
        self, name: str, headers: Headers | None = None, *, timeout: float | None = None
    ) -> Sequence[Reply]:
        raise AssertionError(name)

    def said(self) -> list[tuple[str, str]]:
        """To whom, and what."""
        return [
            tuple(one.partition("=")[2] for one in headers["Variable"][:2])
            for name, headers in self.sent
            if name == "Originate"
        ]


class Room:
    def __init__(self, **queue: object) -> None:
        site = load_site(demo_site())
        settings = {"announcer": "engine", "announce_position": 20, **queue}
        site = site.model_copy(update={"queues": {"service": site.queues["service"].model_copy(update=settings)}})
        self.clock = FixedClock(NOON)
        self.live = LiveQueues()
        self.floor = Floor(self.live, lambda: site)
        self.telephone = Telephone(self.clock)
        self.tickets: list[Ticket] = []
        self.announcer = Announcer(self.telephone, self.floor, lambda: self.tickets, lambda: site, self.clock)
        member = MemberState(queue="service", interface="PJSIP/6001", status=2)
        self.tell(
            ev.ConnectionRestored(
                at=NOON, snapshot=QueueSnapshot(at=NOON, queues=(QueueState(queue="service"),), members=(member,))
            )
        )

    def tell(self, event: ev.AmiEvent) -> None:
        self.live.tell(event)
        self.floor.tell(event)
        self.announcer.tell(event)

    def join(self, uniqueid: str, language: str = "zh-CN") -> None:
        if language:
            self.floor.expect(uniqueid, 0, language=language)
        self.tell(ev.QueueJoined(at=self.clock.now(), uniqueid=uniqueid, queue="service"))

    def leave(self, uniqueid: str) -> None:
        self.tell(ev.QueueLeft(at=self.clock.now(), uniqueid=uniqueid, queue="service"))

    async def after(self, seconds: float) -> list[tuple[str, str]]:
        """What has been said in the meantime, looked at twice a second."""
        before = len(self.telephone.said())
        for _ in range(int(seconds * 2)):
            self.clock.advance(0.5)
            await self.announcer.look()
        return self.telephone.said()[before:]


@pytest.fixture
def room() -> Room:
    return Room()


async def test_the_position_is_told_soon_and_then_at_the_interval(room: Room) -> None:
    room.join("1.1")
    assert await room.after(2) == [("1.1", "queue-youarenext")]
    assert await room.after(18) == []
    assert await room.after(3) == [("1.1", "queue-youarenext")]


async def test_those_who_wait_to_be_called_back_are_counted(room: Room) -> None:
    room.tickets = [Ticket(1, "service", "139", place=NOON, created=NOON, not_before=NOON)]
    room.clock.advance(5)
    room.join("1.1", "ko-KR")
    assert await room.after(2) == [("1.1", "queue-thereare&digits/2&queue-callswaiting")]


async def test_whoever_is_called_back_and_stands_in_the_queue_is_counted_once(room: Room) -> None:
    ticket = Ticket(1, "service", "139", place=NOON, created=NOON, not_before=NOON)
    calling = ticket.claim(NOON, "callback-1-1-ab", NOON, "PJSIP/6001")
    room.tickets = [calling.confirmed(NOON).released()]
    room.floor.expect("callback-1-1-ab", 0, since=NOON, language="zh-CN")
    room.clock.advance(5)
    room.join("callback-1-1-ab", "")
    room.join("1.1")
    said = dict(await room.after(2))
    assert said == {"callback-1-1-ab": "queue-youarenext", "1.1": "queue-thereare&digits/2&queue-callswaiting"}


async def test_the_expected_wait_follows_where_the_site_wants_it() -> None:
    room = Room(announce_wait=True, wrapup=0)
    room.tell(ev.AgentCompleted(at=NOON, queue="service", talk_s=170))
    room.join("1.1", "en-US")
    assert await room.after(2) == [("1.1", "queue-youarenext&ivr/queue-wait-is&digits/3&ivr/minutes-many")]


async def test_comfort_messages_come_in_turn_and_never_into_another_word() -> None:
    room = Room(announce_position=0, comfort=["queue-comfort", "queue-offer-callback-1"], comfort_every=10)
    room.join("1.1")
    assert [what for _, what in await room.after(40)] == ["ivr/queue-comfort", "ivr/queue-offer-callback-1"] * 2
    room = Room(announce_position=10, comfort=["queue-comfort"], comfort_every=10)
    room.join("1.1")
    said = [(second, what) for second in range(1, 61) for _, what in await room.after(1)]
    assert [what for _, what in said] == ["queue-youarenext", "ivr/queue-comfort"] * 6
    for (begun, what), (following, _) in pairwise(said):
        assert following - begun > duration("zh-CN", what.removeprefix("ivr/"))


async def test_whoever_leaves_is_told_no_more(room: Room) -> None:
    room.join("1.1")
    await room.after(2)
    (own,) = [headers["ChannelId"] for name, headers in room.telephone.sent if name == "Originate"]
    room.leave("1.1")
    await room.after(1)
    assert ("Hangup", {"Channel": own, "Cause": 16}) in room.telephone.sent
    assert await room.after(60) == []


async def test_what_has_been_said_to_its_end_is_not_hung_up(room: Room) -> None:
    room.join("1.1")
    await room.after(2)
    own = room.telephone.sent[-1][1]["ChannelId"]
    room.tell(ev.ChannelEnded(at=NOON, uniqueid=own, linkedid=own, cause=16))
    room.leave("1.1")
    await room.after(2)
    assert [name for name, _ in room.telephone.sent] == ["Originate"]


async def test_a_language_nobody_told_is_asked_of_the_channel(room: Room) -> None:
    room.join("1.1", "")
    await room.after(2)
    assert room.telephone.sent[-1][1]["Variable"][2] == "IVR_LANGUAGE=ko"


async def test_a_queue_where_asterisk_announces_is_left_to_it() -> None:
    room = Room(announcer="asterisk")
    room.join("1.1")
    assert await room.after(60) == []


async def test_nothing_is_said_while_asterisk_is_out_of_sight(room: Room) -> None:
    room.join("1.1")
    room.tell(ev.ConnectionLost(at=NOON))
    assert await room.after(60) == []
