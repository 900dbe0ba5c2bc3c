"""The desk: a real book in SQLite, a telephone that keeps what it is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialplan.loading import load_site
from dialplan.model import CallbackSettings, Hours
from dialplan.schedule import Position
from dialplan.sites import demo_site
from ivr.ami import events as ev
from ivr.ami.actions import Actions
from ivr.ami.errors import AmiNotConnected
from ivr.ami.snapshot import MemberState, QueueSnapshot, QueueState
from ivr.ami.wire import Headers, Reply
from ivr.core.clock import FixedClock
from ivr.core.errors import UsageError
from ivr.queues.callbacks.book import Noted, Wish
from ivr.queues.callbacks.desk import CallbackDesk
from ivr.queues.floor import Floor
from ivr.queues.live import LiveQueues
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import Audit, Callback

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LEE = "PJSIP/6001"


class Asterisk(Actions):
    """Members that can be paused, channels that can be hung up; ``sent`` is what was asked for."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.members = {LEE: {"Status": "1", "Paused": "0", "PausedReason": ""}}
        self.alive: dict[str, str] = {}
        self.down = False

    async def action(self, name: str, headers: Headers | None = None, *, timeout: float | None = None) -> Reply:
        if self.down:
            raise AmiNotConnected("down")
        told = dict(headers or {})
        self.sent.append((name, told))
        if name == "QueuePause":
            paused = told["Paused"] == "true"
            self.members[str(told["Interface"])] |= {
                "Paused": "1" if paused else "0",
                "PausedReason": str(told.get("Reason", "")) if paused else "",
            }
        if name == "Originate":
            self.alive[str(told["ChannelId"])] = f"{told['Channel']}-0001"
        return Reply({})

    async def list_action(
        self, name: str, headers: Headers | None = None, *, timeout: float | None = None
    ) -> Sequence[Reply]:
        if self.down:
            raise AmiNotConnected("down")
        if name == "CoreShowChannels":
            return [
                Reply({"Event": "CoreShowChannel", "Uniqueid": one, "Linkedid": one, "Channel": channel})
                for one, channel in self.alive.items()
            ]
        return [
            Reply({"Event": "QueueMember", "Queue": "service", "Location": interface, "Name": "lee", **state})
            for interface, state in self.members.items()
        ]

    def originated(self) -> list[dict[str, Any]]:
        return [headers for name, headers in self.sent if name == "Originate"]

    @property
    def lee(self) -> tuple[str, str]:
        return self.members[LEE]["Paused"], self.members[LEE]["PausedReason"]


class Room:
    def __init__(self, database: Database, **settings: object) -> None:
        site = load_site(demo_site())
        made = {"dial": "PJSIP/{number}@trunk", "allowed": ["139XXXXXXXX"], "retry_after": 60, "tries": 2, **settings}
        callback = CallbackSettings.model_validate(made)
        hours = {**site.hours, "closed": Hours(always="closed")}
        self.site = site.model_copy(update={"callback": callback, "hours": hours})
        self.database = database
        self.clock = FixedClock(NOON)
        self.asterisk = Asterisk(self.clock)
        self.live = LiveQueues()
        self.floor = Floor(self.live, lambda: self.site)
        self.switched: dict[str, Position] = {}
        self.desk = CallbackDesk(database, self.asterisk, self.floor, lambda: self.site, self.clock, self.switched.get)

    def restored(self, *members: MemberState) -> None:
        snapshot = QueueSnapshot(at=NOON, queues=(QueueState(queue="service"),), members=members)
        self.tell(ev.ConnectionRestored(at=NOON, snapshot=snapshot))

    def tell(self, event: ev.AmiEvent) -> None:
        self.live.tell(event)
        self.floor.tell(event)
        self.desk.tell(event)

    def logs_in(self, status: int = 1) -> None:
        self.tell(ev.QueueMemberChanged(at=NOON, queue="service", interface=LEE, member="lee", status=status))

    async def wish(self, number: str = "13900000001", since: float = 0) -> Noted:
        wish = Wish(
            queue="service",
            number=number,
            language="ko-KR",
            priority=3,
            place=NOON + timedelta(seconds=since),
            linkedid="1.1",
            service_number="1000",
            flow="main",
            step="later",
            site_version="v",
        )
        return await self.desk.note(wish)

    async def row(self, callback_id: int = 1) -> Callback:
        async with self.database.read() as session:
            found = await session.get(Callback, callback_id)
        assert found is not None
        return found

    async def calling(self) -> str:
        """A wish whose try is under way; the linkedid of it."""
        self.restored()
        self.logs_in()
        await self.wish()
        self.clock.advance(10)
        await self.desk.look()
        return (await self.row()).attempt

    async def ended(self, attempt: str, cause: int = 19) -> None:
        self.asterisk.alive.pop(attempt, None)
        self.tell(ev.ChannelEnded(at=NOON, uniqueid=attempt, linkedid=attempt, cause=cause))
        await self.desk.look()


