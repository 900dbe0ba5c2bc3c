"""The simulated queue: nobody waits while an agent of his is idle, first come first served, the same at every run."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.errors import UsageError
from ivr.queues.simulation import Agent, Arrival, Line, Outcome, Replayed, Setup, changed, measure, simulate
from ivr.queues.simulation.changes import parse
from ivr.queues.simulation.measures import overtakes
from ivr.queues.simulation.model import STRATEGIES
from ivr.queues.simulation.patience import estimate, mean_patience

ALWAYS = ((0.0, math.inf),)


def house(*agents: Agent, **lines: Line) -> Setup:
    return Setup(lines or {"q": Line("q")}, agents)


def agent(name: str, *queues: str, **penalties: int) -> Agent:
    return Agent(name, dict.fromkeys(queues or ("q",), ALWAYS), penalties)


def call(name: str, at: float, talk: float = 10, **more: object) -> Arrival:
    return Arrival(name, str(more.pop("queue", "q")), at, talk, **more)  # type: ignore[arg-type]


def told(found: Replayed) -> dict[str, tuple[str, float, str]]:
    return {one.id: (one.result, one.waited, one.agent) for one in found.outcomes}


def test_two_callers_and_one_agent() -> None:
    found = simulate([call("a", 0, 30), call("b", 5), call("c", 6, patience=4)], house(agent("lee")))
    assert told(found) == {"a": ("answered", 0, "lee"), "b": ("answered", 25, "lee"), "c": ("abandoned", 4, "")}


def test_ringing_wrapup_and_a_ring_that_nobody_answers() -> None:
    setup = house(agent("lee"), q=Line("q", wrapup=5))
    found = simulate([call("a", 0, 30, ring=3), call("b", 10, ring=2, misses=(4.0,))], setup)
    assert told(found) == {"a": ("answered", 3, "lee"), "b": ("answered", 34, "lee")}  # 3 + 30 + 5, then 4 + 2
    kinds = [(one.kind, one.begin, one.end) for one in sorted(found.busy, key=lambda one: one.begin)]
    assert kinds == [("ring", 0, 3), ("talk", 3, 33), ("wrapup", 33, 38), ("ring", 38, 42), ("ring", 42, 44),
                     ("talk", 44, 54), ("wrapup", 54, 59)]  # fmt: skip


def test_who_gives_up_while_a_phone_rings_frees_the_agent() -> None:
    found = simulate([call("a", 0, ring=20, patience=5), call("b", 1, ring=1)], house(agent("lee")))
    assert told(found) == {"a": ("abandoned", 5, ""), "b": ("answered", 5, "lee")}


def test_the_longest_wait_allowed_and_one_whom_nobody_ever_serves() -> None:
    setup = Setup({"q": Line("q", max_wait=60), "empty": Line("empty")}, (agent("lee"),))
    found = simulate([call("a", 0, 200), call("b", 1), call("c", 2, queue="empty")], setup)
    assert told(found)["b"] == ("timeout", 60, "")
    assert told(found)["c"][0] == "unserved"


def test_priority_then_order() -> None:
    arrivals = [call("a", 0), call("b", 1), call("c", 2, priority=5)]
    found = told(simulate(arrivals, house(agent("lee"))))
    assert [found[name][1] for name in "abc"] == [0, 19, 8]


def test_lower_penalty_first_and_weight_before_age() -> None:
    setup = house(agent("kim", q=2), agent("lee", q=0))
    assert told(simulate([call("a", 0), call("b", 1)], setup)) == {
        "a": ("answered", 0, "lee"),
        "b": ("answered", 0, "kim"),
    }
    two = Setup({"q": Line("q"), "vip": Line("vip", weight=5)}, (agent("lee", "q", "vip"),))
    found = told(simulate([call("a", 0), call("b", 1), call("c", 2, queue="vip")], two))
    assert (found["b"][1], found["c"][1]) == (19, 8)


def test_presence_is_kept() -> None:
    setup = house(Agent("lee", {"q": ((100.0, 130.0), (200.0, math.inf))}))
    found = told(simulate([call("a", 0, 50), call("b", 120)], setup))
    assert found["a"][1] == 100  # not there before
    assert found["b"][1] == 80  # the talk outlasts the first stretch; then he is away


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("linear", "aaaa"), ("rrmemory", "abca"), ("fewestcalls", "abca"), ("leastrecent", "abca"), ("ringall", "abca")],
)
def test_strategies(strategy: str, expected: str) -> None:
    setup = house(*map(agent, "abc"), q=Line("q", strategy))  # type: ignore[arg-type]
    found = simulate([call(str(number), 100 * number) for number in range(4)], setup)
    assert "".join(one.agent for one in found.outcomes) == expected


times = st.integers(0, 200).map(float)
arrivals_of = st.lists(
    st.builds(
        Arrival,
        id=st.just(""),
        queue=st.sampled_from(["q", "vip"]),
        at=times,
        talk=st.integers(0, 60).map(float),
        patience=st.one_of(st.just(math.inf), st.integers(0, 90).map(float)),
        priority=st.integers(0, 2),
        ring=st.integers(0, 6).map(float),
        misses=st.lists(st.integers(0, 8).map(float), max_size=2).map(tuple),
    ),
    max_size=25,
).map(lambda rows: [replace(one, id=str(number)) for number, one in enumerate(rows)])
agents_of = st.lists(
    st.builds(
        Agent,
        name=st.just(""),
        present=st.sampled_from(
            [{"q": ALWAYS}, {"vip": ALWAYS}, {"q": ALWAYS, "vip": ALWAYS}, {"q": ((50.0, 150.0),)}]
        ),
        penalties=st.sampled_from([{}, {"q": 1}, {"vip": 2}]),
    ),
    max_size=4,
).map(lambda rows: tuple(replace(one, name=f"agent{number}") for number, one in enumerate(rows)))
lines_of = st.builds(
    lambda strategy, wrapup, weight: {
        "q": Line("q", strategy, 0, wrapup),
        "vip": Line("vip", strategy, weight, wrapup),
    },
    st.sampled_from(STRATEGIES),
    st.integers(0, 5).map(float),
    st.integers(0, 3),
)


def waiting_times(one: Outcome, found: Replayed) -> list[tuple[float, float]]:
    """When a caller waited without any phone ringing for him."""
    gaps, at = [], one.at
    for ring in sorted(
        (row for row in found.busy if row.caller == one.id and row.kind == "ring"), key=lambda row: row.begin
    ):
        gaps.append((at, ring.begin))
        at = ring.end
    gaps.append((at, one.ended))
    return [(begin, end) for begin, end in gaps if end > begin]


@settings(max_examples=150)
@given(arrivals_of, agents_of, lines_of)
def test_work_is_conserved(arrivals: list[Arrival], agents: tuple[Agent, ...], lines: dict[str, Line]) -> None:
    """While somebody waits and no phone rings for him, every agent of his queue is busy or not there."""
    found = simulate(arrivals, Setup(lines, agents))
    for one in found.outcomes:
        for begin, end in waiting_times(one, found):
            for staff in agents:
                for since, until in staff.present.get(one.queue, ()):
                    low, high = max(begin, since), min(end, until)
                    if low >= high:
                        continue
                    busy = sum(
                        max(0.0, min(row.end, high) - max(row.begin, low))
                        for row in found.busy
                        if row.agent == staff.name
                    )
                    assert busy == pytest.approx(high - low), (one, staff.name, low, high)


@settings(max_examples=150)
@given(arrivals_of, agents_of, lines_of)
def test_first_come_first_served_within_a_priority(
    arrivals: list[Arrival], agents: tuple[Agent, ...], lines: dict[str, Line]
) -> None:
    """The phone first rings for who came first; a caller of higher priority goes before all who wait."""
    found = simulate(arrivals, Setup(lines, agents))
    rung: dict[str, float] = {}
    for row in found.busy:
        rung[row.caller] = min(rung.get(row.caller, math.inf), row.begin)
    by_id = {one.id: one for one in arrivals}
    outcomes = {one.id: one for one in found.outcomes}
    for one in arrivals:
        for other in arrivals:
            if one.queue != other.queue or one.id not in rung or by_id[one.id] is by_id[other.id]:
                continue
            ahead = (-other.priority, other.at) < (-one.priority, one.at)
            there = other.at < rung[one.id] < outcomes[other.id].ended
            if ahead and there:
                assert rung.get(other.id, math.inf) <= rung[one.id]


@settings(max_examples=100)
@given(arrivals_of, agents_of, lines_of, st.integers(0, 5))
def test_everybody_has_one_end_no_agent_two_callers_and_runs_are_alike(
    arrivals: list[Arrival], agents: tuple[Agent, ...], lines: dict[str, Line], seed: int
) -> None:
    found = simulate(arrivals, Setup(lines, agents), seed=seed)
    assert sorted(one.id for one in found.outcomes) == sorted(one.id for one in arrivals)
    patience = {one.id: one.patience for one in arrivals}
    assert all(0 <= one.waited <= patience[one.id] for one in found.outcomes if one.result != "unserved")
    for staff in agents:
        rows = sorted((row.begin, row.end) for row in found.busy if row.agent == staff.name)
        assert all(one[1] <= other[0] for one, other in pairwise(rows))
    assert simulate(arrivals, Setup(lines, agents), seed=seed) == found


def test_starved_are_those_who_waited_long_and_were_overtaken() -> None:
    setup = Setup({"q": Line("q"), "vip": Line("vip", weight=5)}, (agent("lee", "q", "vip"),))
    arrivals = [call("first", 0, 50), call("poor", 1)]
    arrivals += [call(f"vip{number}", 10 + 40 * number, 50, queue="vip") for number in range(5)]
    found = simulate(arrivals, setup)
    serves = {"lee": ("q", "vip")}
    assert overtakes(found.outcomes, serves)["poor"] == 5
    waits = measure(found.outcomes, {"q": 20}, serves, starved_after=120)
    assert (waits["q"].starved, waits["vip"].starved) == (1, 0)
    assert waits["q"].offered == 2
    assert waits["q"].level == 0.5
    # An agent of the one queue alone starves nobody in the other.
    assert overtakes(found.outcomes, {"lee": ("vip",)}) == {}


def test_changes_are_read_made_and_refused() -> None:
    setup = Setup({"q": Line("q"), "vip": Line("vip")}, (agent("lee", "q", "vip"), agent("kim", "q")))
    made = changed(setup, parse(["q=+2", "vip=3"], ["lee:q=4"], ["vip=5"], ["q=7.5"], ["q=linear"]))
    assert [one.name for one in made.agents] == ["lee", "kim", "+1:q", "+2:q", "+1:vip", "+2:vip"]
    assert made.agents[0].penalties == {"q": 4}
    assert (made.lines["vip"].weight, made.lines["q"].wrapup, made.lines["q"].strategy) == (5, 7.5, "linear")
    fewer = changed(setup, parse(["q=-1"], [], [], [], []))
    assert [tuple(one.present) for one in fewer.agents] == [("q", "vip"), ()]
    for wrong in ("q", "q=much", "=3", "q=", "q=9999"):
        with pytest.raises(UsageError):
            parse([wrong], [], [], [], [])
    for heads, penalties in ((["none=+1"], []), (["q=-3"], []), ([], ["nobody:q=1"])):
        with pytest.raises(UsageError):
            changed(setup, parse(heads, penalties, [], [], []))
    with pytest.raises(UsageError, match="fastest"):
        parse([], [], [], [], ["q=fastest"])


def test_patience_counts_those_who_were_answered_as_not_yet_out_of_it() -> None:
    # Kaplan and Meier by hand: at 10 one of 5 goes (0.8), at 20 one of 3 (0.533), at 40 the last one (0).
    found = estimate([(10, True), (15, False), (20, True), (30, False), (40, True)])
    assert found.times == (10, 20, 40)
    assert found.shares == pytest.approx((0.8, 0.8 * 2 / 3, 0.0))
    assert found.longer(0, 0.9) == 10
    assert found.longer(15, 0.5) == 40
    assert found.still(20) == pytest.approx(0.5333, abs=1e-4)
    assert estimate([(5, False)]).longer(0, 0.5) == math.inf
    assert mean_patience([(10, True), (50, False), (30, True)]) == 45
    assert mean_patience([(10, False)]) is None
