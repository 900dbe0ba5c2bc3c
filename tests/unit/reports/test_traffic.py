"""Traffic reports: rows add up to the whole, times are the site's, CSV is safe."""

from __future__ import annotations

import csv
import io
import itertools
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from ivr.core.errors import UsageError
from ivr.core.language import console_language
from ivr.reports.figures import explained
from ivr.reports.indicators.facts import CallFacts, Facts, RingFacts, TalkFacts, VisitFacts
from ivr.reports.indicators.model import Rules
from ivr.reports.traffic.bars import bar, sparkline
from ivr.reports.traffic.build import build
from ivr.reports.traffic.model import By, Traffic
from ivr.reports.traffic.periods import Kind, midnight, periods
from ivr.reports.traffic.plain import plain, to_csv
from ivr.reports.traffic.terminal import print_traffic

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
RULES = Rules(levels={"service": 20.0}, short_abandon_s=5.0)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def call(number: int, begin: float, *stays: tuple[str, float, str], talk: float = 60) -> CallFacts:
    """A call with stays (queue, wait, outcome); an answered one is taken by lee or kim by turns."""
    joined, visits, rings, talks = begin + 10, [], [], []
    agent = "lee" if number % 2 else "kim"
    for queue, wait, outcome in stays:
        left = joined + wait
        connected = at(left) if outcome == "answered" else None
        visits.append(VisitFacts(queue, at(joined), at(left), outcome, connected))
        if connected is not None:
            rings.append(RingFacts(agent, queue, at(left - min(wait, 3)), connected, "answered"))
            talks.append(TalkFacts(agent, queue, connected, at(left + talk)))
        joined = left
    return CallFacts(number, at(begin), at(joined + talk), tuple(visits), tuple(rings), tuple(talks))


def facts(*calls: CallFacts, since: float = 0, until: float = 86400) -> Facts:
    return Facts(at(since), at(until), at(until), calls)


def report(found: Facts, by: By, zone: ZoneInfo = SHANGHAI, **more: str) -> Traffic:
    return build(found, RULES, by, zone, **more)


DAY = facts(
    call(1, 100, ("service", 5, "answered")),
    call(2, 3500, ("service", 30, "answered")),
    call(3, 3700, ("service", 2, "abandoned")),
    call(4, 7300, ("service", 40, "timeout"), ("vip", 10, "answered")),
    call(5, 86000, ("vip", 9, "abandoned")),
)


def test_by_queue_each_visit_counts_and_the_whole_counts_calls() -> None:
    found = report(DAY, "queue")
    assert [(row.name, row.figures.counts.asked) for row in found.rows] == [("service", 4), ("vip", 2)]
    assert found.whole.counts.asked == 5
    assert found.whole["answer_rate"].numerator == 3
    assert found.rows[0].figures["service_level"].numerator == 1


def test_both_ways_of_counting_short_abandons_stand_side_by_side() -> None:
    whole = report(DAY, "queue").whole
    rate, variant = whole["abandonment_rate"], whole["abandonment_rate"].variant
    assert variant is not None
    assert (rate.numerator, rate.denominator) == (2, 5)
    assert (variant.numerator, variant.denominator) == (1, 4)
    other = build(DAY, Rules(short_abandon_s=5.0, count_short=False), "queue", SHANGHAI).whole["abandonment_rate"]
    assert (other.numerator, other.denominator) == (1, 4)
    assert "left out" in other.formula.en
    assert "不计" in other.formula.zh


def test_a_missed_target_is_said_and_different_targets_are_not_mixed() -> None:
    rules = Rules(targets={"service": 80.0, "vip": 90.0})
    found = build(DAY, rules, "queue", SHANGHAI)
    level = found.rows[0].figures["service_level"]
    assert (level.value, level.target) == (25.0, 80.0)
    assert "target 80 %, missed" in explained(level).en
    assert "目标 80 %，未达到" in explained(level).zh
    assert found.whole["service_level"].target is None
    met = build(facts(call(1, 100, ("service", 5, "answered"))), rules, "queue", SHANGHAI).whole["service_level"]
    assert explained(met).en.endswith("target 80 %")


