"""Erlang C and A against published values, and against simulated queues."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.errors import UsageError
from ivr.queues.erlang import agents_needed, by_erlang_a, by_erlang_c, erlang_b, erlang_c
from ivr.queues.simulation import Agent, Arrival, Line, Setup, simulate


def test_erlang_b_is_that_of_the_tables() -> None:
    # The usual tables of blocking: 10 trunks carry 4.461 E at 1 % and 5.084 E at 2 %; 1 trunk 0.0101 E at 1 %.
    assert erlang_b(10, 4.461) == pytest.approx(0.01, abs=1e-5)
    assert erlang_b(10, 5.084) == pytest.approx(0.02, abs=1e-5)
    assert erlang_b(1, 0.0101) == pytest.approx(0.01, abs=1e-5)


def test_erlang_c_is_that_of_the_well_known_example() -> None:
    # I. Angus, "An introduction to Erlang B and Erlang C" (Telemanagement 187, 2001) and many after him: 360 calls in
    # half an hour, 240 s each, 55 agents: 23.9 % wait, 8.2 s on average, 84.6 % are answered within 15 s.
    found = by_erlang_c(55, 360 / 1800, 240, 15)
    assert found.load == pytest.approx(48)
    assert found.occupancy == pytest.approx(0.873, abs=5e-4)
    assert found.waits == pytest.approx(0.239, abs=5e-4)
    assert found.speed == pytest.approx(8.2, abs=0.05)
    assert found.level == pytest.approx(0.846, abs=5e-4)


def test_erlang_a_is_that_of_its_authors_table() -> None:
    # Mandelbaum and Zeltyn, "The Palm/Erlang-A queue" (2005), table 1: 50 agents, 48 calls a minute of 1 minute,
    # patience 2 minutes: 3.1 % give up, mean wait 3.7 s, agents busy 93 %. Without giving up: 20.8 s, 96 %.
    found = by_erlang_a(50, 48 / 60, 60, 120, 20)
    assert found.abandoned == pytest.approx(0.031, abs=5e-4)
    assert found.abandoned * 120 == pytest.approx(3.7, abs=0.05)  # mean wait of all = share who give up × patience
    assert found.occupancy == pytest.approx(0.93, abs=5e-3)
    patient = by_erlang_c(50, 48 / 60, 60, 20)
    assert patient.speed == pytest.approx(20.8, abs=0.05)
    assert patient.occupancy == pytest.approx(0.96)


def test_endless_patience_is_erlang_c() -> None:
    patient = by_erlang_c(12, 0.04, 240, 20)
    found = by_erlang_a(12, 0.04, 240, 1e7, 20)
    assert found.waits == pytest.approx(patient.waits, rel=1e-3)
    assert found.level == pytest.approx(patient.level, abs=1e-4)
    assert found.speed == pytest.approx(patient.speed, rel=1e-3)
    assert found.abandoned == pytest.approx(0, abs=1e-4)


@settings(max_examples=60)
@given(st.integers(1, 80), st.floats(0.001, 0.5), st.floats(20, 600), st.floats(20, 900), st.floats(0, 60))
def test_erlang_a_holds_its_own_laws(agents: int, rate: float, handling: float, patience: float, within: float) -> None:
    found = by_erlang_a(agents, rate, handling, patience, within)
    more = by_erlang_a(agents + 1, rate, handling, patience, within)
    assert 0 <= found.level <= 1
    assert 0 <= found.abandoned <= 1
    assert found.waits <= 1 + 1e-9
    assert more.level >= found.level - 1e-6
    assert more.abandoned <= found.abandoned + 1e-9
    assert found.level <= 1 - found.abandoned + 1e-6  # answered in time are some of the answered
    # Answered for ever long is all who do not give up.
    assert by_erlang_a(agents, rate, handling, patience, 60 * patience).level == pytest.approx(
        1 - found.abandoned, abs=2e-3
    )


def simulated(
    agents: int, rate: float, handling: float, patience: float, calls: int, seed: int
) -> list[tuple[float, str]]:
    """Waits and results in a simulated queue of that kind, without its beginning."""
    chance = random.Random(seed)
    at, arrivals = 0.0, []
    for number in range(calls):
        at += chance.expovariate(rate)
        waits = chance.expovariate(1 / patience) if math.isfinite(patience) else math.inf
        arrivals.append(Arrival(str(number), "q", at, chance.expovariate(1 / handling), waits))
    staff = tuple(Agent(str(number), {"q": ((0.0, math.inf),)}) for number in range(agents))
    found = simulate(arrivals, Setup({"q": Line("q")}, staff)).outcomes
    return [(one.waited, one.result) for one in found[calls // 10 :]]


def test_a_simulated_queue_without_giving_up_comes_to_erlang_c() -> None:
    found = simulated(8, 0.03, 200, math.inf, 15_000, seed=5)
    expected = by_erlang_c(8, 0.03, 200, 20)
    waits = [wait for wait, _ in found]
    assert sum(wait > 0 for wait in waits) / len(waits) == pytest.approx(expected.waits, abs=0.03)
    assert sum(wait <= 20 for wait in waits) / len(waits) == pytest.approx(expected.level, abs=0.03)
    assert sum(waits) / len(waits) == pytest.approx(expected.speed, rel=0.12)


def test_a_simulated_queue_with_giving_up_comes_to_erlang_a() -> None:
    found = simulated(8, 0.042, 200, 90, 15_000, seed=6)
    expected = by_erlang_a(8, 0.042, 200, 90, 20)
    answered = [wait for wait, result in found if result == "answered"]
    assert 1 - len(answered) / len(found) == pytest.approx(expected.abandoned, abs=0.01)
    assert sum(wait <= 20 for wait in answered) / len(found) == pytest.approx(expected.level, abs=0.015)
    assert sum(answered) / len(answered) == pytest.approx(expected.speed, rel=0.06)


@pytest.mark.parametrize("patience", [None, 90.0])
def test_the_fewest_agents_are_the_fewest(patience: float | None) -> None:
    found = agents_needed(120 / 1800, 240, 0.8, 20, patience=patience)
    assert found.level >= 0.8
    fewer = found.agents - 1
    less = (
        by_erlang_c(fewer, 120 / 1800, 240, 20)
        if patience is None
        else by_erlang_a(fewer, 120 / 1800, 240, patience, 20)
    )
    assert less.level < 0.8


def test_no_calls_need_nobody_and_nonsense_is_refused() -> None:
    assert agents_needed(0, 240, 0.8, 20).agents == 0
    assert erlang_c(3, 3.0) == 1.0
    with pytest.raises(UsageError):
        agents_needed(1, 240, 1.0, 20)
    with pytest.raises(UsageError, match="5000"):
        agents_needed(1000, 3600, 0.8, 20)
