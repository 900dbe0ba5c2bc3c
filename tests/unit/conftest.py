"""A database of its own for each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.storage.database import Database
from ivr.storage.migrations import upgrade


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with tables, made once and copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "ivr.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
def url(migrated: Path, tmp_path: Path) -> str:
    shutil.copy(migrated, tmp_path / "ivr.db")
    return f"sqlite+aiosqlite:///{tmp_path}/ivr.db"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as opened:
        yield opened
