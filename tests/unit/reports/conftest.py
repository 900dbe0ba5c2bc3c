from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.reports.indicators import Indicators, indicators
from ivr.reports.load import load_day
from ivr.reports.model import CallStory
from ivr.storage.database import Database
from tests.unit.reports.day import START, fill


@pytest.fixture(scope="session")
def recorded(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database and the sound files of a day, made once."""
    folder = tmp_path_factory.mktemp("day")
    shutil.copy(migrated, folder / "ivr.db")

    async def make() -> None:
        async with Database(f"sqlite+aiosqlite:///{folder}/ivr.db") as opened:
            await fill(opened, folder)

    asyncio.run(make())
    return folder


@pytest.fixture
async def recorded_day(recorded: Path) -> tuple[list[CallStory], Indicators]:
    """The stories and the indicators of that day, in Shanghai."""
    async with Database(f"sqlite+aiosqlite:///{recorded}/ivr.db") as opened, opened.read() as session:
        until = START + timedelta(days=1)
        stories = await load_day(session, START, until, recorded, zone=ZoneInfo("Asia/Shanghai"))
        return stories, await indicators(session, START, until)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as opened:
        yield opened
