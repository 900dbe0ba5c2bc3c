"""``ivr queues alerts`` as its user runs it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.storage import alerts
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import AlertRow
from tests.unit.cli.conftest import Ivr

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def book(home: Path) -> None:
    """A wait that is over, one that goes on, and an agent who was paused a month ago."""
    url = f"sqlite+aiosqlite:///{home}/ivr.db"
    home.mkdir()
    upgrade(url)

    async def fill() -> None:
        async with Database(url) as database, database.write() as session:
            month_ago, hour_ago = NOW - timedelta(days=30), NOW - timedelta(hours=1)
            told = {"event": {"log": "told"}}
            paused = {"rule": "missed", "kind": "agent-paused", "subject": "lee", "value": 3.0, "told": told}
            alerts.add(session, AlertRow(**paused, began_at=month_ago, ended_at=month_ago))
            for subject in ("service", "sales"):
                wait = {"rule": "slow", "kind": "longest-wait", "subject": subject, "value": 91.26, "threshold": 90.0}
                told = {"raised": {"log": "told", "webhook example": "failed"}}
                await alerts.begin(session, AlertRow(**wait, began_at=hour_ago, told=told))
            await alerts.end(session, "slow", "service", hour_ago + timedelta(minutes=2), 0.0, {"log": "told"})

    asyncio.run(fill())


def test_the_last_week_the_newest_first_and_one_goes_on(ivr: Ivr, book: None) -> None:
    result = ivr("queues", "alerts", "--json")
    found = json.loads(result.stdout)["alerts"]
    assert [(one["rule"], one["subject"], one["ended_at"] is None) for one in found] == [
        ("slow", "sales", True),
        ("slow", "service", False),
    ]
    assert (found[1]["value"], found[1]["limit"], found[1]["end_value"]) == (91.26, 90.0, 0.0)
    assert found[1]["told"] == {"raised": {"log": "told", "webhook example": "failed"}, "cleared": {"log": "told"}}
    first, second = ivr("queues", "alerts").stdout.splitlines()
    assert "goes on" in first
    assert "slow (longest wait) service 91.26 / 90" in second
    assert "log, webhook example (raised: failed)" in second


def test_which_are_shown(ivr: Ivr, book: None) -> None:
    assert len(json.loads(ivr("queues", "alerts", "--since", "60d", "--json").stdout)["alerts"]) == 3
    assert len(json.loads(ivr("queues", "alerts", "--since", "30m", "--json").stdout)["alerts"]) == 1
    found = json.loads(ivr("queues", "alerts", "--open", "--json").stdout)["alerts"]
    assert [one["subject"] for one in found] == ["sales"]
    assert ivr("queues", "alerts", "--since", "soon").exit_code == 2


def test_none(ivr: Ivr) -> None:
    result = ivr("queues", "alerts", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"alerts": []})
