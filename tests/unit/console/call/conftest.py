"""A console over calls with real sound files: the caller hums at 300 Hz, the agent at 500 Hz."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.console.context import Console
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.core.settings import Settings
from ivr.storage.database import Database
from recording.vault import Identity, Vault
from tests.unit.recording.keeping_room import KeepingRoom

CARD = "my card is four two four two four two four two four two four two four two four two thank you"


def person(role: Role, agent: str = "", *, login: str = "", session: int = 7, number: int = 1) -> Person:
    return Person(number, login or role.value, role.value, role, agent=agent, language="en", session=session)


QA = person(Role.QA)
LEE = person(Role.AGENT, "lee")
KIM = person(Role.AGENT, "kim")
ADMIN = person(Role.ADMIN)


@pytest.fixture
def vault() -> Vault:
    identity = Identity.new()
    return Vault([identity.recipient], [identity])


@pytest.fixture
async def room(url: str, tmp_path: Path) -> AsyncIterator[KeepingRoom]:
    """Plain files."""
    async with Database(url) as database:
        yield KeepingRoom(database, tmp_path)


def console_of(room: KeepingRoom, vault: Vault | None = None) -> Console:
    """A console over the same database and files."""
    settings = Settings(home=room.folder.parent)
    console = Console.of(settings, room.database, room.clock)
    console.parts["vault"] = vault or Vault()
    return console


@pytest.fixture
def console(room: KeepingRoom) -> Console:
    return console_of(room)
