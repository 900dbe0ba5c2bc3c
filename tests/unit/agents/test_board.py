"""What agents do now, as Asterisk's events tell it."""

from __future__ import annotations

import pytest

from ivr.agents.board import AgentBoard
from ivr.agents.states import Change
from ivr.agents.takeover import Written
from ivr.ami import events as ev
from ivr.ami.snapshot import ChannelState, MemberState, QueueSnapshot
from tests.unit.agents.office import agent_event, at, called, channel, member, site


@pytest.fixture
def board() -> AgentBoard:
    """Lee is logged in to one queue since the start of the day."""
    board = AgentBoard(site)
    board.tell(member(0))
    return board


def told(changes: list[Change]) -> list[tuple[str, str, float]]:
    """Changes as (begins or ends, state, seconds)."""
    return [("begin" if one.begins else "end", one.state, (one.at - at(0)).total_seconds()) for one in changes]


def test_a_login_and_a_logout(board: AgentBoard) -> None:
    assert board["lee"].doing(at(1)) == "available"
    assert told(board.tell(member(5, status=2))) == []  # a phone in use changes nothing of it
    assert told(board.tell(member(9, queue="sales"))) == [("begin", "logged_in", 9)]
    assert told(board.tell(member(20, removed=True))) == [("end", "logged_in", 20)]
    assert told(board.tell(member(21, removed=True))) == []
    board.tell(member(30, queue="sales", removed=True))
    assert board["lee"].doing(at(31)) == "logged_out"
    assert board["lee"].since(at(31)) == at(30)


def test_a_pause_is_of_all_queues_and_a_new_reason_is_a_new_stretch(board: AgentBoard) -> None:
    board.tell(member(1, queue="sales"))
    assert told(board.tell(member(2, paused=True, paused_reason="lunch"))) == []
    assert told(board.tell(member(3, queue="sales", paused=True, paused_reason="lunch"))) == [("begin", "paused", 3)]
    assert (board["lee"].doing(at(4)), board["lee"].reason) == ("paused", "lunch")
    changed = board.tell(member(5, paused=True, paused_reason="training"))
    assert [*told(changed), changed[1].reason] == [("end", "paused", 5), ("begin", "paused", 5), "training"]
    board.tell(member(6, queue="sales", paused=True, paused_reason="training"))
    assert told(board.tell(member(7))) == [("end", "paused", 7)]
    assert board["lee"].doing(at(8)) == "available"


def test_who_logs_out_in_a_pause_ends_it(board: AgentBoard) -> None:
    board.tell(member(2, paused=True, paused_reason="lunch"))
    assert told(board.tell(member(5, removed=True))) == [("end", "logged_in", 5), ("end", "paused", 5)]


def test_a_talk_of_a_queue_and_its_wrap_up(board: AgentBoard) -> None:
    board.tell(channel(ev.ChannelCreated, 10, "a1"))
    board.tell(called(10))
    assert board["lee"].doing(at(11)) == "ringing"
    assert told(board.tell(channel(ev.ChannelStateChanged, 12, "a1", state=6))) == []
    (talk,) = board.tell(agent_event(ev.AgentConnected, 13))
    assert (talk.state, talk.queue, talk.linkedid, talk.uniqueid) == ("talking", "service", "c1", "a1")
    assert told(board.tell(channel(ev.BridgeEntered, 13, "a1", bridge="b"))) == []
    assert board["lee"].doing(at(20)) == "talking"
    ended, wrapup = board.tell(agent_event(ev.AgentCompleted, 40))
    assert told([ended, wrapup]) == [("end", "talking", 40), ("begin", "wrapup", 40)]
    assert wrapup.until == at(50)
    assert told(board.tell(channel(ev.ChannelEnded, 40.1, "a1", cause=16))) == []
    assert (board["lee"].doing(at(49)), board["lee"].doing(at(50))) == ("wrapup", "available")
    assert board["lee"].since(at(55)) == at(50)


def test_who_logs_out_in_wrap_up_ends_it(board: AgentBoard) -> None:
    board.tell(agent_event(ev.AgentConnected, 13))
    board.tell(agent_event(ev.AgentCompleted, 40))
    assert told(board.tell(member(45, removed=True))) == [("end", "logged_in", 45), ("end", "wrapup", 45)]


