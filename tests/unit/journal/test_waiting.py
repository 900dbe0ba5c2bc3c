from __future__ import annotations

from datetime import UTC, datetime

from ivr.ami.events import BridgeEntered, ChannelEnded
from ivr.journal.waiting import WaitingRoom

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def bridge(linkedid: str, uniqueid: str = "") -> BridgeEntered:
    return BridgeEntered(at=NOW, linkedid=linkedid, uniqueid=uniqueid or linkedid, bridge="b")


def test_the_room_is_bounded_and_the_oldest_go_first() -> None:
    room = WaitingRoom(max_calls=2, max_facts=3)
    for linkedid in ("1.0", "2.0", "3.0"):
        room.add(linkedid, [bridge(linkedid)] * 5)
    assert "1.0" not in room
    assert [len(room.of(linkedid)) for linkedid in ("1.0", "2.0", "3.0")] == [0, 3, 3]


def test_when_the_first_channel_ends_nothing_waits_any_more() -> None:
    room = WaitingRoom()
    room.add("1.0", [bridge("1.0")])
    room.add("1.0", [ChannelEnded(at=NOW, linkedid="1.0", uniqueid="1.5", cause=16)])
    assert len(room.of("1.0")) == 2
    room.add("1.0", [ChannelEnded(at=NOW, linkedid="1.0", uniqueid="1.0", cause=16)])
    assert len(room) == 0


def test_a_channel_takes_along_what_waits_about_it_wherever_that_is() -> None:
    room = WaitingRoom(max_calls=3)
    room.add("1.0", [bridge("1.0"), bridge("1.0", "1.5"), bridge("1.0", "1.5")])
    room.add("2.0", [bridge("2.0", "1.5"), bridge("2.0")])
    room.add("9.0", [bridge("9.0", "1.5")])
    assert room.move("1.5", "9.0") == [bridge("9.0", "1.5")] * 3
    assert [room.of(one) for one in ("1.0", "2.0", "9.0")] == [[bridge("1.0")], [bridge("2.0")], [bridge("9.0", "1.5")]]
    assert room.move("1.5", "9.0") == []
    room.drop("9.0")
    room.drop("9.0")
    assert room.move("1.5", "8.0") == []


def test_nothing_moves_that_is_forgotten() -> None:
    room = WaitingRoom(max_calls=2)
    for linkedid in ("1.0", "2.0", "3.0"):
        room.add(linkedid, [bridge(linkedid), bridge(linkedid, "5.5")])
    assert room.move("1.0", "9.0") == []
    assert room.move("5.5", "9.0") == [bridge("9.0", "5.5")] * 2
    room.add("2.0", [ChannelEnded(at=NOW, linkedid="2.0", uniqueid="2.0", cause=16)])
    assert room.move("2.0", "9.0") == []
