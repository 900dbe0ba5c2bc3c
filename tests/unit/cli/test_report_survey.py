"""``ivr report survey``: what it prints, what it refuses; ``ivr report`` beside it."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.core.settings import Settings
from ivr.storage.database import Database
from ivr.storage.models import Call, SurveyAnswer
from tests.unit.cli.conftest import Ivr

NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
DAY = ("--from", "2026-03-04")


@pytest.fixture(autouse=True)
def filled(home: Path, migrated: Path) -> None:
    """A day on which two callers were asked; one answered."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(migrated, home / "ivr.db")

    async def fill() -> None:
        async with Database(Settings().database) as database, database.write() as session:
            call = Call(linkedid="1.0", started_at=NOON, ended_at=NOON, outcome="answered")
            for answer in ("5", ""):
                call.answers.append(
                    SurveyAnswer(question="satisfaction", answer=answer, asked_at=NOON, agent="agent-lee")
                )
            session.add(call)

    asyncio.run(fill())


def test_in_its_three_forms(ivr: Ivr, tmp_path: Path) -> None:
    shown = ivr("report", "survey", *DAY)
    assert shown.exit_code == 0
    found = json.loads(ivr("report", "survey", *DAY, "--by", "queue", "--json").stdout)
    (whole,) = found["whole"]
    assert (whole["asked"], whole["answered"], whole["counts"]) == (2, 1, {"5": 1})
    assert (found["by"], found["rows"][0]["name"], whole["measures"]["mean"]["value"]) == ("queue", None, 5.0)
    text = ivr("report", "survey", *DAY, "--format", "csv").stdout
    assert "agent-lee,satisfaction,mean,5" in text
    file = tmp_path / "survey.json"
    assert ivr("report", "survey", *DAY, "--format", "json", "--output", str(file)).exit_code == 0
    assert json.loads(file.read_text("utf-8"))["rows"][0]["name"] == "agent-lee"


def test_what_it_refuses(ivr: Ivr) -> None:
    assert ivr("report", "survey", "--from", "yesterday").exit_code == 2
    assert ivr("report", "survey", *DAY, "--output", "x.csv").exit_code == 2
    assert ivr("report", "survey", *DAY, "--by", "hour").exit_code == 2


def test_a_day_without_surveys(ivr: Ivr) -> None:
    assert json.loads(ivr("report", "survey", "--from", "2026-03-01", "--json").stdout)["whole"] == []


def test_the_report_beside_it(ivr: Ivr) -> None:
    assert json.loads(ivr("report", *DAY, "--by", "day", "--json").stdout)["by"] == "day"


def test_answers_stand_in_the_calls_story(ivr: Ivr) -> None:
    story = json.loads(ivr("calls", "show", "1.0", "--json").stdout)
    assert [(one["question"], one["answer"]) for one in story["answers"]] == [
        ("satisfaction", "5"),
        ("satisfaction", ""),
    ]
    assert "agent-lee" in ivr("calls", "show", "1.0").stdout
