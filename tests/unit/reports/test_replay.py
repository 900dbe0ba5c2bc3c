"""A queue_log becomes callers and agents, replayed it comes near what was measured; staffing from a measured load."""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.core.errors import UsageError
from ivr.journal.sources import Skipped, read_queue_log
from ivr.queues.simulation import Changes, Line
from ivr.queues.simulation.changes import parse
from ivr.reports.indicators.facts import CallFacts, Facts, TalkFacts, VisitFacts
from ivr.reports.indicators.model import Rules
from ivr.reports.traffic.load import measured
from ivr.reports.traffic.replay import Log, read_log
from ivr.reports.traffic.simulated import Compared, compare
from ivr.reports.traffic.staffing import Target, need, parse_target, plan

START = 1_700_000_000
SHANGHAI = ZoneInfo("Asia/Shanghai")

BY_HAND = f"""\
{START}|NONE|NONE|NONE|QUEUESTART|
{START + 10}|m.1|service|lee|ADDMEMBER|
{START + 20}|c.1|service|NONE|ENTERQUEUE||13800138000|1
{START + 25}|c.1|service|lee|RINGNOANSWER|5000
{START + 32}|c.1|service|lee|CONNECT|12|{START + 26}.7|12
{START + 40}|c.2|service|NONE|ENTERQUEUE||13800138001|1
{START + 62}|c.1|service|lee|COMPLETECALLER|12|30|1
{START + 70}|c.2|service|NONE|ABANDON|1|1|30
{START + 80}|NONE|NONE|lee|PAUSEALL|lunch
{START + 90}|NONE|NONE|lee|UNPAUSEALL|
{START + 95}|c.4|service|kim|CONNECT|15|{START + 94}.9|1
{START + 99}|c.3|service|NONE|ENTERQUEUE||x|1
{START + 100}|c.4|service|kim|COMPLETEAGENT|15|5|1
{START + 120}|c.5|vip|NONE|EXITWITHTIMEOUT|1|1|60
{START + 200}|m.1|service|lee|REMOVEMEMBER|
{START + 210}|c.9|service|NONE|SOMETHINGNEW|1
"""


def log_of(text: str) -> Log:
    found = read_log(read_queue_log(text.splitlines(keepends=True)), {})
    assert found is not None
    return found


def test_an_agent_who_hangs_up_before_he_is_joined_has_missed_a_call() -> None:
    before = f"{START + 25}|c.1|service|lee|RINGNOANSWER|5000\n"
    dumped = log_of(BY_HAND.replace(before, f"{before}{START + 26}|c.1|service|lee|AGENTDUMP|\n"))
    assert [one.misses for one in dumped.arrivals if one.id.startswith("c.1")] == [(5.0, 0.0)]
    assert [(one.result, one.talk) for one in dumped.outcomes if one.id.startswith("c.1")] == [("answered", 30)]


def test_a_log_by_hand() -> None:
    found = log_of(BY_HAND)
    assert [(one.id.split("/")[0], one.result, one.at, one.waited, one.agent) for one in found.outcomes] == [
        ("c.1", "answered", 20, 12, "lee"),
        ("c.2", "abandoned", 40, 30, ""),
        ("c.4", "answered", 80, 15, "kim"),
        ("c.5", "timeout", 60, 60, ""),
    ]
    first, second, third, _ = found.arrivals
    assert (first.talk, first.ring, first.misses) == (30, 6, (5.0,))  # the last phone rang from :26 on
    assert second.patience == 30
    assert third.talk == 5
    assert (found.missing_starts, found.still_open, found.supposed) == (2, 1, ("kim",))
    lee, kim = found.setup.agents
    assert lee.present["service"] == ((10, 80), (90, 200))
    assert kim.present["service"] == ((94, 100),)
    assert found.setup.lines["vip"].max_wait == 60
    assert math.isinf(found.setup.lines["service"].max_wait)


def test_rows_in_any_order_tell_the_same() -> None:
    lines = BY_HAND.splitlines(keepends=True)
    random.Random(3).shuffle(lines)
    assert log_of("".join(lines)).outcomes == log_of(BY_HAND).outcomes


