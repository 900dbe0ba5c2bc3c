from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text

from ivr.core.errors import StorageError, UsageError
from ivr.storage.database import Database, database_url
from ivr.storage.migrations import upgrade
from ivr.storage.models import Call

NOW = datetime(2026, 3, 1, 9, 0, 0, 123456, tzinfo=UTC)


async def test_what_was_written_can_be_read_with_its_microseconds(database: Database) -> None:
    async with database.write() as session:
        session.add(Call(linkedid="1.1", started_at=NOW))
    async with database.read() as session:
        call = (await session.scalars(select(Call))).one()
    assert (call.linkedid, call.started_at, call.route, call.evidence) == ("1.1", NOW, "engine", {})


async def test_a_raising_block_writes_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.write() as session:
            session.add(Call(linkedid="1.1", started_at=NOW))
            await session.flush()
            raise ZeroDivisionError
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 0


@pytest.mark.parametrize("moment", ["commit", "reset"])
async def test_a_writer_cancelled_while_it_commits_has_written(
    database: Database, moment: str, caplog: pytest.LogCaptureFixture
) -> None:
    def cancel(*_: object) -> None:
        writer.cancel()

    async def write() -> None:
        async with database.write() as session:
            session.add(Call(linkedid="1.1", started_at=NOW))
            engine = session.get_bind()
            event.listen(engine if moment == "commit" else engine.pool, moment, cancel, once=True)

    writer = asyncio.create_task(write())
    with pytest.raises(asyncio.CancelledError):
        await writer
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 1
    assert not caplog.records, "the connection was given back as it should be"


async def test_sqlite_is_set_for_several_processes(database: Database) -> None:
    async with database.read() as session:
        values = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "busy_timeout", "foreign_keys", "synchronous")
        ]
    assert values == ["wal", 10_000, 1, 1]


async def test_a_writer_holds_the_lock_from_the_start_and_readers_go_on(database: Database, url: str) -> None:
    async with Database(url) as other:
        order: list[str] = []

        async def second() -> None:
            async with other.write() as session:
                order.append("second")
                session.add(Call(linkedid="2.2", started_at=NOW))

        async with database.write() as session:
            task = asyncio.create_task(second())
            await asyncio.sleep(0.1)
            session.add(Call(linkedid="1.1", started_at=NOW))
            async with other.read() as reader:
                assert await reader.scalar(select(func.count()).select_from(Call)) == 0
            order.append("first")
        await task
    assert order == ["first", "second"]


async def test_twenty_writers_of_one_process_take_turns(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.write() as session:
            count = await session.scalar(select(func.count()).select_from(Call))
            session.add(Call(linkedid=f"{number}.{count}", started_at=NOW))

    await asyncio.gather(*(one(number) for number in range(20)))
    async with database.read() as session:
        found = (await session.scalars(select(Call.linkedid))).all()
    assert sorted(int(linkedid.split(".")[1]) for linkedid in found) == list(range(20))


async def test_a_second_row_with_the_same_key_is_refused_for_good(database: Database) -> None:
    async with database.write() as session:
        session.add(Call(linkedid="1.1", started_at=NOW))
    with pytest.raises(StorageError, match="UNIQUE") as caught:
        async with database.write() as session:
            session.add(Call(linkedid="1.1", started_at=NOW))
    assert not caught.value.retryable


@pytest.mark.parametrize("there", [True, False])
async def test_a_database_without_tables_names_the_cure(tmp_path: Path, there: bool) -> None:
    file = tmp_path / "sub" / "empty.db"
    if there:
        file.parent.mkdir()
        file.touch()
    async with Database(f"sqlite+aiosqlite:///{file}") as database:
        with pytest.raises(StorageError, match=r"no tables yet.*ivr db upgrade") as caught:
            async with database.read() as session:
                await session.scalars(select(Call))
        assert (caught.value.retryable, caught.value.exit_code) == (False, 3)
        with pytest.raises(StorageError, match="no tables yet"):
            async with database.write() as session:
                session.add(Call(linkedid="1.1", started_at=NOW))
    assert there or not file.parent.exists()


async def test_tables_of_an_earlier_version_name_the_cure(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE calls (id INTEGER PRIMARY KEY)")
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/old.db") as database:
        with pytest.raises(StorageError, match=r"tables of an earlier version.*ivr db upgrade") as caught:
            async with database.read() as session:
                await session.scalars(select(Call))
    assert (caught.value.retryable, caught.value.exit_code) == (False, 3)


async def test_a_file_that_is_no_database_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"not a database at all" * 100)
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/bad.db") as database:
        with pytest.raises(StorageError, match="backup"):
            async with database.read() as session:
                await session.scalars(select(Call))


def test_a_folder_that_cannot_be_made_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="writable"):
        upgrade(f"sqlite+aiosqlite:///{tmp_path}/file/sub/ivr.db")


async def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    async with Database("postgresql://ivr:geheim@127.0.0.1:1/ivr") as database:
        with pytest.raises(StorageError, match="IVR_DATABASE_URL") as caught:
            async with database.read() as session:
                await session.execute(text("SELECT 1"))
    assert caught.value.retryable
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["sqlite+aiosqlite://", "sqlite:///:memory:", "mysql://root@localhost/x", "rubbish", ""]
)
def test_what_processes_cannot_share_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        database_url(url)


def test_the_driver_is_ours_whatever_the_url_names() -> None:
    assert database_url("sqlite:////a/b.db").drivername == "sqlite+aiosqlite"
    assert database_url("postgresql://u@h/d").drivername == "postgresql+psycopg"


async def test_a_naive_time_is_refused(database: Database) -> None:
    with pytest.raises(StorageError, match="naive"):
        async with database.write() as session:
            session.add(Call(linkedid="1.1", started_at=NOW.replace(tzinfo=None)))
