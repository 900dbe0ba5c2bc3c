"""A console over a copy of the demo site, without Asterisk and engine."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialplan.sites import demo_site
from ivr.call.versions import in_force, putting
from ivr.console.context import Console
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.core.clock import FixedClock
from ivr.core.errors import SetupError
from ivr.core.settings import Settings
from ivr.storage.database import Database

NOW = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai, a working day


def person(role: Role, login: str = "", language: str = "en") -> Person:
    return Person(1, login or role.value, role.value, role, language=language)


@pytest.fixture
def admin() -> Person:
    return person(Role.ADMIN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo_site(), tmp_path / "site"))


@pytest.fixture
async def console(url: str, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    def none(*_: object, **__: object) -> None:
        raise SetupError("no Asterisk")

    monkeypatch.setattr(putting, "find_asterisk", none)
    settings = Settings(home=tmp_path / "home", site=folder, database_url=url)
    clock = FixedClock(NOW)
    in_force(settings, clock)
    async with Database(url) as database:
        yield Console.of(settings, database, clock)