def test_transfers_end_a_talk_and_there_are_more_ways_out_than_giving_up() -> None:
    found = log_of(f"""\
{START}|c.1|q|NONE|ENTERQUEUE||1|1
{START + 4}|c.1|q|SIP/a|CONNECT|4|{START + 1}.2|3
{START + 5}|c.2|q|NONE|ENTERQUEUE||2|1
{START + 6}|c.3|q|NONE|ENTERQUEUE||3|2
{START + 7}|c.4|q|NONE|ENTERQUEUE||4|3
{START + 34}|c.1|q|SIP/a|ATTENDEDTRANSFER|BRIDGE|x|4|30|1
{START + 35}|c.2|q|NONE|EXITWITHKEY|1|1|1|30
{START + 36}|c.3|q|NONE|EXITEMPTY|1|2|30
{START + 37}|c.4|q|NONE|WITHDRAW|1|3|30|by the boss
""")
    assert (found.outcomes[0].talk, found.arrivals[0].ring) == (30, 3)
    assert [one.result for one in found.outcomes[1:]] == ["abandoned"] * 3
    assert found.by_key == 3


def test_an_empty_log_tells_nothing() -> None:
    assert read_log(read_queue_log([]), {}) is None
    assert read_log(read_queue_log([f"{START}|NONE|NONE|NONE|QUEUESTART|\n"]), {}) is None


def written(calls: int, agents: int, seed: int, *, patience: float, wrapup: int = 0) -> Iterator[str]:
    """The queue_log of a queue with one kind of agent, written as its calls happen: first come, first served, whoever
    is free longest. Times are whole seconds, as Asterisk writes them."""
    chance = random.Random(seed)
    rows: list[tuple[float, str]] = [(0.0, f"m|service|agent{n}|ADDMEMBER|") for n in range(agents)]
    free = [(0.0, n) for n in range(agents)]
    at = 0.0
    for number in range(calls):
        at += chance.expovariate(1 / 30)
        rows.append((at, f"c{number}|service|NONE|ENTERQUEUE||139|1"))
        heapq.heapify(free)
        since, agent = free[0]
        begin = max(at, since)
        stays = chance.expovariate(1 / patience)
        if begin - at > stays:
            rows.append((at + stays, f"c{number}|service|NONE|ABANDON|1|1|{int(stays)}"))
            continue
        ring, talk = chance.uniform(1, 6), chance.expovariate(1 / 150)
        answered = begin + ring
        rows.append((answered, f"c{number}|service|agent{agent}|CONNECT|{int(answered - at)}|u|{int(ring)}"))
        rows.append((answered + talk, f"c{number}|service|agent{agent}|COMPLETECALLER|1|{int(talk)}|1"))
        heapq.heapreplace(free, (answered + talk + wrapup, agent))
    for when, rest in sorted(rows):
        yield f"{int(START + when)}|{rest}\n"


def compared(lines: Iterator[str], changes: Changes, **known: Line) -> Compared:
    found = compare(read_queue_log(lines), known, changes, starved_after=120)
    assert found is not None
    return found


@pytest.mark.parametrize(("agents", "patience", "seed"), [(6, 120, 1), (7, 300, 2), (5, 60, 3)])
def test_a_replay_with_the_same_staff_comes_near_the_measured_waits(agents: int, patience: float, seed: int) -> None:
    line = Line("service", "leastrecent", wrapup=5)
    found = compared(written(1500, agents, seed, patience=patience, wrapup=5), Changes(), service=line)
    before, after = found.measured["service"], found.replayed["service"]
    assert after.offered == before.offered == 1500
    assert abs(after.answered - before.answered) <= 0.02 * 1500
    assert before.speed is not None
    assert after.speed is not None
    assert before.level is not None
    assert after.level is not None
    assert after.speed == pytest.approx(before.speed, abs=max(2.0, 0.1 * before.speed))
    assert after.level == pytest.approx(before.level, abs=0.03)
    assert found.deviation_s is not None
    assert abs(found.deviation_s) < max(2.0, 0.1 * before.speed)
    assert found.changed is None


def test_more_agents_wait_less_and_fewer_more() -> None:
    def speed(heads: str) -> tuple[float, float]:
        found = compared(written(800, 6, 4, patience=200), parse([f"service={heads}"], [], [], [], []))
        assert found.changed is not None
        waits = found.changed["service"]
        assert waits.speed is not None
        assert waits.level is not None
        return waits.speed, waits.level

    more, same, fewer = speed("+2"), speed("6"), speed("-1")
    assert more[0] < same[0] < fewer[0]
    assert more[1] > same[1] > fewer[1]


