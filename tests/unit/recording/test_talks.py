"""Who talked to the caller and when; the rows are as the journal wrote them of real transfers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.storage.models import Call, Leg, QueueVisit, Recording, Ring, Step
from recording.context import Heard, context_of
from recording.holds import Hold, holds
from recording.talks import never_joined, talk_of, talks
from recording.transcription.transcript import PartyTranscript, Word

BEGUN = datetime(2026, 11, 2, 2, 6, 40, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def leg(uniqueid: str, role: str, agent: str, *times: float | None) -> Leg:
    started, answered, ended = (None if one is None else after(one) for one in times)
    return Leg(uniqueid=uniqueid, role=role, agent=agent, started_at=started, answered_at=answered, ended_at=ended)


def step(at: float, event: str, **detail: Any) -> Step:
    return Step(at=after(at), step=event, kind="talk", event=event, detail=detail)


def visit(agent: str, uniqueid: str, *times: float, ended_by: str, queue: str = "service") -> QueueVisit:
    joined, connected, completed = map(after, times)
    ring = Ring(agent=agent, uniqueid=uniqueid, started_at=joined, ended_at=connected, result="answered")
    return QueueVisit(
        queue=queue, joined_at=joined, left_at=connected, connected_at=connected, completed_at=completed, agent=agent,
        outcome="answered", ended_by=ended_by, rings=[ring],
    )  # fmt: skip


def call(legs: list[Leg], steps: list[Step], visits: list[QueueVisit], ended: float, by: str = "agent") -> Call:
    recordings = [
        Recording(uniqueid=one.uniqueid, role=one.role, agent=one.agent, started_at=one.answered_at, gaps=[])
        for one in legs
        if one.role in {"caller", "agent"}
    ]
    return Call(
        started_at=BEGUN, ended_at=after(ended), outcome="answered", hung_up_by=by, legs=legs, steps=steps,
        visits=visits, recordings=recordings,
    )  # fmt: skip


CALLER = ("1.1", "caller", "")


def blind() -> Call:
    """REFER to the second agent's number."""
    return call(
        [
            leg(*CALLER, 0, 0, 22.1),
            leg("1.2", "agent", "lee", 10.8, 10.9, 15.4),
            leg("1.3", "agent", "kim", 15.4, 17.9, 20),
        ],
        [step(15.41, "unhold", by="agent", agent="lee"), step(15.42, "transfer", kind="blind", agent="lee", to="6002")],
        [visit("lee", "1.2", 10.8, 10.9, 15.42, ended_by="transfer")],
        22.1,
    )


def attended() -> Call:
    """``*72``: the caller is on hold while the second agent is asked; Asterisk tells no end of that hold."""
    return call(
        [
            leg(*CALLER, 0, 0, 28.6),
            leg("1.5", "agent", "lee", 10.5, 10.52, 21.94),
            leg("1.6", "other", "", 20.0, 20.2, 22.3),
            leg("1.8", "agent", "kim", 19.0, 20.2, 24.7),
        ],
        [step(15.8, "hold", by="agent", agent="lee"), step(21.93, "transfer", kind="attended", agent="lee")],
        [visit("lee", "1.5", 10.5, 10.53, 21.94, ended_by="transfer")],
        28.6,
    )


def test_handed_on_unasked() -> None:
    first, second = talks(blind())
    assert (first.agent, first.start, first.end, first.transfers) == ("lee", 10.9, 15.42, (15.42,))
    assert (first.ended_by, first.handed_by) == ("transfer", "")
    assert first.ring == pytest.approx(0.1)
    assert (second.agent, second.start, second.end, second.transfers) == ("kim", 17.9, 20.0, ())
    assert (second.ended_by, second.handed_by) == ("agent", "lee")
    assert second.ring == pytest.approx(2.5)


def test_handed_on_after_asking_the_second_agents_talk_begins_with_the_caller() -> None:
    first, second = talks(attended())
    assert (first.end, first.ended_by, first.transfers) == (21.93, "transfer", (21.93,))
    assert (second.agent, second.start, second.end, second.handed_by) == ("kim", 21.93, 24.7, "lee")
    assert second.ring == pytest.approx(1.2)


def test_the_hold_of_asking_ends_with_the_transfer() -> None:
    one = attended()
    assert holds(one.steps, lambda at: (at - BEGUN).total_seconds(), 28.6) == [Hold(15.8, 21.93, "agent", "lee")]


def test_who_was_never_joined_has_no_talk_and_is_not_judged() -> None:
    one = attended()
    one.steps = [step(15.8, "hold", by="agent", agent="lee"), step(22.0, "unhold", by="agent", agent="lee")]
    one.visits = [visit("lee", "1.5", 10.5, 10.53, 28.0, ended_by="caller")]
    one.legs[3].ended_at = after(21.5)
    assert [(talk.agent, talk.ended_by) for talk in talks(one)] == [("lee", "caller")]
    assert never_joined(one, "1.8")
    assert not never_joined(one, "1.5")
    assert not never_joined(attended(), "1.8")
    assert not never_joined(blind(), "1.3")


def test_handed_on_twice_and_to_a_queue() -> None:
    one = blind()
    one.legs += [leg("1.4", "agent", "park", 20, 22, 30)]
    one.steps += [step(20.0, "transfer", kind="blind", agent="kim", to="service")]
    one.visits += [visit("park", "1.4", 20, 22, 30, ended_by="caller", queue="cards")]
    one.ended_at = after(31)
    found = talks(one)
    assert [(talk.agent, talk.ended_by, talk.handed_by) for talk in found] == [
        ("lee", "transfer", ""),
        ("kim", "transfer", "lee"),
        ("park", "caller", "kim"),
    ]
    assert [talk.transfers for talk in found] == [(15.42,), (20.0,), ()]


