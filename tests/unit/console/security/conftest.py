"""A console over a database of its own, with a clock that is told when to move and hashes that cost nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.console.context import Console
from ivr.console.security import people
from ivr.console.security.login import Came, Door
from ivr.console.security.passwords import Passwords, fast
from ivr.console.security.sessions import Begun
from ivr.core.clock import FixedClock
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.accounts import people as rows
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Account, Audit

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
HERE = Came("192.0.2.7", "Browser/1", "en")


class CountingPasswords(Passwords):
    """Counts how often a hash was gone through."""

    verified = 0

    def _verify(self, kept: str, plain: str) -> bool:
        self.verified += 1
        return super()._verify(kept, plain)


@dataclass
class House:
    """A console and what tests do with it."""

    console: Console
    clock: FixedClock
    passwords: CountingPasswords

    @property
    def database(self) -> Database:
        return self.console.database

    async def add(self, login: str, role: str = "qa", *, password: str = PASSWORD, **more: Any) -> int:
        kept = await self.passwords.hashed(password) if password else ""
        async with self.database.write() as session:
            account = await people.add(session, self.clock, "test", login=login, role=role, **more)
            account.password = kept
            return account.id

    async def account(self, login: str) -> Account:
        async with self.database.read() as session:
            found = await rows.by_login(session, login)
        assert found is not None
        return found

    async def login(self, login: str, password: str = PASSWORD, came: Came = HERE) -> Begun:
        begun = await Door.of(self.console).login(login, password, came)
        assert isinstance(begun, Begun)
        return begun

    async def audited(self, action: str) -> list[Audit]:
        """Rows of an action, the oldest first."""
        async with self.database.read() as session:
            return list(reversed(await audit.list_rows(session, action=action)))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("console") / "ivr.db"
    upgrade(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture
async def house(tmp_path: Path, migrated: Path) -> AsyncIterator[House]:
    settings = Settings(home=tmp_path, console_idle=8, console_session=24)
    (tmp_path / "ivr.db").write_bytes(migrated.read_bytes())
    clock = FixedClock(NOW)
    async with Database(settings.database) as database:
        console = Console.of(settings, database, clock)
        passwords = CountingPasswords(fast())
        console.parts["login"] = Door(console, passwords)
        yield House(console, clock, passwords)