def test_the_same_log_gives_the_same_figures() -> None:
    changes = parse(["service=-1"], [], [], [], ["service=random"])
    first, second = (compared(written(300, 5, 5, patience=100), changes) for _ in range(2))
    assert (first.replayed, first.changed) == (second.replayed, second.changed)


def test_what_a_reader_must_know_is_said() -> None:
    found = compare(read_queue_log(BY_HAND.splitlines(keepends=True), Skipped()), {}, Changes(), starved_after=120)
    assert found is not None
    said = " ".join(note.en for note in found.notes)
    assert "1 agents have no logging in" in said
    assert "joining is missing: 2; without an end, left out: 1" in said


MONDAY = datetime(2026, 3, 2, tzinfo=SHANGHAI)


def load_facts(days: int, per_half_hour: int, talk: float, gave_up: int = 0) -> Facts:
    """So many calls in the half-hour from nine on each day."""
    calls = []
    for day in range(days):
        for number in range(per_half_hour):
            at = (MONDAY + timedelta(days=day, hours=9, seconds=20 * number)).astimezone(UTC)
            left = at + timedelta(seconds=15)
            if number < gave_up:
                visit, talks = VisitFacts("service", at, left, "abandoned"), ()
            else:
                visit = VisitFacts("service", at, left, "answered", left)
                talks = (TalkFacts("lee", "service", left, left + timedelta(seconds=talk)),)  # type: ignore[assignment]
            calls.append(CallFacts(len(calls), at, left + timedelta(seconds=talk), (visit,), (), talks))
    begin = MONDAY.astimezone(UTC)
    return Facts(begin, begin + timedelta(days=days), begin + timedelta(days=days), tuple(calls))


def test_the_measured_load_is_that_of_the_time_of_day() -> None:
    load = measured(load_facts(5, 12, 170), Rules(), SHANGHAI, wrapups={"service": 10.0})
    nine = next(one for one in load.intervals if one.name == "09:00")
    assert (nine.calls, nine.days, nine.mean_calls, nine.handling_s / nine.handled) == (60, 5, 12, 180)
    assert sum(one.calls for one in load.intervals) == 60
    assert (load.handling_s, load.patience_s, load.supposed_wrapup) == (180, None, True)
    mondays = measured(load_facts(8, 12, 170), Rules(), SHANGHAI, wrapups={}, weekdays=[0])
    assert next(one for one in mondays.intervals if one.name == "09:00").days == 2


def test_patience_needs_enough_who_gave_up() -> None:
    load = measured(load_facts(5, 12, 170, gave_up=3), Rules(), SHANGHAI, wrapups={})
    assert load.abandoned == 15
    assert load.patience_s == 60 * 15 / 15  # 60 callers waited 15 s each, 15 gave up


def test_a_day_that_is_not_over_does_not_count_where_it_is_cut() -> None:
    found = load_facts(2, 12, 170)
    now = (MONDAY + timedelta(days=1, hours=9, minutes=10)).astimezone(UTC)
    load = measured(Facts(found.since, found.until, now, found.calls), Rules(), SHANGHAI, wrapups={})
    days = {one.name: one.days for one in load.intervals}
    assert (days["08:30"], days["09:00"], days["12:00"]) == (2, 1, 1)


def test_a_plan_has_floor_and_breaks() -> None:
    load = measured(load_facts(5, 12, 170, gave_up=3), Rules(), SHANGHAI, wrapups={})
    needs = {one.name: one for one in plan(load, Target(0.8, 20), at_least=2, shrinkage=0.2)}
    assert needs["03:00"].roster == 3  # 2 / 0.8
    nine = needs["09:00"]
    assert nine.impatient is not None
    assert nine.patient.level >= 0.8
    assert nine.roster == math.ceil(nine.impatient.agents / 0.8)
    assert plan(measured(load_facts(0, 0, 0), Rules(), SHANGHAI, wrapups={}), Target(0.8, 20)) == ()


def test_targets() -> None:
    assert parse_target("80/20") == Target(0.8, 20)
    assert need(120, 240, 30, parse_target("80/20")).patient.agents == 20
    for wrong in ("80", "80/", "100/20", "0/20", "eighty/20", "80/-1"):
        with pytest.raises(UsageError):
            parse_target(wrong)
