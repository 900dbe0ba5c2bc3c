"""Figures of surveys: from rows of a database to table, CSV and JSON, checked against sums made by hand."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from dialplan.loading import load_site
from dialplan.model import Flow, Site
from dialplan.sites import demo_site
from ivr.reports.load import load_story
from ivr.reports.surveys import Asked, build, load_asked, scales_of
from ivr.reports.surveys.plain import plain, to_csv
from ivr.reports.surveys.terminal import print_surveys
from ivr.reports.terminal import print_story
from ivr.storage.database import Database
from ivr.storage.models import Call, SurveyAnswer
from recording.review.intervals import wilson

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
END = NOON + timedelta(days=2)
SCALES = {"satisfaction": True, "solved": False}


def asked(question: str, answer: str, agent: str, hours: float = 0, queue: str = "service") -> Asked:
    return Asked(question, answer, agent, queue, NOON + timedelta(hours=hours))


DAY = [
    asked("satisfaction", "5", "lee"),
    asked("satisfaction", "4", "lee"),
    asked("satisfaction", "1", "lee", hours=13),
    asked("satisfaction", "", "lee", hours=13),
    asked("solved", "2", "lee", hours=13),
    asked("satisfaction", "3", "kim", queue=""),
    asked("satisfaction", "", "", queue=""),
]


def test_by_hand() -> None:
    report = build(DAY, NOON, END, "agent", ZONE, SCALES)
    whole = {one.question: one for one in report.whole}
    satisfaction = whole["satisfaction"]
    assert (satisfaction.asked, satisfaction.answered) == (6, 4)
    assert satisfaction.counts == {"1": 1, "3": 1, "4": 1, "5": 1}
    rate, mean, happy = (satisfaction[name] for name in ("answer_rate", "mean", "satisfied"))
    assert (rate.value, rate.numerator, rate.denominator) == (pytest.approx(66.6667, abs=1e-3), 4, 6)
    assert (mean.value, mean.numerator, mean.denominator) == (3.25, 13, 4)
    assert (happy.value, happy.numerator, happy.denominator) == (50.0, 2, 4)
    expected = wilson(2, 4)
    assert expected is not None
    assert (happy.low, happy.high) == (100 * expected.low, 100 * expected.high)
    assert [one.id for one in whole["solved"].measures] == ["answer_rate"], "yes and no have no mean"
    rows = {(one.name, one.question): (one.asked, one.answered) for one in report.rows}
    assert rows == {("", "satisfaction"): (1, 0), ("kim", "satisfaction"): (1, 1), ("lee", "satisfaction"): (4, 3),
                    ("lee", "solved"): (1, 1)}  # fmt: skip


def test_days_are_the_sites_own() -> None:
    report = build(DAY, NOON, END, "day", ZONE, SCALES)
    assert [(one.name, one.question, one.asked) for one in report.rows] == [
        ("2026-03-04", "satisfaction", 4),
        ("2026-03-05", "satisfaction", 2),
        ("2026-03-05", "solved", 1),
    ]


def test_nobody_answered_is_no_figure() -> None:
    (group,) = build([asked("satisfaction", "", "lee")], NOON, END, "queue", ZONE, SCALES).rows
    assert (group.name, group["answer_rate"].value, group["mean"].value, group["satisfied"].value) == (
        "service", 0.0, None, None,
    )  # fmt: skip
    with pytest.raises(KeyError):
        group["nps"]
    assert build([], NOON, END, "agent", ZONE, SCALES).whole == ()


def test_groups_add_up_to_the_whole() -> None:
    chance = random.Random(7)
    many = [
        asked("satisfaction", chance.choice(["", "1", "2", "3", "4", "5"]), chance.choice("abc"), chance.random() * 48)
        for _ in range(300)
    ]
    for by in ("agent", "queue", "day"):
        report = build(many, NOON, END, by, ZONE, SCALES)
        (whole,) = report.whole
        assert sum(one.asked for one in report.rows) == whole.asked == 300
        for name in ("answer_rate", "mean", "satisfied"):
            assert sum(one[name].numerator for one in report.rows) == whole[name].numerator
            assert sum(one[name].denominator for one in report.rows) == whole[name].denominator


def test_a_scale_is_what_has_the_keys_1_to_5() -> None:
    site: Site = load_site(demo_site())
    questions = [
        {"name": "kind", "prompts": ["survey-satisfaction"], "keys": ["5", "4", "3", "2", "1"]},
        {"name": "solved", "prompts": ["survey-solved"], "keys": ["1", "2"]},
    ]
    flow = Flow.model_validate({"start": "ask", "steps": {"ask": {"step": "survey", "questions": questions}}})
    assert scales_of(site) == {"satisfaction": True}
    changed = site.model_copy(update={"flows": {"test": flow}})
    assert scales_of(changed) == {"satisfaction": True, "kind": True, "solved": False}


async def test_from_the_rows_of_a_database(migrated: Path, tmp_path: Path) -> None:
    shutil.copy(migrated, tmp_path / "ivr.db")
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/ivr.db") as database:
        async with database.write() as session:
            call = Call(linkedid="1.1", started_at=NOON, number="1000", caller="13900000000", outcome="answered")
            for one in DAY[:2]:
                row = SurveyAnswer(
                    question=one.question, answer=one.answer, asked_at=one.at, agent=one.agent, queue="q"
                )
                call.answers.append(row)
            late = SurveyAnswer(question="solved", asked_at=END, agent="\x1b[31mlee")
            call.answers.append(late)
            session.add(call)
        async with database.read() as session:
            found = await load_asked(session, NOON, END)
            story = await load_story(session, "1.1", zone=ZONE)
    assert [(one.question, one.answer, one.agent, one.queue) for one in found] == [
        ("satisfaction", "5", "lee", "q"),
        ("satisfaction", "4", "lee", "q"),
    ]
    assert [(one.question, one.answer) for one in story.answers][-1] == ("solved", "")
    console = Console(file=io.StringIO(), width=100)
    print_story(console, story)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "solved" in shown
    assert "\x1b" not in shown


def test_as_json_and_csv() -> None:
    report = build([*DAY, asked('=cmd()"', "1", "=1+1")], NOON, END, "agent", ZONE, SCALES)
    found = json.loads(json.dumps(plain(report)))
    assert found["rows"][0]["name"] is None
    mean = next(one for one in found["whole"] if one["question"] == "satisfaction")["measures"]["mean"]
    assert (mean["value"], mean["numerator"], mean["denominator"]) == (3.25, 13, 4)
    assert mean["formula"]["en"] == "points from 1 to 5, summed / questions answered"
    text = to_csv(report)
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert {len(line) for line in lines} == {10}
    assert ["*", "satisfaction", "mean", "3.25", "", "13", "4", "", "", mean["formula"]["en"]] in lines
    assert not any(cell.startswith("=") for line in lines for cell in line), "no formula for a spreadsheet"


def test_in_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=120)
    report = build([*DAY, asked("satisfaction", "5", "[red]\x1b]0;x\x07evil")], NOON, END, "agent", ZONE, SCALES)
    print_surveys(console, report)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "3.60" in shown
    assert "5 / 7" in shown
    assert "[red]" in shown
    assert "\x1b" not in shown