def test_a_pause_in_a_talk_begins_at_once_and_is_told_after_it(board: AgentBoard) -> None:
    board.tell(agent_event(ev.AgentConnected, 13))
    assert told(board.tell(member(20, paused=True, paused_reason="lunch"))) == [("begin", "paused", 20)]
    assert board["lee"].doing(at(21)) == "talking"
    board.tell(agent_event(ev.AgentCompleted, 30))
    assert (board["lee"].doing(at(31)), board["lee"].doing(at(41))) == ("wrapup", "paused")


def test_a_call_handed_on_to_him_is_a_talk_without_a_queue(board: AgentBoard) -> None:
    board.tell(channel(ev.ChannelCreated, 10, "a2"))
    board.tell(channel(ev.UserEvent, 12, "a2", linkedid="c9", name="IvrRecording", fields={"Role": "agent"}))
    (talk,) = board.tell(channel(ev.BridgeEntered, 13, "a2", linkedid="c9", bridge="b"))
    assert (talk.state, talk.queue, talk.linkedid) == ("talking", "", "c9")
    assert told(board.tell(channel(ev.ChannelEnded, 30, "a2", cause=16))) == [("end", "talking", 30)]


def test_any_other_call_is_time_on_the_phone(board: AgentBoard) -> None:
    board.tell(channel(ev.ChannelCreated, 10, "a3"))
    (begun,) = board.tell(channel(ev.ChannelStateChanged, 12, "a3", state=6))
    assert (begun.state, begun.at) == ("on_phone", at(12))
    assert board["lee"].doing(at(13)) == "on_phone"
    assert told(board.tell(channel(ev.ChannelEnded, 15, "a3", cause=16))) == [("end", "on_phone", 15)]
    stranger = ev.ChannelCreated(at=at(20), linkedid="x", uniqueid="x", channel="PJSIP/anonymous-01")
    board.tell(stranger)
    assert board.tell(ev.ChannelStateChanged(at=at(21), linkedid="x", uniqueid="x", state=6)) == []


def test_an_agent_kept_free_for_a_callback_has_missed_what_he_missed(board: AgentBoard) -> None:
    board.tell(agent_event(ev.AgentRingNoAnswer, 10))
    board.tell(member(12, paused=True, paused_reason="callback"))
    board.tell(member(14))
    assert board["lee"].misses == 1
    board.tell(member(16, paused=True, paused_reason="callback"))
    board.tell(member(17, paused=True, paused_reason="lunch"))  # which he has asked for himself
    assert board["lee"].misses == 0


def test_misses_in_a_row_are_counted_and_forgotten(board: AgentBoard) -> None:
    for seconds in (10, 20):
        board.tell(called(seconds))
        board.tell(agent_event(ev.AgentRingNoAnswer, seconds + 5))
    assert board["lee"].misses == 2
    assert board["lee"].doing(at(26)) == "available"
    board.tell(agent_event(ev.AgentConnected, 30))
    assert board["lee"].misses == 0
    board.tell(agent_event(ev.AgentRingNoAnswer, 60, "a2"))
    board.tell(member(70, paused=True))
    assert board["lee"].misses == 0


def test_hanging_up_before_one_is_joined_with_the_caller_is_a_miss(board: AgentBoard) -> None:
    board.tell(called(10))
    board.tell(channel(ev.ChannelStateChanged, 12, "a1", state=6))
    assert board["lee"].doing(at(13)) == "ringing"  # he is told who is calling
    assert board.tell(agent_event(ev.AgentDumped, 14)) == []
    assert (board["lee"].misses, board["lee"].doing(at(15))) == (1, "available")


def test_since_when_a_phone_is_gone(board: AgentBoard) -> None:
    board.tell(member(10, status=5))
    board.tell(member(20, status=5))
    assert board["lee"].gone_since == at(10)
    board.tell(member(25, status=1))
    assert board["lee"].gone_since is None


def test_nobody_is_gone_while_he_talks(board: AgentBoard) -> None:
    board.tell(agent_event(ev.AgentConnected, 13))
    board.tell(member(14, status=5))
    assert board["lee"].gone_since is None
    board.tell(channel(ev.ChannelEnded, 40, "a1", cause=16))
    assert board["lee"].gone_since == at(40)