@pytest.fixture
def room(database: Database) -> Room:
    return Room(database)


async def test_whose_turn_it_is_is_called_and_an_agent_is_held_for_him(room: Room) -> None:
    attempt = await room.calling()
    (call,) = room.asterisk.originated()
    assert (call["Channel"], call["ChannelId"], call["Context"]) == ("PJSIP/13900000001@trunk", attempt, "ivr-callback")
    assert call["Variable"] == ["IVR_NUMBER=1000", "IVR_LANGUAGE=ko"]
    assert room.asterisk.lee == ("1", "callback")
    row = await room.row()
    assert (row.state, row.tries, row.reserved, row.calling) == ("calling", 1, LEE, "13900000001")
    assert await room.desk.of_attempt(attempt) is not None


async def test_nobody_is_called_before_he_has_put_down(room: Room) -> None:
    room.restored()
    room.logs_in()
    await room.wish()
    room.clock.advance(9)
    await room.desk.look()
    assert room.asterisk.originated() == []


async def test_the_agent_is_let_go_when_the_caller_stands_in_the_queue(room: Room) -> None:
    attempt = await room.calling()
    assert await room.desk.confirmed(attempt)
    assert room.asterisk.lee == ("1", "callback")
    room.tell(ev.QueueJoined(at=NOON, uniqueid=attempt, linkedid=attempt, queue="service"))
    await room.desk.look()
    assert room.asterisk.lee == ("0", "")
    assert [(one.key, one.priority, one.since) for one in room.floor.places()] == [(attempt, 3, NOON)]
    room.tell(ev.AgentConnected(at=NOON, uniqueid=attempt, linkedid=attempt, queue="service", interface=LEE))
    await room.desk.look()
    row = await room.row()
    assert (row.state, row.calling, row.reserved) == ("done", None, "")


async def test_whoever_does_not_answer_is_called_again_and_then_no_more(room: Room) -> None:
    await room.ended(await room.calling())
    row = await room.row()
    assert (row.state, row.why, row.calling) == ("waiting", "no answer", None)
    assert room.asterisk.lee == ("0", "")
    room.clock.advance(59)
    await room.desk.look()
    assert len(room.asterisk.originated()) == 1
    room.clock.advance(1)
    await room.desk.look()
    await room.ended((await room.row()).attempt, cause=17)
    row = await room.row()
    assert (row.state, row.tries, row.why) == ("failed", 2, "busy")


async def test_whoever_took_the_call_and_met_no_agent_loses_neither_place_nor_try(room: Room) -> None:
    attempt = await room.calling()
    await room.desk.confirmed(attempt)
    await room.desk.without_agent(attempt)
    await room.ended(attempt, cause=16)  # he puts down when he has been told so
    row = await room.row()
    assert (row.state, row.tries, row.why, row.calling, row.place_at) == ("waiting", 0, "no agent", None, NOON)
    assert room.asterisk.lee == ("0", "")
    room.clock.advance(59)  # he is not called while he still hears it
    await room.desk.look()
    assert len(room.asterisk.originated()) == 1
    room.clock.advance(1)
    await room.desk.look()
    assert len(room.asterisk.originated()) == 2


