"""What ``ivr up`` does once a night."""

from __future__ import annotations

import asyncio
import importlib
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from ivr.app.nightly import COMMANDS, NOT_ENDED, keep_nightly, next_night
from ivr.core.clock import FixedClock
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade

module = importlib.import_module("ivr.app.nightly")
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("zone", "now", "due"),
    [
        (SHANGHAI, utc(2026, 11, 2, 19, 29), utc(2026, 11, 2, 19, 30)),
        (SHANGHAI, utc(2026, 11, 2, 19, 30), utc(2026, 11, 3, 19, 30)),  # never twice in one night
        (SHANGHAI, utc(2026, 12, 31, 23, 0), utc(2027, 1, 1, 19, 30)),
        (BERLIN, utc(2026, 3, 28, 12, 0), utc(2026, 3, 29, 1, 30)),  # the clocks go forward in that night
        (BERLIN, utc(2026, 10, 24, 12, 0), utc(2026, 10, 25, 2, 30)),  # and back
    ],
)
def test_the_next_night_by_the_clocks_of_the_site(zone: ZoneInfo, now: datetime, due: datetime) -> None:
    assert next_night(now, time(3, 30), zone) == due


def test_a_time_that_the_clocks_leave_out_is_not_left_out() -> None:
    due = next_night(utc(2026, 3, 28, 12, 0), time(2, 30), BERLIN)
    assert due == utc(2026, 3, 29, 1, 30)
    assert next_night(due, time(2, 30), BERLIN) == utc(2026, 3, 30, 0, 30)


async def test_every_night_all_is_done_and_audited_whatever_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    await asyncio.to_thread(upgrade, settings.database)
    clock = FixedClock(utc(2026, 11, 2, 12, 0))
    real = asyncio.sleep

    async def soon(seconds: float) -> None:
        clock.advance(seconds)
        await real(0)

    monkeypatch.setattr(module.asyncio, "sleep", soon)
    done: list[tuple[datetime, tuple[str, ...]]] = []
    twice = asyncio.Event()

    async def run(command: tuple[str, ...]) -> int:
        done.append((clock.now(), command))
        if len(done) > 2 * len(COMMANDS):
            twice.set()
            await asyncio.Event().wait()
        if command[0] == "audit":
            raise OSError("no more processes")
        return 1 if command[1] == "verify" else 0

    task = asyncio.create_task(keep_nightly(clock, time(3, 30), SHANGHAI, settings, run))
    async with asyncio.timeout(60):
        await twice.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [command for _, command in done[: len(COMMANDS)]] == list(COMMANDS)
    assert [at for at, _ in done[:: len(COMMANDS)]] == [utc(2026, 11, day, 19, 30) for day in (2, 3, 4)]
    async with Database(settings.database) as database, database.read() as session:
        rows = await audit.list_rows(session)
    assert {row.detail["recordings verify --deep"] for row in rows} == {1}
    assert {row.detail["recordings retention"] for row in rows} == {0}
    assert {row.detail["audit verify"] for row in rows} == {NOT_ENDED}
    assert len(rows) == 2


def test_the_time_is_one_of_the_clock() -> None:
    assert Settings(nightly="off").nightly == "off"
    for wrong in ("24:00", "3:30", "noon", "03:30\n"):
        with pytest.raises(ValidationError):
            Settings(nightly=wrong)
