"""When an alert is raised and when it is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dialplan.alerts import AlertRule
from ivr.queues.alerts.engine import Alert, AlertEngine, Reading

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def rule(**fields: object) -> AlertRule:
    return AlertRule.model_validate(fields)


def run(rule: AlertRule, readings: list[Reading]) -> list[tuple[int, str]]:
    """Second and state of what is told, one reading a second."""
    engine, told = AlertEngine(), []
    for second, reading in enumerate(readings):
        for alert in engine.look({"r": rule}, {"r": [reading]}, NOON + timedelta(seconds=second)):
            told.append((second, alert.state))
    return told


def waits(*seconds: float) -> list[Reading]:
    return [Reading("service", longest_wait_s=one) for one in seconds]


def test_a_wait_is_raised_once_and_over_only_well_below_the_limit() -> None:
    wanted = rule(kind="longest-wait", limit=60, lasts=0)
    assert run(wanted, waits(60, 61, 90, 59, 61, 31, 30, 61)) == [(1, "raised"), (6, "cleared"), (7, "raised")]


def test_it_must_last() -> None:
    wanted = rule(kind="longest-wait", limit=60, lasts=3)
    assert run(wanted, waits(61, 61, 10, 61, 61, 61, 61, 10, 10, 61, 10, 10, 10, 10)) == [
        (6, "raised"),
        (13, "cleared"),
    ]


def test_the_service_level_needs_callers_and_a_margin_to_be_well_again() -> None:
    levels = [Reading("service", level=one) for one in (None, 79.9, 80.0, 84.9, 85.0, 79.0, None)]
    told = [(1, "raised"), (4, "cleared"), (5, "raised"), (6, "cleared")]
    assert run(rule(kind="service-level", lasts=0), levels) == told
    assert run(rule(kind="service-level", lasts=0, limit=50), levels) == []
    full = [Reading("service", level=one, target=98) for one in (90.0, 99.9, 100.0)]
    assert run(rule(kind="service-level", lasts=0), full) == [(0, "raised"), (2, "cleared")]


def test_nobody_logged_in_matters_while_the_line_is_open() -> None:
    found = [Reading("service", agents=agents, open=open_) for agents, open_ in ((1, True), (0, False), (0, True))]
    assert run(rule(kind="no-agent", lasts=0), [*found, Reading("service", open=False)]) == [
        (2, "raised"),
        (3, "cleared"),
    ]


def test_a_rule_that_is_taken_out_of_the_site_is_over() -> None:
    engine = AlertEngine()
    rules = {"r": rule(kind="no-agent", lasts=0)}
    engine.look(rules, {"r": [Reading("service")]}, NOON)
    assert [one.subject for one in engine.raised] == ["service"]
    assert engine.look({}, {}, NOON) == [Alert("r", "no-agent", "cleared", "service", NOON)]
    assert engine.raised == []


@given(st.lists(st.floats(0, 300), max_size=60), st.integers(0, 5), st.integers(1, 200), st.integers(0, 400))
def test_raised_and_cleared_come_in_pairs(seconds: list[float], lasts: int, limit: int, clear: int) -> None:
    told = run(rule(kind="longest-wait", limit=limit, clear=clear, lasts=lasts), waits(*seconds))
    assert [state for _, state in told] == (["raised", "cleared"] * len(told))[: len(told)]
    for second, state in told:
        last = seconds[second - lasts : second + 1]
        assert all(wait > limit if state == "raised" else wait <= limit for wait in last)
