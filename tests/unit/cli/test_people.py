"""The commands of people's quality work, from the drawing of lots to the month's report."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from ivr.core.settings import Settings
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from tests.unit.cli.conftest import Ivr
from tests.unit.reports.month import MONTH, Month, fill_month

LEE = "agent-lee"


@pytest.fixture
def month(home: Path) -> Month:
    async def fill() -> Month:
        url = Settings().database
        await asyncio.to_thread(upgrade, url)
        async with Database(url) as database:
            return await fill_month(database, days=2)

    return asyncio.run(fill())


def data(ivr: Ivr, *words: str) -> Any:
    result = ivr("qa", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(ivr: Ivr, *words: str) -> str:
    result = ivr("qa", *words, "--json")
    assert result.exit_code == 2, result.output
    return str(json.loads(result.stdout)["error"])


def test_a_review_from_opening_to_dispute(ivr: Ivr, month: Month) -> None:
    call = str(month.of(LEE)[0])
    review = str(data(ivr, "review", "open", call, "--as", "qa-ann")["id"])
    assert "nobody is named" in refused(ivr, "review", "set", review, "closing", "pass")
    assert "not a value" in refused(ivr, "review", "set", review, "closing", "good", "--as", "qa-ann")
    assert "no item" in refused(ivr, "review", "set", review, "nothing", "pass", "--as", "qa-ann")
    data(ivr, "review", "set", review, "brush-off", "fail", "--reason", "at 1:03", "--as", "qa-ann")
    submitted = data(ivr, "review", "submit", review, "--as", "qa-ann", "--leave-open")
    assert (submitted["state"], submitted["points"], submitted["failed_all"]) == ("submitted", 0.0, True)
    card = data(ivr, "review", "card", call)
    assert card["final"]["percent"] == 0.0 != card["automatic"]["percent"]

    dispute = str(data(ivr, "dispute", "raise", call, "brush-off", "--reason", "not me", "--as", LEE)["id"])
    second = str(data(ivr, "dispute", "take", dispute, "--as", "qa-bob")["review"])
    blind = data(ivr, "review", "show", second, "--as", "qa-bob")
    assert "automatic" not in blind["items"][0]
    assert "item" not in data(ivr, "dispute", "show", dispute, "--as", "qa-bob")
    assert data(ivr, "dispute", "show", dispute, "--as", LEE)["item"] == "brush-off"
    assert "blind" in refused(ivr, "review", "card", call, "--as", "qa-bob")
    for item in blind["items"]:
        data(ivr, "review", "set", second, item["item"], "pass", "--as", "qa-bob")
    data(ivr, "review", "submit", second, "--as", "qa-bob")
    decided = data(ivr, "dispute", "decide", dispute, "--change", "--reason", "the caller said it", "--as", "lead")
    assert (decided["state"], decided["value"]) == ("changed", "pass")
    assert data(ivr, "review", "card", call)["final"]["failed_all"] is False
    assert data(ivr, "dispute", "list") == []
    assert [one["state"] for one in data(ivr, "dispute", "list", "--all")] == ["changed"]
    for words in (["review", "list"], ["review", "show", review], ["review", "card", call],
                  ["dispute", "show", dispute], ["dispute", "list", "--all"],
                  ["agreement", "--month", MONTH]):  # fmt: skip
        assert ivr("qa", *words).exit_code == 0


def test_a_calibration(ivr: Ivr, month: Month) -> None:
    call = str(month.of(LEE)[0])
    opened = data(
        ivr, "calibrate", "open", "November", "--call", call, "--reviewer", "a", "--reviewer", "b", "--as", "l"
    )
    number = str(opened["id"])
    for who, value in (("a", "pass"), ("b", "fail")):
        review = data(ivr, "calibrate", "start", number, call, "--as", who)
        for item in review["items"]:
            data(ivr, "review", "set", str(review["id"]), item["item"], value, "--as", who)
        data(ivr, "review", "submit", str(review["id"]), "--as", who)
    assert "not shown yet" in refused(ivr, "calibrate", "show", number)
    data(ivr, "calibrate", "close", number, "--as", "l")
    shown = data(ivr, "calibrate", "show", number)
    assert shown["calls"][0]["spread"] == 100.0
    assert {one["agreement"]["split"] for one in shown["items"]} == {1}
    assert ivr("qa", "calibrate", "show", number).exit_code == ivr("qa", "calibrate", "list").exit_code == 0
    assert "not a call" in refused(ivr, "calibrate", "open", "x", "--call", "x", "--reviewer", "a", "--as", "l")


def test_coaching_and_figures(ivr: Ivr, month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_USER", "lead")
    note = data(ivr, "coach", "write", LEE, "Greet first.", "--due", "2099-01-31", "--item", "opening")
    assert note["due_at"] == "2099-01-31T15:59:59+00:00"  # the end of that day in Shanghai
    for number in range(3):
        data(ivr, "coach", "warn", LEE, f"warning {number}")
    board = data(ivr, "coach", "board")
    assert board[LEE][1] == {"kind": "warning", "count": 3, "taken": 0, "due": 1, "to_next": 3}
    assert "next step is due" in ivr("qa", "coach", "warn", LEE, "a fourth").stdout
    data(ivr, "coach", "step", LEE, "warning", "a talk")
    assert "no next step" in refused(ivr, "coach", "step", LEE, "warning", "again")
    assert "only the agent" in refused(ivr, "coach", "ack", str(note["id"]))
    assert data(ivr, "coach", "ack", str(note["id"]), "--answer", "yes", "--as", LEE)["state"] == "acknowledged"
    assert data(ivr, "coach", "done", str(note["id"]))["state"] == "done"
    assert data(ivr, "coach", "list", "--overdue") == []
    assert len(data(ivr, "coach", "list", "--kind", "warning")) == 5
    assert ivr("qa", "coach", "list").exit_code == ivr("qa", "coach", "board").exit_code == 0
    assert data(ivr, "figure", LEE, MONTH, "satisfaction", "91")["value"] == 91
    assert "between" in ivr("qa", "figure", LEE, MONTH, "satisfaction", "191").stderr


def test_lots_are_drawn_and_can_be_checked(ivr: Ivr, month: Month) -> None:
    # How many parts are over depends on today's date; what is drawn from them is tested with the rules of the draw.
    first = data(ivr, "sample", "--month", MONTH, "--risk", "3")
    again = data(ivr, "sample", "--month", MONTH, "--risk", "3")
    assert first["draws"] == again["draws"]
    assert len(first["risks"]) == 3
    assert data(ivr, "sample", "--month", MONTH, "--verify")["same"] is True
    assert ivr("qa", "sample", "--month", MONTH).exit_code == 0
    assert "not a month" in refused(ivr, "sample", "--month", "2026-13")


def test_the_month_s_report(ivr: Ivr, month: Month, home: Path, tmp_path: Path) -> None:
    page, table = tmp_path / "q.html", tmp_path / "q.csv"
    found = data(ivr, "report", "--month", MONTH, "--html", str(page), "--csv", str(table))
    assert found["whole"]["cards"] == 8
    assert page.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert table.read_bytes().startswith("\ufeff".encode())
    shown = ivr("qa", "report", "--month", MONTH, "--agent", LEE)
    assert shown.exit_code == 0 and "agent-lee" in shown.stdout and "agent-chen" not in shown.stdout
    assert (home / "reports" / f"quality-{MONTH}-part.html").exists()
    assert ivr("qa", "report", "--month", MONTH, "--day", "2026-11-01").exit_code == 2
    assert "go with --month" in ivr("qa", "report", "--agent", LEE).stderr
    assert ivr("qa", "report", "--month", "2025-01").exit_code == 0
