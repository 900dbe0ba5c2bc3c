from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.storage.database import Database
from ivr.storage.migrations import upgrade


@pytest.fixture
def url(tmp_path: Path) -> str:
    address = f"sqlite+aiosqlite:///{tmp_path}/data/ivr.db"
    upgrade(address)
    return address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as opened:
        yield opened