def test_what_began_and_ended_unseen_is_put_right() -> None:
    board = AgentBoard(site)
    snapshot = QueueSnapshot(
        at=at(101),
        members=(
            MemberState(
                queue="service", interface="PJSIP/6001", member="lee", status=1, paused=True, paused_reason="lunch",
                login=int(at(50).timestamp()), last_pause=int(at(90).timestamp()),
            ),
        ),
        channels=(ChannelState(channel="PJSIP/6002-01", uniqueid="k1", linkedid="c2", state=6),),
    )  # fmt: skip
    written = [
        Written("lee", "logged_in", at(5), queue="sales"),
        Written("lee", "paused", at(40), reason="training"),
        Written("lee", "talking", at(60), queue="service", uniqueid="a1", linkedid="c1"),
        Written("kim", "talking", at(70), queue="service", uniqueid="k1", linkedid="c2"),
        Written("kim", "logged_in", at(6), queue="service"),
    ]
    changes = board.begin(snapshot, written, at(100))
    ended = {(one.agent, one.state, one.queue, one.at, one.exact) for one in changes if not one.begins}
    assert ended == {
        ("lee", "logged_in", "sales", at(100), False),
        ("lee", "paused", "", at(90), False),  # when the other pause began
        ("lee", "talking", "service", at(100), False),
        ("kim", "logged_in", "service", at(100), False),
    }
    begun = {(one.agent, one.state, one.queue, one.at, one.reason) for one in changes if one.begins}
    assert begun == {("lee", "logged_in", "service", at(50), ""), ("lee", "paused", None, at(90), "lunch")}
    assert (board["lee"].doing(at(101)), board["lee"].since(at(101))) == ("paused", at(90))
    # The talk that was known goes on, and ends as any other.
    assert (board["kim"].doing(at(101)), board["kim"].since(at(101))) == ("talking", at(70))
    (end,) = board.tell(ev.ChannelEnded(at=at(120), linkedid="c2", uniqueid="k1", cause=16))
    assert (end.agent, end.state) == ("kim", "talking")


def test_a_talk_that_began_unseen_is_known_from_then_on() -> None:
    board = AgentBoard(site)
    snapshot = QueueSnapshot(
        at=at(100),
        members=(MemberState(queue="service", interface="PJSIP/6001", member="lee", status=2, in_call=True),),
        channels=(ChannelState(channel="PJSIP/6001-01", uniqueid="a1", linkedid="c1", state=6),),
    )
    changes = board.begin(snapshot, [], at(100))
    (talk,) = [one for one in changes if one.state == "talking"]
    assert (talk.queue, talk.uniqueid, talk.linkedid, talk.at, talk.exact) == ("service", "a1", "c1", at(100), False)
    assert told(board.tell(agent_event(ev.AgentCompleted, 140))) == [("end", "talking", 140), ("begin", "wrapup", 140)]


def test_taken_over_again_nothing_changes(board: AgentBoard) -> None:
    snapshot = QueueSnapshot(
        at=at(100), members=(MemberState(queue="service", interface="PJSIP/6001", member="lee", status=1),)
    )
    written = [
        Written("lee", "logged_in", at(0), queue="service"),
        Written("lee", "wrapup", at(95), queue="service", uniqueid="a1", until=at(105)),
    ]
    assert board.begin(snapshot, written, at(100)) == []
    assert board["lee"].doing(at(101)) == "wrapup"


def test_queues_of_others_on_the_same_asterisk_are_passed_over(board: AgentBoard) -> None:
    assert board.tell(member(5, queue="theirs")) == []
    theirs = ev.AgentRingNoAnswer(at=at(6), queue="theirs", interface="PJSIP/6001", member="lee", dest_uniqueid="t1")
    board.tell(theirs)
    assert (list(board["lee"].queues), board["lee"].misses) == (["service"], 0)
    snapshot = QueueSnapshot(at=at(9), members=(MemberState(queue="theirs", interface="PJSIP/6001", member="lee"),))
    assert [one.begins for one in board.begin(snapshot, [], at(9))] == []
    assert not board["lee"].logged_in


def test_a_member_the_site_does_not_know_keeps_his_name(board: AgentBoard) -> None:
    (change,) = board.tell(member(5, interface="Local/77@x", member="Wu\nshi" + "i" * 80))
    assert change.agent == "Wushi" + "i" * 59
