"""``ivr qa thresholds``: those in force, and those that have judged."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.core.settings import Settings
from ivr.storage import judged_by
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from recording.compliance import THRESHOLDS
from recording.compliance.thresholds import thresholds_file
from recording.findings import judged_with
from recording.rulebooks.load import pack
from tests.unit.cli.conftest import Ivr


def test_earlier_thresholds_can_be_read_when_others_are_in_force(
    home: Path, ivr: Ivr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = replace(THRESHOLDS, accept=THRESHOLDS.accept + 1)

    async def fill() -> None:
        url = Settings().database
        await asyncio.to_thread(upgrade, url)
        async with Database(url) as database, database.write() as session:
            for text in judged_with(pack("ko-KR"), earlier, datetime(2026, 11, 2, tzinfo=UTC)):
                assert await judged_by.keep(session, text)
                assert not await judged_by.keep(session, text)

    asyncio.run(fill())
    ran = ivr("qa", "thresholds", "--json")
    assert json.loads(ran.stdout)["full_version"] == THRESHOLDS.full_version
    for asked in (earlier.digest, earlier.full_version):
        ran = ivr("qa", "thresholds", "--digest", asked, "--json")
        assert json.loads(ran.stdout)["values"]["accept"] == earlier.accept
    assert ivr("qa", "thresholds", "--digest", "0" * 12).exit_code == 2
    site = tmp_path / "site"
    site.mkdir()
    (site / "thresholds.json").write_text(thresholds_file(replace(THRESHOLDS, version="mine"), {}), encoding="utf-8")
    monkeypatch.setenv("IVR_SITE", str(site))
    ran = ivr("qa", "thresholds")
    assert "mine+" in ran.stdout
    assert f"accept: {THRESHOLDS.accept:g}" in ran.stdout
