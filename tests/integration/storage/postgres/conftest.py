"""The same tests on PostgreSQL: theirs is the fixture ``url``, here one of a real server.

The server is the tests' own (:mod:`tests.postgres`), or the one IVR_TEST_POSTGRES_URL names, on which databases may be
created, e.g. postgresql://user@127.0.0.1/postgres.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from ivr.storage.database import Database, database_url
from ivr.storage.migrations import upgrade
from ivr.storage.models import Base
from tests import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Address of a server."""
    if given := os.environ.get("IVR_TEST_POSTGRES_URL"):
        yield given
        return
    folder = postgres.programs()
    if folder is None:
        pytest.skip("no PostgreSQL on this machine (tests/postgres.py says where it is looked for)")
    with postgres.server(folder) as started:
        yield started


@contextlib.contextmanager
def empty_database(server: str) -> Iterator[str]:
    """A database of our own on a server, gone afterwards."""
    name = f"ivr_test_{secrets.token_hex(4)}"
    engine = create_engine(database_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """A database with tables."""
    with empty_database(postgres_server) as address:
        upgrade(address)
        yield address


@pytest.fixture
def url(migrated_postgres: str) -> str:
    """The same database, emptied."""
    engine = create_engine(database_url(migrated_postgres))
    with engine.begin() as connection:
        tables = ", ".join(Base.metadata.tables)
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    engine.dispose()
    return migrated_postgres


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with Database(url) as opened:
        yield opened
