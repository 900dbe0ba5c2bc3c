"""``ivr db tidy`` as its user runs it."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.storage import alerts, audit, tidying
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import AgentState, AlertRow, Reconciliation
from tests.unit.cli.conftest import Ivr

NOW = datetime.now(UTC)
KINDS = (AgentState, AlertRow, Reconciliation)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def url(home: Path) -> str:
    """Rows that ended 500, 300 and 20 days ago, and some that go on since 500 days."""
    url = f"sqlite+aiosqlite:///{home}/ivr.db"
    home.mkdir()
    upgrade(url)
    run = {"since": NOW, "resume_at": NOW, "by": "engine", "calls": 1, "mended": 0, "left": 0, "detail": {}}

    async def fill() -> None:
        async with Database(url) as database, database.write() as session:
            for days in (500, 300, 20):
                for number in range(3 * tidying.BATCH // 2 if days == 500 else 1):
                    begun = ago(days) - timedelta(seconds=number + 2)
                    session.add(AgentState(agent="lee", state="paused", began_at=begun, ended_at=ago(days)))
                alerts.add(
                    session, AlertRow(rule="r", kind="no-agent", subject="q", began_at=ago(days), ended_at=ago(days))
                )
                session.add(Reconciliation(began_at=ago(days), ended_at=ago(days), **run))
            session.add(AgentState(agent="kim", state="logged_in", began_at=ago(500)))
            session.add(AlertRow(rule="r", kind="no-agent", subject="open", began_at=ago(500)))

    asyncio.run(fill())
    return url


def left(url: str) -> dict[str, list[int]]:
    """Days since each row that is left ended; -1: it goes on."""

    async def look() -> dict[str, list[int]]:
        async with Database(url) as database, database.read() as session:
            found = {}
            for kind in KINDS:
                ends = await session.scalars(select(kind.ended_at).order_by(kind.id))
                found[kind.__tablename__] = [-1 if end is None else (NOW - end).days for end in ends]
            return found

    return asyncio.run(look())


def test_what_is_over_for_longer_than_kept_is_deleted(ivr: Ivr, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    many = 3 * tidying.BATCH // 2
    before = left(url)
    would = json.loads(ivr("db", "tidy", "--dry-run", "--json").stdout)
    assert would == {"dry_run": True, "deleted": {"agent_states": many, "alerts": 1, "reconciliations": 1}}
    assert left(url) == before
    assert json.loads(ivr("db", "tidy", "--json").stdout)["deleted"] == would["deleted"]
    assert left(url) == {"agent_states": [300, 20, -1], "alerts": [300, 20, -1], "reconciliations": [300, 20]}
    monkeypatch.setenv("IVR_KEEP_STATES", "31")
    monkeypatch.setenv("IVR_KEEP_ALERTS", "10")
    assert "agent_states 1" in ivr("db", "tidy").stdout
    assert left(url) == {"agent_states": [20, -1], "alerts": [-1], "reconciliations": [20]}  # the newest run stays
    assert ivr("db", "tidy", "--json").exit_code == 0

    async def audited() -> list[dict[str, int]]:
        async with Database(url) as database, database.read() as session:
            return [row.detail["deleted"] for row in await audit.list_rows(session) if row.action == "tidy"]

    assert len(asyncio.run(audited())) == 2  # what deleted nothing is not worth a line


def test_a_month_of_states_is_always_kept(ivr: Ivr, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_KEEP_STATES", "5")
    result = ivr("db", "tidy")
    assert result.exit_code == 2
    assert "IVR_KEEP_STATES" in result.output
