"""``ivr report`` and ``ivr queues``: what they print, what they refuse."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from ivr.cli.common import console
from ivr.cli.report import bounds
from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.storage.database import Database
from ivr.storage.models import Call, QueueVisit
from tests.unit.cli.conftest import Ivr
from tests.unit.reports.test_replay import BY_HAND

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 4, 4, tzinfo=UTC)
DAY = ("--from", "2026-03-04")


@pytest.fixture
def filled(home: Path, migrated: Path) -> None:
    """A day with two calls at noon: one answered after 12 s, one given up after 3 s."""
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(migrated, home / "ivr.db")

    async def fill() -> None:
        async with Database(Settings().database) as database, database.write() as session:
            for number, (outcome, wait) in enumerate((("answered", 12), ("abandoned", 3))):
                began = NOON + timedelta(minutes=number)
                left, end = began + timedelta(seconds=wait), began + timedelta(seconds=wait + 90)
                taken = outcome == "answered"
                visit = QueueVisit(
                    queue="service", joined_at=began, left_at=left, outcome=outcome, agent="agent-lee" if taken else "",
                    connected_at=left if taken else None, completed_at=end if taken else None,
                )  # fmt: skip
                session.add(
                    Call(linkedid=f"{number}.0", caller="13800138000", started_at=began, ended_at=end, visits=[visit])
                )

    asyncio.run(fill())


def data(ivr: Ivr, *words: str) -> Any:
    result = ivr(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(ivr: Ivr, *words: str) -> str:
    result = ivr(*words, "--json")
    assert result.exit_code == 2, result.output
    return str(json.loads(result.stdout)["error"])


@pytest.mark.usefixtures("filled")
def test_a_report_in_its_three_forms(ivr: Ivr, tmp_path: Path) -> None:
    table = ivr("report", *DAY, "--by", "hour")
    assert "asked for an agent 2 = answered 1 + abandoned 1 (short 1)" in table.stdout
    noon = next(line for line in table.stdout.splitlines() if line.strip().startswith("12:00"))
    assert noon.split()[1:4] == ["2", "50.0", "50.0"]
    found = data(ivr, "report", *DAY)
    assert found["whole"]["indicators"]["answer_rate"]["value"] == 50
    assert found["whole"]["indicators"]["answer_rate"]["variant"]["value"] == 100
    assert [row["name"] for row in found["rows"]] == ["service"]
    text = ivr("report", *DAY, "--format", "csv").stdout
    assert "answer rate,B1,50,%,1,2," in text
    assert "13800138000" not in table.stdout + text + json.dumps(found)
    file = tmp_path / "figures.csv"
    assert ivr("report", *DAY, "--format", "csv", "--output", str(file)).exit_code == 0
    assert file.read_text("utf-8").removeprefix("\ufeff").replace("\r\n", "\n") == text.removeprefix("\ufeff").replace(
        "\r\n", "\n"
    )


@pytest.mark.usefixtures("filled")
def test_a_report_of_one_agent_and_of_an_empty_day(ivr: Ivr) -> None:
    assert data(ivr, "report", *DAY, "--agent", "agent-lee", "--by", "day")["whole"]["counts"]["answered"] == 1
    empty = ivr("report", "--from", "2026-03-01")
    assert empty.exit_code == 0
    assert "no call asked for an agent" in empty.stdout
    assert "0.0 %" not in empty.stdout  # no data is not nought


@pytest.mark.usefixtures("filled")
def test_a_report_that_cannot_be(ivr: Ivr) -> None:
    assert "not a day" in refused(ivr, "report", "--from", "yesterday")
    assert "not after" in refused(ivr, "report", "--from", "2026-03-04", "--to", "2026-03-01")
    assert "no queue 'servise'" in refused(ivr, "report", *DAY, "--queue", "servise")
    assert "no agent" in refused(ivr, "report", *DAY, "--agent", "lee")
    assert "10000" in refused(ivr, "report", "--from", "2024-01-01", "--to", "2026-01-01", "--by", "hour")
    assert ivr("report", *DAY, "--output", "x.csv").exit_code == 2
    assert ivr("report", "--by", "week").exit_code == 2


def test_what_from_and_to_mean() -> None:
    now = datetime(2026, 3, 10, 18, tzinfo=UTC)  # already the eleventh in Shanghai

    def told(since: str, until: str) -> list[str]:
        return [f"{one.astimezone(SHANGHAI):%m-%d %H:%M}" for one in bounds(since, until, SHANGHAI, now)]

    assert told("", "") == ["03-11 00:00", "03-12 00:00"]
    assert told("2026-03-01", "") == ["03-01 00:00", "03-02 00:00"]
    assert told("2026-02", "") == ["02-01 00:00", "03-01 00:00"]
    assert told("2026-01", "2026-02") == ["01-01 00:00", "03-01 00:00"]
    assert told("2026-03-01", "2026-03-03") == ["03-01 00:00", "03-04 00:00"]
    assert told("2026-03-01T09:30", "") == ["03-01 09:30", "03-02 00:00"]
    assert told("2026-03-01T09:30", "2026-03-01T10:00") == ["03-01 09:30", "03-01 10:00"]
    with pytest.raises(UsageError):
        told("2026-03-01T09:30", "2026-03-01T09:30")


def test_a_queue_log_is_replayed(ivr: Ivr, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "queue_log"
    log.write_text(BY_HAND, "utf-8")
    shown = ivr("queues", "simulate", str(log), "--agents", "service=+1")
    assert shown.exit_code == 0, shown.output
    assert "changed" in shown.stdout
    assert "13800138" not in shown.stdout
    assert "not understood in the log: 1 rows of events not known (SOMETHINGNEW 1)\n" in shown.stdout
    turned = tmp_path / "turned"
    turned.write_text("".join(reversed([line for line in BY_HAND.splitlines(True) if "NEW" not in line])), "utf-8")
    shown = ivr("queues", "simulate", str(turned))
    assert "rows stood below later ones, and were taken all the same\n" in shown.stdout
    assert "not understood" not in shown.stdout
    with monkeypatch.context() as chinese:
        chinese.setenv("IVR_LANG", "zh")
        assert "日志中无法识别的内容：1 行为未知事件" in ivr("queues", "simulate", str(log)).stdout
    found = data(ivr, "queues", "simulate", str(log), "--foreign")
    assert found["measured"]["service"]["abandoned"] == 1
    assert found["read"]["unknown"] == {"SOMETHINGNEW": 1}
    assert "changed" not in found
    assert "no queue 'none'" in refused(ivr, "queues", "simulate", str(log), "--agents", "none=+1")
    assert "not a change" in refused(ivr, "queues", "simulate", str(log), "--penalty", "lee=1")
    assert "nobody joined" in refused(ivr, "queues", "simulate", str(log), "--from", "2026-01-01")
    assert ivr("queues", "simulate").exit_code == 3  # no log of ours yet


def test_staff_from_a_load_given(ivr: Ivr, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = data(ivr, "queues", "staff", "--calls", "120", "--aht", "240", "--patience", "90", "--shrinkage", "0.3")
    (need,) = found["needs"]
    assert (need["erlang_c"]["agents"], need["erlang_a"]["agents"], need["roster"]) == (20, 18, 26)
    assert "--aht" in refused(ivr, "queues", "staff", "--calls", "120")
    assert "not a target" in refused(ivr, "queues", "staff", "--target", "80", "--calls", "1", "--aht", "60")
    assert "--interval 7" in refused(ivr, "queues", "staff", "--interval", "7")
    monkeypatch.setattr(console, "_width", 80)
    for language, heads in (("en", "calls AHT Erlang agents level gave up busy roster"),
                            ("zh", "来电 处理 时长 爱尔兰 坐席 服务 水平 放弃 占用 排班")):  # fmt: skip
        monkeypatch.setenv("IVR_LANG", language)
        shown = ivr("queues", "staff", "--calls", "1200", "--aht", "3600", "--patience", "120")
        assert all(head in shown.stdout for head in (*heads.split(), "1200.0", "1:00:00", "2400.00"))
        assert "…" not in shown.stdout
    monkeypatch.setenv("IVR_LANG", "en")
    shown = ivr("queues", "staff", "--calls", "120", "--aht", "240")
    assert "20" in shown.stdout
    assert "Erlang" in shown.stdout


@pytest.mark.usefixtures("filled")
def test_staff_from_the_measured_load(ivr: Ivr) -> None:
    found = data(ivr, "queues", "staff", *DAY, "--at-least", "2")
    noon = next(one for one in found["needs"] if one["from"] == "12:00")
    assert (noon["calls"], noon["roster"], noon["erlang_a"]) == (2, 2, None)
    assert noon["handling_s"] == 92  # 90 s of talk and the queue's 2 s of after-call work
    assert any("Erlang C alone" in note["en"] for note in found["notes"])
    assert "no queue 'servise'" in refused(ivr, "queues", "staff", *DAY, "--queue", "servise")
    assert "not a weekday" in refused(ivr, "queues", "staff", "--days", "mon,someday")
    shown = ivr("queues", "staff", *DAY, "--days", "wed")
    assert "12:00" in shown.stdout
    none = data(ivr, "queues", "staff", *DAY, "--days", "mon")
    assert none["needs"] == []
    assert "no load measured" in none["notes"][0]["en"]


def test_the_alert_rules_are_printed_and_written(ivr: Ivr, home: Path, tmp_path: Path) -> None:
    shown = ivr("queues", "alerts-file")
    assert yaml.safe_load(shown.stdout)["groups"][0]["name"] == "callwright"
    file = tmp_path / "rules.yaml"
    assert ivr("queues", "alerts-file", "--output", str(file)).exit_code == 0
    assert file.read_text("utf-8") == shown.stdout
    assert data(ivr, "queues", "alerts-file")["rules"]["groups"]