def test_by_hour_a_call_is_of_the_hour_it_came_in() -> None:
    found = report(DAY, "hour")
    assert len(found.rows) == 24
    assert found.rows[0].name == "2026-03-01 08:00"  # 00:00 UTC in Shanghai
    assert [row.figures.counts.asked for row in found.rows[:3]] == [2, 1, 1]  # the second was answered after nine
    assert found.rows[3].figures["answer_rate"].value is None  # nothing to count is no figure
    assert found.rows[3].figures.counts.asked == 0


def test_a_call_over_midnight_is_of_the_day_and_the_month_it_came_in() -> None:
    late = facts(call(1, 15.9 * 3600, ("service", 1800, "answered"), talk=3600), until=2 * 86400)  # 23:54 in Shanghai
    found = report(late, "day")
    assert [(row.name, row.figures.counts.answered) for row in found.rows] == [
        ("2026-03-01", 1), ("2026-03-02", 0), ("2026-03-03", 0),
    ]  # fmt: skip
    assert found.rows[0].figures["handling_time"].numerator == 3600
    assert found.rows[1].figures["handling_time"].value is None


def test_by_agent_and_of_one_agent() -> None:
    found = report(DAY, "agent")
    assert [(row.name, row.figures.counts.answered) for row in found.rows] == [("kim", 2), ("lee", 1)]
    assert found.rows[0].figures["handling_time"].value == 60
    alone = report(DAY, "hour", agent="kim")
    assert sum(row.figures.counts.answered for row in alone.rows) == alone.whole.counts.answered == 2
    assert any("occupancy" in note.en for note in alone.notes)


def test_of_one_queue() -> None:
    found = report(DAY, "hour", queue="vip")
    assert (found.whole.counts.asked, found.whole.counts.answered) == (2, 1)
    assert found.whole["occupancy"].reason is not None
    assert "one queue" in found.whole["occupancy"].reason.en


stays = st.lists(
    st.tuples(
        st.sampled_from(["service", "vip"]),
        st.integers(0, 600).map(float),
        st.sampled_from(["timeout", "empty", "key"]),
    ),
    max_size=2,
)
ends = st.tuples(
    st.sampled_from(["service", "vip"]),
    st.integers(0, 600).map(float),
    st.sampled_from(["answered", "abandoned", "timeout", "interrupted"]),
)
calls_of = st.lists(
    st.tuples(st.integers(0, 5 * 86400 - 1).map(float), stays, ends, st.integers(0, 2000).map(float)), max_size=25
).map(
    lambda rows: tuple(
        call(number, begin, *before, end, talk=talk)
        for number, (begin, before, end, talk) in enumerate(sorted(rows, key=lambda row: row[0]))
    )
)


@settings(max_examples=60)
@given(calls_of, st.sampled_from([SHANGHAI, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]))
def test_figures_add_up(calls: tuple[CallFacts, ...], zone: ZoneInfo) -> None:
    """Hours, days and months each add up to the whole; what was asked is answered, abandoned or not served."""
    found = facts(*calls, until=5 * 86400)
    for by in ("hour", "day", "month", "agent"):
        traffic = report(found, by, zone)
        assert sum(row.figures.counts.answered for row in traffic.rows) == traffic.whole.counts.answered
        for name in ("handling_time", "three_rings"):
            assert sum(row.figures[name].numerator for row in traffic.rows) == pytest.approx(
                traffic.whole[name].numerator
            )
            assert sum(row.figures[name].denominator for row in traffic.rows) == traffic.whole[name].denominator
        if by == "agent":
            continue
        for one in traffic.whole.indicators[:4]:
            assert sum(row.figures[one.id].numerator for row in traffic.rows) == pytest.approx(one.numerator)
            assert sum(row.figures[one.id].denominator for row in traffic.rows) == one.denominator
    for row in (traffic.whole, *(row.figures for row in report(found, "queue").rows)):
        counts = row.counts
        assert counts.asked == counts.answered + counts.abandoned + counts.unserved
        assert counts.short <= counts.abandoned
    visits = sum(len({visit.queue for visit in one.visits}) for one in calls)
    assert sum(row.figures.counts.asked for row in report(found, "queue").rows) == visits


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 100 * 3600),
    st.sampled_from(get_args(Kind)),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana"]),
)
def test_periods_cover_the_time_without_gap_or_overlap(since: datetime, length: int, kind: Kind, zone: str) -> None:
    until = since + timedelta(seconds=length)
    found = periods(since, until, kind, ZoneInfo(zone))
    assert found[0].begin == since
    assert found[-1].end == until
    assert all(one.end == other.begin for one, other in itertools.pairwise(found))
    assert all(one.begin < one.end for one in found)
    assert len({one.name for one in found}) == len(found)