async def test_whoever_hangs_up_while_he_waits_has_had_his_callback(room: Room) -> None:
    attempt = await room.calling()
    await room.desk.confirmed(attempt)
    await room.ended(attempt, cause=16)
    assert (await room.row()).state == "cancelled"


async def test_an_agent_whom_the_queue_rings_already_is_not_held(room: Room) -> None:
    room.asterisk.members[LEE]["Status"] = "6"
    await room.calling()
    row = await room.row()
    assert (row.state, row.tries, row.why) == ("waiting", 0, "agent taken")
    assert room.asterisk.originated() == []
    assert room.asterisk.lee == ("0", "")


async def test_an_agent_who_paused_himself_meanwhile_stays_paused(room: Room) -> None:
    attempt = await room.calling()
    room.asterisk.members[LEE]["PausedReason"] = "lunch"
    await room.ended(attempt)
    assert room.asterisk.lee == ("1", "lunch")


async def test_without_asterisk_nothing_is_lost(room: Room) -> None:
    room.restored()
    room.logs_in()
    await room.wish()
    room.clock.advance(10)
    room.asterisk.down = True
    await room.desk.look()
    assert (await room.row()).state == "waiting"
    room.asterisk.down = False
    room.clock.advance(31)
    await room.desk.look()
    assert (await room.row()).state == "calling"


async def test_a_desk_that_begins_anew_ends_what_was_cut_off(room: Room, database: Database) -> None:
    await room.calling()
    after = Room(database)
    after.asterisk.members[LEE] |= {"Paused": "1", "PausedReason": "callback"}
    after.restored()
    await after.desk.look()
    row = await after.row()
    assert (row.state, row.why) == ("waiting", "interrupted")
    assert after.asterisk.lee == ("0", "")


async def test_a_desk_that_begins_anew_leaves_a_try_that_goes_on(room: Room, database: Database) -> None:
    attempt = await room.calling()
    after = Room(database)
    after.asterisk.members[LEE] |= {"Paused": "1", "PausedReason": "callback"}
    after.asterisk.alive[attempt] = "PJSIP/trunk-1"
    after.restored()
    await after.desk.look()
    assert (await after.row()).state == "calling"
    assert after.asterisk.lee == ("1", "callback")


async def test_a_try_without_a_word_is_hung_up(room: Room) -> None:
    attempt = await room.calling()
    room.clock.advance(200)
    await room.desk.look()
    assert ("Hangup", {"Channel": "PJSIP/13900000001@trunk-0001", "Cause": 16}) in room.asterisk.sent
    row = await room.row()
    assert (row.state, row.why, row.attempt) == ("waiting", "no word", attempt)


async def test_nobody_who_may_be_talking_is_hung_up(room: Room) -> None:
    attempt = await room.calling()
    await room.desk.confirmed(attempt)  # and the event that an agent took him was lost
    room.clock.advance(4000)
    await room.desk.look()
    assert not any(name == "Hangup" for name, _ in room.asterisk.sent)
    assert (await room.row()).state == "done"


async def test_an_agent_is_let_go_though_the_caller_was_not_seen_to_join(room: Room) -> None:
    attempt = await room.calling()
    await room.desk.confirmed(attempt)
    room.live.tell(ev.QueueJoined(at=NOON, uniqueid=attempt, linkedid=attempt, queue="service"))
    room.desk.tell(ev.ConnectionRestored(at=NOON, snapshot=QueueSnapshot(at=NOON)))
    await room.desk.look()
    assert room.asterisk.lee == ("0", "")
    assert (await room.row()).state == "queued"


