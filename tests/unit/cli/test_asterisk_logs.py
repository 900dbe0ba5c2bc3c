"""``ivr asterisk rotate``, and what ``ivr doctor`` says of logs nobody turns over."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Reconciliation
from tests.unit.cli.conftest import Ivr

NOW = datetime.now(UTC)


@pytest.fixture
def log(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log folder of an Asterisk that does not run."""
    program = tmp_path / "root" / "usr" / "sbin" / "asterisk"
    modules = tmp_path / "root" / "usr" / "lib" / "asterisk" / "modules"
    for folder in (program.parent, modules, home / "asterisk" / "log"):
        folder.mkdir(parents=True)
    program.touch()
    (modules / "chan_pjsip.so").touch()
    monkeypatch.setenv("IVR_ROOTFS", str(tmp_path / "root"))
    return home / "asterisk" / "log"


def file(path: Path, days: float) -> None:
    path.write_text("x\n")
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))


def reconciled(home: Path, until: datetime) -> None:
    url = f"sqlite+aiosqlite:///{home}/ivr.db"
    upgrade(url)

    async def write() -> None:
        run: dict[str, Any] = {"by": "engine", "calls": 1, "mended": 0, "left": 0, "detail": {}}
        async with Database(url) as database, database.write() as session:
            session.add(Reconciliation(began_at=NOW, ended_at=NOW, since=until, resume_at=until, **run))

    asyncio.run(write())


def test_sources_stay_until_the_journal_was_compared_with_them(ivr: Ivr, home: Path, log: Path) -> None:
    for name in ("security.log.0", "queue_log.0", "queue_log"):
        file(log / name, 40)
    first = json.loads(ivr("asterisk", "rotate", "--json").stdout)
    assert first["files"] == ["queue_log"]
    assert [one["file"] for one in first["deleted"]] == ["security.log.0"]
    reconciled(home, NOW - timedelta(days=1))
    second = json.loads(ivr("asterisk", "rotate", "--json").stdout)
    assert [(one["file"], one["why"], one["unread"]) for one in second["deleted"]] == [
        ("queue_log.0", "age", False),
        ("queue_log.1", "age", False),
    ]
    assert "0 logs turned over" in ivr("asterisk", "rotate").stdout


def test_doctor_tells_of_a_log_that_nobody_turns_over(ivr: Ivr, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> dict[str, Any]:
        findings = json.loads(ivr("doctor", "--json").stdout)["findings"]
        return next(one for one in findings if one["name"] == "Asterisk's logs")

    monkeypatch.setenv("IVR_LOG_LIMIT", "10")
    assert told()["ok"]
    (log / "security.log").write_bytes(b"x" * 2_500_000)
    assert not told()["ok"]
    assert "security.log 2 MB" in told()["detail"]
    assert "ivr asterisk rotate" in told()["cure"]
    ivr("asterisk", "rotate")
    assert told()["ok"]