def test_the_hour_that_clocks_repeat_is_two_and_the_skipped_one_none() -> None:
    autumn = periods(midnight(date(2026, 10, 25), BERLIN), midnight(date(2026, 10, 26), BERLIN), "hour", BERLIN)
    assert len(autumn) == 25
    assert [one.name for one in autumn[1:5]] == [
        "2026-10-25 01:00", "2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00", "2026-10-25 03:00",
    ]  # fmt: skip
    spring = periods(midnight(date(2026, 3, 29), BERLIN), midnight(date(2026, 3, 30), BERLIN), "hour", BERLIN)
    assert [one.name[-5:] for one in spring[1:3]] == ["01:00", "03:00"]
    assert len(spring) == 23


def test_more_rows_than_anybody_reads_are_refused() -> None:
    with pytest.raises(UsageError, match="10000"):
        periods(BEGIN, BEGIN + timedelta(days=500), "hour", SHANGHAI)


def test_csv_has_every_figure_with_its_parts_and_no_formula_of_a_spreadsheet() -> None:
    hostile = facts(call(1, 100, ('=cmd|"/C calc"!A0', 5, "answered")))
    text = to_csv(report(hostile, "queue"))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    names = {row[0] for row in rows[1:]}
    assert names == {"*", '\'=cmd|"/C calc"!A0'}
    assert {len(row) for row in rows} == {9}
    level = next(row for row in rows if row[2] == "B2")
    assert level[3:7] == ["100", "%", "1", "1"]
    assert "/" in level[7]
    empty = next(row for row in csv.reader(io.StringIO(to_csv(report(facts(), "day")))) if row[2:3] == ["B1"])
    assert empty[3] == "no data"


def test_json_says_null_where_there_is_no_data() -> None:
    found: dict[str, Any] = json.loads(json.dumps(plain(report(facts(), "day"))))
    assert found["whole"]["indicators"]["answer_rate"]["value"] is None
    assert found["whole"]["indicators"]["occupancy"]["reason"]["en"].startswith("cannot be told")
    assert found["rows"][0]["begin"] == "2026-03-01T08:00:00+08:00"


@pytest.mark.parametrize(
    ("language", "expected"), [("zh", "请求人工 5 = 已接 3"), ("en", "asked for an agent 5 = answered 3")]
)
def test_the_terminal_shows_formula_and_parts(monkeypatch: pytest.MonkeyPatch, language: str, expected: str) -> None:
    monkeypatch.setenv("IVR_LANG", language)
    assert console_language() == language
    out = io.StringIO()
    print_traffic(Console(file=out, width=140), report(DAY, "hour"))
    shown = out.getvalue()
    assert expected in shown
    assert "3 / 5" in shown
    assert "█" in shown
    assert ("short abandons" if language == "en" else "短时放弃") in shown


def test_bars_and_lines() -> None:
    assert bar(5, 10, 4) == "██  "
    assert bar(10, 10, 4) == "████"
    assert bar(1, 16, 2) == "▏ "
    assert bar(None, 10, 3) == "·  "
    assert sparkline([0, None, 5, 10], low=0) == "▁·▅█"
    assert sparkline([None, None]) == "··"
    assert sparkline([3, 3]) == "▁▁"
