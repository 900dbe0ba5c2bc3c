"""PostgreSQL itself: tables by the migrations, claims by several processes, a dump there and back."""

from __future__ import annotations

import asyncio
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url, text

from ivr.core.errors import StorageError
from ivr.core.settings import Settings
from ivr.storage import audit, calls, jobs, quality
from ivr.storage.database import Database, database_url
from ivr.storage.dump import dump, load
from ivr.storage.migrations import _config, current, newest, upgrade
from ivr.storage.models import Base, Call
from ivr.storage.search.index import TABLE
from recording.vault import vault_for
from tests.integration.storage.postgres.conftest import empty_database
from tests.unit.recording.backup_home import furnish, make_keys
from tests.unit.storage.test_audit import (  # noqa: F401
    test_a_hash_kept_elsewhere,
    test_a_process_that_ends_after_its_commit_leaves_no_stranger,
    test_rows_are_found_by_what_is_asked,
    test_several_writers_and_one_head,
    test_what_was_rolled_back_is_no_row_and_no_fault,
)
from tests.unit.storage.test_database import (  # noqa: F401
    test_a_naive_time_is_refused,
    test_a_raising_block_writes_nothing,
    test_what_was_written_can_be_read_with_its_microseconds,
)
from tests.unit.storage.test_repositories import NOW, add_call


def test_models_and_migrations_agree(url: str) -> None:
    assert upgrade(url) == newest() == current(url)
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        # The index of words is no table of the models: it is another thing in each database.
        ours = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith(TABLE),
        }
        context = MigrationContext.configure(connection, opts=ours)
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


def test_upgrades_at_the_same_time_do_not_meet(postgres_server: str) -> None:
    with empty_database(postgres_server) as fresh, ThreadPoolExecutor(4) as pool:
        assert list(pool.map(upgrade, [fresh] * 4)) == [newest()] * 4


def test_every_migration_goes_back_too(postgres_server: str) -> None:
    with empty_database(postgres_server) as fresh:
        upgrade(fresh)
        engine = create_engine(database_url(fresh))
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.downgrade(config, "base")
            assert set(inspect(connection).get_table_names()) == {"alembic_version"}
        engine.dispose()
        assert upgrade(fresh) == newest()


async def test_a_second_row_with_the_same_key_is_refused_for_good(database: Database) -> None:
    await add_call(database, "1.1")
    with pytest.raises(StorageError, match="contradicts") as caught:
        async with database.write() as session:
            session.add(Call(linkedid="1.1", started_at=NOW))
    assert not caught.value.retryable


async def test_a_database_without_tables_names_the_cure(postgres_server: str) -> None:
    with empty_database(postgres_server) as fresh:
        async with Database(fresh) as database:
            with pytest.raises(StorageError, match="ivr db upgrade") as caught:
                async with database.read() as session:
                    await calls.find(session, "1.1")
            assert not caught.value.retryable


async def test_times_are_the_same_whatever_the_server_s_zone(database: Database, url: str) -> None:
    name = make_url(url).database
    engine = create_engine(database_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET timezone TO 'Asia/Shanghai'"))
    try:
        async with Database(url) as elsewhere:
            async with elsewhere.write() as session:
                session.add(Call(linkedid="2.2", started_at=NOW))
            async with elsewhere.read() as session:
                found = await calls.list_calls(session, since=NOW, until=NOW + timedelta(microseconds=1))
        assert [(call.linkedid, call.started_at) for call in found] == [("2.2", NOW)]
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} RESET timezone"))
        engine.dispose()
