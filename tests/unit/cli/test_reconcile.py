"""``ivr calls reconcile`` as its user runs it."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.cli.reconcile import begin_of
from ivr.core.clock import SystemClock
from ivr.core.errors import UsageError
from ivr.core.settings import Settings
from ivr.storage import calls
from ivr.storage.database import Database
from tests.unit.cli.conftest import Ivr

FIXTURES = Path(__file__).parents[2] / "fixtures"
AFTER = datetime(2026, 11, 22, 8, tzinfo=UTC)  # the calls of the files are over
SINCE = ("--since", "2026-11-20")
RECONCILE = ("calls", "reconcile")


@pytest.fixture
def home(home: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty journal beside the files of a run."""
    log = home / "asterisk" / "log"
    (log / "cel-custom").mkdir(parents=True)
    shutil.copy(FIXTURES / "cel-demo.jsonl", log / "cel-custom" / "cel.json")
    shutil.copy(FIXTURES / "queue-log-demo.txt", log / "queue_log")
    shutil.copy(migrated, home / "ivr.db")
    monkeypatch.setattr(SystemClock, "now", lambda _: AFTER)
    return home


def test_drift_is_an_exit_code_until_it_is_mended(ivr: Ivr, home: Path) -> None:
    checked = ivr(*RECONCILE, *SINCE, "--check", "--json")
    assert checked.exit_code == 1
    found = json.loads(checked.stdout)
    assert (found["ok"], found["left"], found["mended"], len(found["drift"])) == (False, 5, 0, 5)
    assert {one["kind"] for one in found["drift"]} == {"no-call"}
    assert all(one["cure"]["en"] and one["cure"]["zh"] for one in found["drift"])
    mended = ivr(*RECONCILE, *SINCE)
    assert mended.exit_code == 0
    assert "5 calls compared, 0 agreed" in mended.stdout
    assert "13800138001" not in mended.stdout
    again = json.loads(ivr(*RECONCILE, *SINCE, "--json").stdout)
    assert (again["ok"], again["agreeing"], again["mended"]) == (True, 5, 0)

    async def contradict() -> None:
        async with Database(Settings().database) as database, database.write() as session:
            call = (await calls.hold(session, ["1795314209.4"]))["1795314209.4"]
            call.visits[0].agent = "[red]kim"

    asyncio.run(contradict())
    left = ivr(*RECONCILE, *SINCE)
    assert left.exit_code == 1
    assert "[red]kim" in left.stdout.replace("\n", "")


def test_other_files_are_read_and_strangers_stay_out(ivr: Ivr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "their_queue_log"
    other.write_text("1795320127|99.1|support|NONE|ENTERQUEUE||555|1\nnonsense\n1795320130|99.1|support|NONE|JUGGLE|\n")
    cel = tmp_path / "Master.csv"
    cel.write_text("")
    found = json.loads(ivr(*RECONCILE, *SINCE, "--json", "--cel", str(cel), "--queue-log", str(other)).stdout)
    assert (found["compared"], found["strangers"], found["left"]) == (0, 1, 0)
    assert (found["queue_log"]["malformed"], found["queue_log"]["unknown"]) == (1, {"JUGGLE": 1})
    shown = ivr(*RECONCILE, *SINCE, "--cel", str(cel), "--queue-log", str(other)).stdout
    assert "1 calls in the files are not ours" in shown
    assert "1 lines are no rows; 1 rows of events not known (JUGGLE 1)" in shown
    assert "0 calls compared" in shown
    monkeypatch.setenv("IVR_LANG", "zh")
    shown = ivr(*RECONCILE, *SINCE, "--cel", str(cel), "--queue-log", str(other)).stdout
    assert "另有 1 通不属于本系统" in shown
    assert "1 行格式不符；1 行为未知事件（JUGGLE 1）" in shown


def test_what_cannot_be_done_is_said(ivr: Ivr, home: Path) -> None:
    assert ivr(*RECONCILE, "--since", "soon").exit_code == 2
    assert ivr(*RECONCILE, "--cel", "nowhere.json").exit_code == 2
    shutil.rmtree(home / "asterisk")
    missing = ivr(*RECONCILE, "--json")
    assert missing.exit_code == 3
    assert "queue_log" in json.loads(missing.stdout)["error"]


def test_times_of_the_command_line() -> None:
    zone, now = ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert begin_of("90m", zone, now) == datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
    assert begin_of("3d", zone, now) == datetime(2026, 11, 19, 8, tzinfo=UTC)
    assert begin_of("2026-11-22", zone, now) == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert begin_of("2026-11-22T09:00", zone, now) == datetime(2026, 11, 22, 1, tzinfo=UTC)
    assert begin_of("2026-11-22T09:00+00:00", zone, now) == datetime(2026, 11, 22, 9, tzinfo=UTC)
    for text in ("", "2 hours", "99999999d", "٣d", "2026-13-01"):
        with pytest.raises(UsageError):
            begin_of(text, zone, now)
