"""Agents' figures: three rings, picking up, handling time, occupancy; no figure where there is no data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.reports.indicators import indicators
from ivr.reports.indicators.facts import RingFacts, StateFacts, TalkFacts
from ivr.reports.indicators.handling import (
    after_call,
    handling_time,
    occupancy,
    pickup_rate,
    pickup_time,
    three_rings,
)
from ivr.reports.indicators.load import load_facts
from ivr.reports.indicators.model import Rules
from ivr.reports.traffic.build import build
from ivr.storage.database import Database
from ivr.storage.models import AgentState, AgentTalk, Call, QueueVisit
from recording.analytics.spans import length, merged, without

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ring(result: str, length_s: float, agent: str = "lee") -> RingFacts:
    return RingFacts(agent, "service", at(0), at(length_s), result)


def talk(begin: float, end: float | None, agent: str = "lee") -> TalkFacts:
    return TalkFacts(agent, "service", at(begin), None if end is None else at(end))


def state(name: str, begin: float, end: float | None, agent: str = "lee") -> StateFacts:
    return StateFacts(agent, name, at(begin), None if end is None else at(end))


def test_three_rings_are_the_agents_and_not_what_others_ended() -> None:
    found = three_rings(
        [ring("answered", 15), ring("answered", 16), ring("refused", 2), ring("no_answer", 20), ring("cancelled", 5),
         ring("cancelled", 18)],
        15,
    )  # fmt: skip
    assert (found.value, found.numerator, found.denominator, found.norm) == (20.0, 1, 5, "B3")


def test_picking_up() -> None:
    rings = [ring("answered", 4), ring("answered", 8), ring("no_answer", 15), ring("cancelled", 3)]
    assert (pickup_rate(rings).numerator, pickup_rate(rings).denominator) == (2, 3)
    assert (pickup_time(rings).value, pickup_time(rings).denominator) == (6.0, 2)


def test_handling_time_has_the_after_call_work_that_followed_each_talk() -> None:
    talks = [talk(0, 60), talk(100, 130), talk(200, None)]
    states = [state("wrapup", 60.4, 70.4), state("wrapup", 130, 140), state("wrapup", 500, 900)]
    after = after_call(talks, states, at(1000))
    assert [after.get(one) for one in talks] == [10.0, 10.0, None]
    found = handling_time(talks, after)
    assert (found.value, found.numerator, found.denominator) == (55.0, 110.0, 2)
    alone = handling_time(talks, None)
    assert (alone.value, alone.denominator) == (45.0, 2)
    assert "not on record" in alone.formula.en


def test_after_call_work_is_nobody_elses_and_ends_now() -> None:
    talks = [talk(0, 60), talk(0, 60, "kim")]
    after = after_call(talks, [state("wrapup", 60, 400, "kim")], at(100))
    assert after == {talks[1]: 40.0}


def test_occupancy_is_work_on_calls_in_the_time_an_agent_was_ready() -> None:
    states = [
        state("logged_in", 0, 3600),
        state("logged_in", 0, 3600),  # of his second queue
        state("paused", 600, 1200),
        state("on_phone", 1200, 1500),
        state("talking", 100, 400),
        state("wrapup", 400, 500),
    ]
    found = occupancy([talk(100, 400)], states, at(0), at(3600))
    assert (found.numerator, found.denominator) == (400.0, 2700.0)
    assert found.value == pytest.approx(100 * 400 / 2700)
    # The hour is cut: what came before and after does not count.
    cut = occupancy([talk(100, 400)], states, at(450), at(1000))
    assert (cut.numerator, cut.denominator) == (50.0, 150.0)


def test_a_pause_that_begins_in_a_talk_takes_nothing_from_it() -> None:
    states = [state("logged_in", 0, 1000), state("paused", 150, 1000), state("talking", 100, 300)]
    found = occupancy([], states, at(0), at(1000))
    assert (found.numerator, found.denominator) == (200.0, 300.0)


def test_without_states_occupancy_cannot_be_told_and_says_so() -> None:
    found = occupancy([talk(0, 60)], None, at(0), at(3600))
    assert found.value is None
    assert found.reason is not None
    assert "cannot be told" in found.reason.en
    assert "无法得出" in found.reason.zh


stretches = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8)


@given(stretches, stretches)
def test_stretches_are_sets_of_seconds(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    def seconds(rows: list[tuple[int, int]]) -> set[int]:
        return {second for begin, end in rows for second in range(begin, end)}

    def union(rows: list[tuple[int, int]]) -> list[tuple[float, float]]:
        return merged((begin, end) for begin, end in rows if begin < end)

    left = without(union(some), union(others))
    assert length(union(some)) == len(seconds(some))
    assert length(left) == len(seconds(some) - seconds(others))


async def test_states_of_the_database_make_handling_time_and_occupancy(database: Database) -> None:
    visit = QueueVisit(
        queue="service", joined_at=at(90), left_at=at(100), connected_at=at(100), completed_at=at(400),
        outcome="answered", agent="lee",
    )  # fmt: skip
    async with database.write() as session:
        session.add(Call(linkedid="1.0", started_at=at(80), ended_at=at(400), visits=[visit]))
        for name, begin, end in (("logged_in", 0, None), ("talking", 100, 400), ("wrapup", 400, 450)):
            session.add(
                AgentState(agent="lee", state=name, began_at=at(begin), ended_at=None if end is None else at(end))
            )
    async with database.read() as session:
        found = {one.id: one for one in (await indicators(session, at(0), at(1000))).whole}
        before = {one.id: one for one in (await indicators(session, at(-1000), at(0))).whole}
    assert (found["handling_time"].value, found["handling_time"].denominator) == (350.0, 1)
    assert (found["occupancy"].numerator, found["occupancy"].denominator) == (350.0, 1000.0)
    assert before["occupancy"].reason is not None


async def test_after_a_hand_over_both_agents_have_their_talk(database: Database) -> None:
    visit = QueueVisit(
        queue="service", joined_at=at(0), left_at=at(5), connected_at=at(5), completed_at=at(65), outcome="answered",
        agent="lee", ended_by="transfer",
    )  # fmt: skip
    talks = [
        AgentTalk(agent="lee", origin="queue", queue="service", connected_at=at(5), completed_at=at(65)),
        AgentTalk(agent="kim", origin="agent", handed_by="lee", connected_at=at(70), completed_at=at(100)),
    ]
    async with database.write() as session:
        session.add(Call(linkedid="1.0", started_at=at(0), ended_at=at(100), visits=[visit], talks=talks))
    async with database.read() as session:
        facts = await load_facts(session, at(0), at(1000), now=at(1000))
    found = build(facts, Rules(), "agent", UTC)
    assert [(row.name, row.figures["handling_time"].value) for row in found.rows] == [("kim", 30.0), ("lee", 60.0)]
    whole = found.whole["handling_time"]
    assert (whole.value, whole.denominator) == (45.0, 2)
    assert found.whole["answer_rate"].denominator == 1
    by_queue = build(facts, Rules(), "queue", UTC)
    assert by_queue.rows[0].figures["handling_time"].value == 60.0
