"""A console with its live feed, and an engine on a control socket that follows made-up events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ivr.console.context import Console
from ivr.console.live import LiveFeed
from ivr.console.pops import PopFeed
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.console.services.live import Beside
from ivr.core.settings import Settings
from ivr.storage.database import Database
from tests.line_engine import LineEngine

QUICK = (0.02, 0.05)  # seconds before another try to reach the engine

AGENT = Person(1, "lee", "Lee", Role.AGENT, "agent-lee", "en")
SUPERVISOR = Person(2, "kim", "Kim", Role.SUPERVISOR, "agent-kim", "en")
QA = Person(3, "qa", "QA", Role.QA, "", "en")
ADMIN = Person(4, "root", "Root", Role.ADMIN, "", "zh")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", recordings_dir=tmp_path / "sounds")


@pytest.fixture
async def console(settings: Settings, database: Database) -> AsyncIterator[Console]:
    made = Console.of(settings, database)
    beside = Beside(made)
    made.parts["live"] = LiveFeed(made.engine, made.clock, beside=beside, past=beside.past, every=0.1, pauses=QUICK)
    made.parts["pops"] = PopFeed(made.engine, made.clock, pauses=QUICK)
    async with made.parts["live"], made.parts["pops"]:
        yield made


@pytest.fixture
async def engine(settings: Settings, database: Database) -> AsyncIterator[LineEngine]:
    async with LineEngine(settings, database) as running:
        yield running


async def until(true: Callable[[], object], within: float = 8.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(within):
        while not true():
            await asyncio.sleep(0.01)
