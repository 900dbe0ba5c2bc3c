"""The floor: priorities, who could be rung, what is expected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.ami import events as ev
from ivr.ami.snapshot import MemberState, QueueSnapshot, QueueState, WaitingCaller
from ivr.queues.expected import Handling, expected_wait
from ivr.queues.floor import Floor
from ivr.queues.live import LiveQueues

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


class Room:
    """Live queues and the floor over them, told the same events."""

    def __init__(self, **queue: object) -> None:
        site = load_site(demo_site())
        changed = site.queues["service"].model_copy(update=queue)
        self.site: Site = site.model_copy(update={"queues": {"service": changed}})
        self.live = LiveQueues()
        self.floor = Floor(self.live, lambda: self.site)

    def tell(self, *events: ev.AmiEvent) -> None:
        for event in events:
            self.live.tell(event)
            self.floor.tell(event)


def joined(uniqueid: str, second: float) -> ev.QueueJoined:
    return ev.QueueJoined(at=at(second), uniqueid=uniqueid, queue="service")


def member(extension: str, *, status: int = 1, paused: bool = False) -> ev.QueueMemberChanged:
    return ev.QueueMemberChanged(
        at=at(0), queue="service", interface=f"PJSIP/{extension}", member="x", status=status, paused=paused
    )


def restored(*waiting: WaitingCaller, members: tuple[MemberState, ...] = ()) -> ev.ConnectionRestored:
    snapshot = QueueSnapshot(at=at(0), queues=(QueueState(queue="service"),), waiting=waiting, members=members)
    return ev.ConnectionRestored(at=at(0), snapshot=snapshot)


def test_a_caller_has_the_priority_and_the_place_he_was_expected_with() -> None:
    room = Room()
    room.floor.expect("1.1", 5, language="ko-KR")
    room.floor.expect("callback-7-1-ab", 0, since=at(-600), language="en-US")
    room.tell(joined("1.1", 3), joined("callback-7-1-ab", 4), joined("stranger", 5))
    assert {(one.key, one.priority, one.since) for one in room.floor.places()} == {
        ("1.1", 5, at(3)),
        ("callback-7-1-ab", 0, at(-600)),
        ("stranger", 0, at(5)),
    }
    assert room.floor.language("1.1") == "ko-KR"
    assert room.floor.language("stranger") == ""


def test_after_a_gap_priorities_are_read_off_asterisk() -> None:
    room = Room()
    room.tell(restored(WaitingCaller(queue="service", position=1, uniqueid="1.1", wait_s=5, priority=10)))
    assert [one.priority for one in room.floor.places("service")] == [5]


def test_a_queue_is_empty_as_its_site_means_it() -> None:
    room = Room()
    assert not room.floor.empty("service")  # Asterisk is not in sight: nobody is turned away
    room.tell(restored())
    assert room.floor.empty("service")
    room.tell(member("6001", paused=True))
    assert not room.floor.empty("service")
    room.tell(ev.ConnectionLost(at=at(9)))
    assert not room.floor.empty("service")


@pytest.mark.parametrize(
    ("status", "paused", "empty"), [(1, False, False), (2, False, False), (5, False, True), (1, True, True)]
)
def test_where_only_those_who_can_be_rung_count(status: int, paused: bool, empty: bool) -> None:
    room = Room(empty="unreachable")
    room.tell(restored(), member("6001", status=status, paused=paused))
    assert room.floor.empty("service") is empty


def test_agents_who_talk_or_pause_are_not_free() -> None:
    room = Room()
    room.tell(restored(), member("6001"), member("6002", status=2), member("6003", paused=True))
    assert room.floor.free_agents() == {"PJSIP/6001": {"service"}}
    assert room.floor.working("service") == 2


def test_who_is_out_of_after_call_work_sooner_comes_first() -> None:
    room = Room(wrapup=10)
    room.tell(restored(), member("6001"), member("6002"), member("6003"))
    for second, extension in ((50, "6001"), (45, "6003")):
        room.tell(ev.AgentCompleted(at=at(second), queue="service", interface=f"PJSIP/{extension}", talk_s=5))
    assert list(room.floor.free_agents()) == ["PJSIP/6002", "PJSIP/6003", "PJSIP/6001"]


def test_expected_wait_is_position_times_handling_over_agents() -> None:
    room = Room(wrapup=10)
    room.tell(restored(), member("6001"), member("6002", status=2))
    assert room.floor.expected_wait("service", 3, at(0)) is None  # no talk to go by
    for second, talk in ((0, 80), (60, 100)):
        room.tell(ev.AgentCompleted(at=at(second), queue="service", talk_s=talk))
    # Mean handling (90 + 110) / 2 = 100 s; two at work.
    assert room.floor.expected_wait("service", 3, at(60)) == pytest.approx(150)
    assert room.floor.expected_wait("service", 1, at(60)) == pytest.approx(50)


def test_old_talks_and_a_queue_without_agents_tell_nothing() -> None:
    handling = Handling(kept=2)
    for second, seconds in ((0, 500), (1, 40), (2, 60)):
        handling.add(at(second), seconds)
    assert handling.mean(at(3)) == 50
    assert handling.mean(at(4000)) is None
    assert expected_wait(2, 50, 0) is None
    assert expected_wait(2, 50, 4) == 25


def test_whoever_is_on_his_way_into_a_queue_is_counted_until_he_is_in_or_gone() -> None:
    room = Room()
    room.floor.expect("0.1", 0, queue="service")
    assert room.floor.length("service") == 0  # Asterisk is not in sight: nobody is turned away
    room.tell(restored(WaitingCaller(queue="service", position=1, uniqueid="0.1", wait_s=5)))
    assert room.floor.length("service") == 1
    room.floor.expect("1.1", 0, queue="service")
    room.floor.expect("1.2", 0, queue="service")
    room.floor.expect("1.3", 0, queue="sales")
    room.floor.expect("callback-7-1-ab", 0)
    assert room.floor.length("service") == 3
    room.floor.speaks("1.1", "ko-KR")
    room.floor.tell(joined("1.1", 3))  # the live queues are told a moment later
    assert room.floor.length("service") == 3
    room.live.tell(joined("1.1", 3))
    assert room.floor.length("service") == 3
    room.tell(ev.ChannelEnded(at=at(4), uniqueid="1.2", linkedid="1.2", channel="PJSIP/x", cause=16))
    assert room.floor.length("service") == 2
    room.tell(ev.QueueLeft(at=at(5), uniqueid="1.1", queue="service"))
    assert room.floor.length("service") == 1
    room.tell(joined("1.3", 6))  # on the emergency route, for example
    assert (room.floor.length("service"), room.floor.length("sales")) == (2, 0)
    room.tell(ev.ConnectionLost(at=at(9)))
    assert room.floor.length("service") == 0