async def test_outside_the_hours_nobody_is_called(database: Database) -> None:
    room = Room(database, hours="closed")
    await room.calling()
    assert room.asterisk.originated() == []


async def test_hours_opened_by_hand_count(database: Database) -> None:
    room = Room(database, hours="closed")
    room.switched["closed"] = "open"
    await room.calling()
    assert len(room.asterisk.originated()) == 1


async def test_hours_closed_by_hand_count(database: Database) -> None:
    room = Room(database, hours="service")
    room.switched["service"] = "closed"
    await room.calling()
    assert room.asterisk.originated() == []


async def test_what_is_too_late_is_not_called(database: Database) -> None:
    room = Room(database, give_up_after=60)
    await room.wish()
    room.clock.advance(61)
    room.restored()
    room.logs_in()
    await room.desk.look()
    assert (await room.row()).state == "expired"
    assert room.asterisk.originated() == []


async def test_a_number_has_one_place_in_a_queue_and_so_many_a_day(database: Database) -> None:
    room = Room(database, daily=2, most=2)
    assert [await room.wish(), await room.wish()] == [Noted.ACCEPTED, Noted.KNOWN]
    assert [await room.wish("13900000002"), await room.wish("13900000003")] == [Noted.ACCEPTED, Noted.FULL]
    await room.desk.cancel(1, "eve")
    assert await room.wish() is Noted.ACCEPTED
    await room.desk.cancel(3, "eve")
    assert await room.wish() is Noted.FULL  # the third in a day


async def test_a_person_cancels_and_that_is_audited(room: Room) -> None:
    attempt = await room.calling()
    await room.desk.cancel(1, "eve")
    assert (await room.row()).state == "cancelled"
    assert room.asterisk.lee == ("0", "")
    assert any(name == "Hangup" for name, _ in room.asterisk.sent)
    with pytest.raises(UsageError):
        await room.desk.cancel(1, "eve")
    with pytest.raises(UsageError):
        await room.desk.cancel(99, "eve")
    async with room.database.read() as session:
        row = await session.get(Audit, 1)
        assert row is not None
        assert (row.actor, row.action, row.object) == ("eve", "callback.cancel", "callback:1")
        assert (await audit.examine(session)).fault in {"", "no_head"}
    await room.ended(attempt)  # the end of what was hung up changes nothing
    assert (await room.row()).state == "cancelled"


async def test_where_the_agent_is_called_first_a_channel_waits_in_the_callers_place(database: Database) -> None:
    room = Room(database, first="agent")
    attempt = await room.calling()
    (call,) = room.asterisk.originated()
    assert (call["Channel"], call["Context"]) == ("Local/service@ivr-callback-queue/n", "ivr-callback-agent")
    assert "QUEUE_PRIO=7" in call["Variable"]
    assert "IVR_DIAL=PJSIP/13900000001@trunk" in call["Variable"]
    assert room.asterisk.lee == ("0", "")
    room.tell(ev.QueueJoined(at=NOON, uniqueid=f"{attempt}-queue", linkedid=attempt, queue="service"))
    room.tell(ev.AgentConnected(at=NOON, uniqueid=f"{attempt}-queue", linkedid=attempt, queue="service"))
    await room.desk.look()
    assert (await room.row()).state == "connected"
    room.tell(ev.UserEvent(at=NOON, uniqueid="9.9", linkedid=attempt, name="IvrCallback", fields={"State": "told"}))
    await room.desk.look()
    assert (await room.row()).state == "done"


async def test_where_the_agent_is_called_first_waiting_in_vain_costs_no_try(database: Database) -> None:
    room = Room(database, first="agent")
    await room.ended(await room.calling(), cause=0)
    row = await room.row()
    assert (row.state, row.tries, row.why) == ("waiting", 0, "no agent")
    room.clock.advance(4)
    await room.desk.look()
    assert len(room.asterisk.originated()) == 1
