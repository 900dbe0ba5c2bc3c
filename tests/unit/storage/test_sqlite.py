"""Statements cross to SQLite's thread once, and say what a cursor says."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from ivr.storage.database import Database
from ivr.storage.sqlite import AT_ONCE, Connection, connect

MANY = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n"


@pytest.mark.parametrize("rows", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE + 7])
async def test_all_rows_come_whatever_way_they_are_fetched(tmp_path: Path, rows: int) -> None:
    query = MANY.format(rows) if rows else "SELECT 1 WHERE 0"
    wanted = [(one + 1,) for one in range(rows)]
    connection = connect(str(tmp_path / "a.db"))
    await connection
    async with connection.cursor() as cursor:
        await cursor.execute(query)
        assert await cursor.fetchall() == wanted
        assert [name for name, *_ in cursor.description] == ["i" if rows else "1"]
        await cursor.execute(query)
        found = []
        while some := await cursor.fetchmany(700):
            found += some
        assert found == wanted
        await cursor.execute(query)
        assert await cursor.fetchone() == (wanted[0] if wanted else None)
    await connection.close()


async def test_what_was_written_is_counted(tmp_path: Path) -> None:
    connection = connect(str(tmp_path / "a.db"), isolation_level=None)
    await connection
    cursor = connection.cursor()
    await cursor.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER)")
    await cursor.executemany("INSERT INTO t (x) VALUES (?)", [(one,) for one in range(AT_ONCE + 5)])
    assert cursor.rowcount == AT_ONCE + 5
    await cursor.execute("INSERT INTO t (x) VALUES (?)", (7,))
    assert (cursor.lastrowid, cursor.description) == (AT_ONCE + 6, None)
    await cursor.execute("UPDATE t SET x = 1 RETURNING id")
    assert len(await cursor.fetchall()) == cursor.rowcount == AT_ONCE + 6
    await connection.close()


async def test_an_error_leaves_the_connection_usable(tmp_path: Path) -> None:
    connection = connect(str(tmp_path / "a.db"))
    await connection
    cursor = connection.cursor()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await cursor.execute("SELECT * FROM absent")
    await cursor.execute("SELECT 1")
    assert await cursor.fetchall() == [(1,)]
    await connection.close()


async def test_a_statement_crosses_to_the_thread_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crossings: list[object] = []
    run = Connection.run

    async def counted(self: Connection, work: object, *args: object) -> object:
        crossings.append(work)
        return await run(self, work, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "run", counted)
    (tmp_path / "ivr.db").touch()
    async with Database(f"sqlite+aiosqlite:///{tmp_path}/ivr.db") as database, database.read() as session:
        await session.execute(text("SELECT 1"))
        crossings.clear()
        assert (await session.execute(text(MANY.format(50)))).scalars().all() == list(range(1, 51))
        assert len(crossings) == 1


async def test_rows_that_are_streamed_are_not_all_fetched_at_once(tmp_path: Path) -> None:
    (tmp_path / "ivr.db").touch()
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/ivr.db")
    async with database, database._engine.connect() as connection:
        result = await connection.stream(text(MANY.format(10**9)), execution_options={"yield_per": 10})
        found: list[int] = []
        async for rows in result.partitions(10):
            found += [row.i for row in rows]
            if len(found) == 3000:
                break
        assert found == list(range(1, 3001))
        await result.close()
