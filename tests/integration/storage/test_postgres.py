"""The same repositories and the same journal on PostgreSQL.

Set IVR_TEST_POSTGRES_URL to a server on which databases may be created, e.g. postgresql://user@127.0.0.1/postgres.
"""

from __future__ import annotations

import asyncio
import io
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text

from ivr.core.errors import StorageError
from ivr.core.settings import Settings
from ivr.storage import audit, calls, jobs, quality
from ivr.storage.database import Database, database_url
from ivr.storage.dump import dump, load
from ivr.storage.migrations import current, newest, upgrade
from ivr.storage.models import Base
from recording.vault import vault_for
from tests.unit.journal.test_journal import *  # noqa: F403
from tests.unit.recording.backup_home import furnish, make_keys
from tests.unit.reports.test_indicators import *  # noqa: F403
from tests.unit.storage.test_repositories import *  # noqa: F403
from tests.unit.storage.test_repositories import NOW, add_call

SERVER = os.environ.get("IVR_TEST_POSTGRES_URL", "")
if not SERVER:
    pytest.skip("IVR_TEST_POSTGRES_URL names no PostgreSQL server", allow_module_level=True)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A database of our own on that server."""
    name = f"ivr_test_{secrets.token_hex(4)}"
    server = create_engine(database_url(SERVER), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@pytest.fixture
def url(address: str) -> str:
    upgrade(address)
    engine = create_engine(database_url(address))
    with engine.begin() as connection:
        tables = ", ".join(Base.metadata.tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return address


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as opened:
        yield opened


def test_models_and_migrations_agree(url: str) -> None:
    assert upgrade(url) == newest() == current(url)
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


async def test_claims_and_audits_at_once_do_not_meet(database: Database, url: str) -> None:
    ids = [await add_call(database, f"{number}.0") for number in range(10)]
    async with database.write() as session:
        for call_id in ids:
            await jobs.enqueue(session, "judge", call_id, NOW)

    async def work(own: Database, worker: str) -> list[int]:
        done = []
        while True:
            async with own.write() as session:
                job = await jobs.claim(session, "judge", worker, now=NOW)
                if job is None:
                    return done
                await audit.append(session, actor=worker, action="judge", object=str(job.call_id), at=NOW)
                done.append(job.call_id)

    async with Database(url) as one, Database(url) as two, Database(url) as three:
        found = await asyncio.gather(work(one, "w1"), work(two, "w2"), work(three, "w3"))
    assert sorted(call_id for claimed in found for call_id in claimed) == sorted(ids)
    async with database.read() as session:
        assert await audit.verify(session) is None
        assert len(await calls.open_calls(session)) == 10


async def test_a_dump_goes_from_sqlite_to_postgresql_and_back_the_same(url: str, tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "home", database_url="", keys=None, site=None)
    make_keys(home)
    await furnish(home, 3, 100)
    first: dict[str, io.BytesIO] = {}
    revision, tables = dump(home.database, lambda name: first.setdefault(name, io.BytesIO()))
    lines = {name: file.getvalue().splitlines(keepends=True) for name, file in first.items()}
    counts = load(url, revision, [(one, lines[one.name]) for one in tables])
    assert counts["calls"] == counts["transcripts"] == 3
    second: dict[str, io.BytesIO] = {}
    dump(url, lambda name: second.setdefault(name, io.BytesIO()))
    assert {name: file.getvalue() for name, file in second.items()} == {
        name: file.getvalue() for name, file in first.items()
    }
    async with Database(url, sealer=vault_for(home)) as database:
        async with database.read() as session:
            assert await audit.verify(session) is None
            ((_, transcript),) = await quality.transcripts(session, 1)
            assert transcript.text.startswith("said-0")
        assert await add_call(database, "9.9") == 4  # ids go on behind those that were put in
    with pytest.raises(StorageError, match="not empty"):
        load(url, revision, [])