def test_an_agent_who_talks_twice_is_told_apart_by_his_legs() -> None:
    one = blind()
    one.legs += [leg("1.4", "agent", "lee", 20, 22, 30)]
    one.steps += [step(20.0, "transfer", kind="blind", agent="kim", to="6001")]
    one.ended_at, one.hung_up_by = after(30), "caller"
    assert talk_of(one, "lee", "1.2") == talks(one)[0]
    again = talk_of(one, "lee", "1.4")
    assert again is not None
    assert (again.start, again.ended_by, again.handed_by) == (22.0, "caller", "kim")
    assert talk_of(one, "lee", "9.9") is None, "which of the two is not known"


def test_a_caller_who_hangs_up_while_the_agent_answers_was_never_joined() -> None:
    one = blind()
    one.steps, one.legs = [], one.legs[:2]
    one.visits[0].connected_at = one.visits[0].completed_at = None
    assert talks(one) == ()
    assert never_joined(one, "1.2")


def test_a_visit_whose_leg_is_not_known_is_not_told_twice() -> None:
    one = blind()
    one.steps = []
    one.visits[0].rings[0].uniqueid = ""
    one.legs[2].agent = "lee"
    assert [(talk.agent, talk.start, talk.end) for talk in talks(one)] == [("lee", 10.9, 15.42)]
    assert not never_joined(one, "1.2")


def test_a_call_without_legs_or_visits_has_no_talks() -> None:
    assert talks(call([leg(*CALLER, 0, 0, 5)], [], [], 5)) == ()
    assert talk_of(call([], [], [], 5), "lee", "1.2") is None


def said(*spans: tuple[float, float]) -> PartyTranscript:
    words = tuple(Word("word", start, end) for start, end in spans)
    return PartyTranscript(words, spans, 30.0, 60.0, "model")


def test_both_agents_have_their_own_context() -> None:
    one = attended()
    rows = {row.agent or "caller": row for row in one.recordings}
    caller = Heard(rows["caller"], said((11, 12), (23, 24)))
    lee = context_of(one, rows["lee"], Heard(rows["lee"], said((0.5, 2.0))), caller, "zh-CN")
    kim = context_of(one, rows["kim"], Heard(rows["kim"], said((0.2, 1.2), (2.0, 3.0))), caller, "zh-CN")
    assert (lee.talk, lee.transfers, lee.ended_by, lee.queue) == ((10.53, 21.93), (21.93,), "transfer", "service")
    assert (kim.talk, kim.transfers, kim.ended_by, kim.queue) == ((21.93, 24.7), (), "agent", "service")
    assert lee.holds == lee.apart == ((15.8, 21.93),), "what he says then he says to his colleague"
    assert kim.holds == kim.apart == (), "the first agent's hold is not the second's"
    assert kim.ring == pytest.approx(1.2)
    assert kim.agent_offset == pytest.approx(20.2)


def test_who_held_whom() -> None:
    """The caller's own hold is none of the agent's, nor is that of a colleague he asks; unheard words are both."""
    one = call(
        [leg(*CALLER, 0, 0, 60), leg("1.2", "agent", "lee", 9, 10, 60)],
        [
            step(20, "hold", by="caller", agent=""), step(22, "hold", by="agent", agent="lee"),
            step(25, "unhold", by="caller", agent=""), step(31, "unhold", by="agent", agent="lee"),
            step(40, "hold", by="caller", agent=""), step(46, "unhold", by="caller", agent=""),
            step(50, "hold", by="agent", agent="kim"), step(52, "unhold", by="agent", agent="kim"),
        ],
        [visit("lee", "1.2", 2, 10, 60, ended_by="caller")], 60, "caller",
    )  # fmt: skip
    found = holds(one.steps, lambda at: (at - BEGUN).total_seconds(), 60.0)
    assert [(hold.start, hold.end, hold.by, hold.agent) for hold in found] == [
        (20, 25, "caller", ""), (22, 31, "agent", "lee"), (40, 46, "caller", ""), (50, 52, "agent", "kim"),
    ]  # fmt: skip
    rows = {row.agent or "caller": row for row in one.recordings}
    caller = Heard(rows["caller"], said((12, 14), (33, 39), (47, 49), (53, 59)))
    lee = context_of(one, rows["lee"], Heard(rows["lee"], said((4, 9), (13, 20), (39, 40))), caller, "zh-CN")
    assert lee.holds == ((22, 31),), "a hold is no silence besides, and what lee says in it ends none"
    assert lee.apart == ((20, 31), (40, 46))


def test_a_pause_of_the_recording_is_no_wait() -> None:
    one = call(
        [leg(*CALLER, 0, 0, 60), leg("1.2", "agent", "lee", 9, 10, 60)], [],
        [visit("lee", "1.2", 2, 10, 60, ended_by="caller")], 60, "caller",
    )  # fmt: skip
    rows = {row.agent or "caller": row for row in one.recordings}
    agent, caller = Heard(rows["lee"], said((0, 5), (35, 40))), Heard(rows["caller"], said((15, 18)))
    silent = context_of(one, rows["lee"], agent, caller, "zh-CN")
    assert silent.silences == silent.holds == ((18, 45),)
    assert context_of(one, rows["lee"], agent, caller, "zh-CN", [(19, 44)]).holds == ()
    rest = context_of(one, rows["lee"], agent, caller, "zh-CN", [(19, 30)])
    assert rest.holds == ((30, 45),), "what is silent beside the pause is a wait still"
    assert context_of(one, rows["lee"], agent, caller, "zh-CN", [(50, 59)]).holds == ((18, 45),)
