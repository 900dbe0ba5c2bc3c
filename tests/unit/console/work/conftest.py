"""A console over a week of judged calls of four agents, a clock that tests move, and people of every role."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.console.context import Console
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.core.clock import FixedClock
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.accounts import people
from ivr.storage.database import Database
from ivr.storage.models import Account, AgentTalk, QueueVisit
from tests.unit.reports.month import Month, fill_month

LEE, CHEN = "agent-lee", "agent-chen"
START = datetime(2026, 11, 7, 2, 0, tzinfo=UTC)


def person(role: Role, login: str, agent: str = "", language: str = "en") -> Person:
    return Person(1, login, login, role, agent=agent, language=language)


ANN = person(Role.QA, "ann")
BOB = person(Role.QA, "bob")
EVE = person(Role.QA, "eve")
BOSS = person(Role.SUPERVISOR, "boss")
ROOT = person(Role.ADMIN, "root")
AGENT_LEE = person(Role.AGENT, "lee", LEE)
AGENT_CHEN = person(Role.AGENT, "chen", CHEN)
LEE_AS_LEAD = person(Role.SUPERVISOR, "lee-lead", LEE)
LEE_AS_QA = person(Role.QA, "lee-qa", LEE)
EVERYBODY = (ANN, BOB, EVE, BOSS, ROOT, AGENT_LEE, AGENT_CHEN, LEE_AS_LEAD, LEE_AS_QA)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
async def month(database: Database) -> Month:
    """Its talks are concluded, as the journal does when a call is over."""
    month = await fill_month(database, days=6)
    async with database.write() as session:
        for visit in await session.scalars(select(QueueVisit)):
            assert visit.connected_at is not None and visit.completed_at is not None
            session.add(
                AgentTalk(
                    call_id=visit.call_id,
                    agent=visit.agent,
                    origin="queue",
                    queue=visit.queue,
                    connected_at=visit.connected_at,
                    completed_at=visit.completed_at,
                )
            )
    return month


@pytest.fixture
async def console(database: Database, month: Month, clock: FixedClock, tmp_path: Path) -> Console:
    async with database.write() as session:
        for one in EVERYBODY:
            account = Account(login=one.login, role=one.role.value, agent=one.agent, created_at=START, changed_at=START)
            await people.add(session, account)
    return Console.of(Settings(home=tmp_path), database, clock)


async def actions(console: Console, begin: str) -> list[str]:
    """What the audit tells of actions that begin so, the oldest first."""
    async with console.database.read() as session:
        rows = await audit.list_rows(session, limit=1000)
    return [one.action for one in reversed(rows) if one.action.startswith(begin)]


@pytest.fixture
def later(clock: FixedClock) -> Iterator[object]:
    """``later(hours=3)`` moves the clock."""

    def move(**spans: float) -> datetime:
        clock.advance(timedelta(**spans).total_seconds())
        return clock.now()

    yield move
