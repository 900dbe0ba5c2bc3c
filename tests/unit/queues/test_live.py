"""Queues as they are now, told by a snapshot and by events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.ami import events as ev
from ivr.ami.snapshot import MemberState, QueueSnapshot, QueueState, WaitingCaller
from ivr.queues import LiveQueues

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def member(**more: object) -> ev.QueueMemberChanged:
    values = {"at": at(0), "queue": "service", "interface": "PJSIP/6001", "member": "agent-lee", "status": 1, **more}
    return ev.QueueMemberChanged(**values)  # type: ignore[arg-type]


def test_callers_wait_from_the_moment_they_join_until_they_leave() -> None:
    live = LiveQueues()
    live.tell(ev.QueueJoined(at=at(0), uniqueid="1.1", queue="service", position=1, count=1))
    live.tell(ev.QueueJoined(at=at(4), uniqueid="1.2", queue="service", position=2, count=2))
    assert live["service"].longest_wait(at(10)) == 10
    live.tell(ev.QueueLeft(at=at(11), uniqueid="1.1", queue="service", position=1, count=1))
    assert live["service"].longest_wait(at(12)) == 8
    live.tell(ev.QueueLeft(at=at(12), uniqueid="1.2", queue="service", position=1, count=0))
    assert live["service"].longest_wait(at(20)) == 0


def test_a_queue_where_callers_wait_and_nobody_is_logged_in_is_unattended() -> None:
    live = LiveQueues()
    joined = live.tell(ev.QueueJoined(at=at(0), uniqueid="1.1", queue="service", position=1, count=1))
    assert joined is not None
    assert joined.unattended
    live.tell(member())
    assert not live["service"].unattended
    live.tell(member(removed=True))
    assert live["service"].unattended


def test_an_agent_is_free_when_his_phone_is_and_he_is_not_paused() -> None:
    live = LiveQueues()
    live.tell(member())
    agent = live["service"].members["PJSIP/6001"]
    assert (agent.agent, agent.free) == ("agent-lee", True)
    live.tell(member(status=2))
    assert not live["service"].members["PJSIP/6001"].free
    live.tell(member(paused=True))
    assert not live["service"].members["PJSIP/6001"].free


def test_a_snapshot_replaces_what_was_known() -> None:
    live = LiveQueues()
    live.tell(ev.QueueJoined(at=at(0), uniqueid="gone", queue="old", position=1, count=1))
    snapshot = QueueSnapshot(
        at=at(60),
        queues=(QueueState(queue="service"),),
        members=(MemberState(queue="service", interface="PJSIP/6002", member="agent-kim", status=1),),
        waiting=(
            WaitingCaller(queue="service", position=2, uniqueid="1.2", wait_s=5),
            WaitingCaller(queue="service", position=1, uniqueid="1.1", wait_s=30),
        ),
    )
    live.tell(ev.ConnectionRestored(at=at(60), snapshot=snapshot))
    assert [queue.name for queue in live] == ["service"]
    assert list(live["service"].waiting) == ["1.1", "1.2"]
    assert live["service"].longest_wait(at(61)) == 31
    assert live["service"].members["PJSIP/6002"].free


def test_events_of_other_matters_change_nothing() -> None:
    live = LiveQueues()
    assert live.tell(ev.ChannelStateChanged(at=at(0), uniqueid="1.1", state=6)) is None
    assert list(live) == []
