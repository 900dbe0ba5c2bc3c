"""Calls told by CEL and queue_log alone."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.journal.reconcile.gather import gather
from ivr.journal.reconcile.rebuild import Seen, rebuild
from tests.unit.journal.reconcile.asterisk_wrote import AGENTS, NAMES, moved, plain, rows_of


def seen(name: str) -> list[Seen]:
    return rebuild(gather(*rows_of(name)), AGENTS)


def of(name: str, caller: str) -> Seen:
    return next(one for one in seen(name) if one.call.caller == caller)


def test_five_calls_of_a_demo() -> None:
    ours = [one for one in seen("demo") if one.ours]
    assert [(one.call.outcome, one.call.hung_up_by, one.call.number) for one in ours] == [
        ("answered", "agent", "1000"),
        ("answered", "caller", "1000"),
        ("answered", "caller", "1000"),
        ("voicemail", "caller", "2000"),
        ("abandoned", "caller", "1000"),
    ]
    assert all(one.over and one.whole and one.queues and not one.dead for one in ours)
    assert all(not one.disagreements for one in ours)


def test_times_have_the_fractions_of_cel_and_lie_in_the_seconds_of_queue_log() -> None:
    call = of("demo", "13800138001").call
    (visit,) = call.visits
    assert (visit.agent, visit.position, visit.ended_by) == ("agent-lee", 2, "caller")
    for at, second in (
        (visit.joined_at, 1795314228),
        (visit.connected_at, 1795314253),
        (visit.completed_at, 1795314289),
    ):
        assert at is not None
        assert at.microsecond
        assert abs(at.timestamp() - second - 0.5) <= 1.5
    assert [(ring.agent, ring.result) for ring in visit.rings][-1] == ("agent-lee", "answered")


def test_who_gives_up_has_no_agent() -> None:
    call = of("demo", "13800138003").call
    (visit,) = call.visits
    assert (visit.outcome, visit.agent, visit.connected_at, visit.completed_at) == ("abandoned", "", None, None)
    assert [leg.role for leg in call.legs] == ["caller"]


def test_transfers_keep_the_second_agent_in_the_call() -> None:
    unasked, asked = (one.call for one in seen("transfers") if any(step.event == "transfer" for step in one.call.steps))
    assert [(leg.role, leg.agent) for leg in unasked.legs] == [
        ("caller", ""),
        ("agent", "agent-lee"),
        ("agent", "agent-kim"),
    ]
    assert unasked.visits[0].ended_by == asked.visits[0].ended_by == "transfer"
    assert {leg.agent for leg in asked.legs} == {"", "agent-lee", "agent-kim"}
    assert [step.detail["kind"] for call in (unasked, asked) for step in call.steps] == ["blind", "attended"]
    assert unasked.hung_up_by == "agent"


def test_phones_that_nobody_took_up_and_a_wait_to_the_end() -> None:
    told = [
        (visit.outcome, [(ring.agent, ring.result) for ring in visit.rings])
        for one in seen("misses")
        for visit in one.call.visits
    ]
    assert told == [
        ("abandoned", [("agent-01", "refused"), ("agent-01", "no_answer"), ("agent-01", "cancelled")]),
        ("timeout", []),
        ("abandoned", [("agent-02", "cancelled")]),
    ]
    (refused, missed, _) = seen("misses")[0].call.visits[0].rings
    assert refused.ended_at and missed.ended_at
    assert (refused.ended_at - refused.started_at).total_seconds() < 2
    assert 5 < (missed.ended_at - missed.started_at).total_seconds() < 8


def test_hanging_up_while_the_agent_is_told_who_is_calling() -> None:
    told = [
        (visit.outcome, visit.connected_at is not None, [ring.result for ring in visit.rings], len(one.call.talks))
        for one in seen("whispers")
        if one.ours
        for visit in one.call.visits
    ]
    assert told == [
        ("answered", True, ["answered"], 1),
        ("abandoned", False, ["cancelled"], 0),  # the caller did
        ("answered", True, ["refused", "answered"], 1),  # the agent did: the caller waited on
    ]


def test_an_agent_who_logs_in_is_no_call() -> None:
    strangers = [one for one in seen("transfers") if not one.ours]
    assert strangers
    assert all("6001" in one.call.legs[0].channel or "6002" in one.call.legs[0].channel for one in strangers)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    cel, queue = rows_of(name)
    wanted = [plain(one.call) for one in rebuild(gather(cel, queue), AGENTS)]
    # Rows of one moment keep the order of the file; nothing else is left of it.
    mixed = sorted(cel, key=lambda row: (row.at.minute % 3, row.at))
    swapped = [row for second in range(1, -1, -1) for row in queue if int(row.at.timestamp()) % 2 == second]
    assert [plain(one.call) for one in rebuild(gather(mixed, swapped), AGENTS)] == wanted


@settings(max_examples=25)
@given(st.sampled_from(NAMES), st.integers(0, 10_000))
def test_rows_that_are_missing_or_told_twice_are_survived(name: str, seed: int) -> None:
    choose = random.Random(seed)
    cel, queue = rows_of(name)
    events = [row for row in cel if choose.random() > 0.3]
    rows = [row for row in queue for _ in range(choose.choice((0, 1, 1, 2)))]
    for one in rebuild(gather(events, rows), AGENTS):
        for leg in one.call.legs:
            assert leg.ended_at is None or leg.ended_at >= leg.started_at
        assert not (one.over and one.dead)


def test_a_call_whose_end_asterisk_did_not_live_to_tell_is_dead() -> None:
    cel, queue = rows_of("demo")
    linkedid = of("demo", "13800138001").call.linkedid
    last = max(row.at for row in cel)
    cut = [row for row in cel if row.linkedid != linkedid or row.event not in {"HANGUP", "CHAN_END", "LINKEDID_END"}]
    (open_one,) = (one for one in rebuild(gather(cut, queue), AGENTS) if one.call.linkedid == linkedid)
    assert (open_one.over, open_one.dead, open_one.call.ended_at) == (False, False, None)
    boot = moved(next(row for row in queue if row.event == "QUEUESTART"), 0)
    boot = moved(boot, (last - boot.at + timedelta(seconds=5)).total_seconds())
    (dead,) = (one for one in rebuild(gather(cut, [*queue, boot]), AGENTS) if one.call.linkedid == linkedid)
    assert (dead.over, dead.dead) == (False, True)


def test_sources_that_contradict_each_other_are_named() -> None:
    cel, queue = rows_of("demo")
    late = [moved(row, 5) if row.event == "ENTERQUEUE" and row.callid == "1795314228.8" else row for row in queue]
    found = rebuild(gather(cel, late), AGENTS)
    assert [one.call.linkedid for one in found if one.disagreements] == ["1795314228.8"]
