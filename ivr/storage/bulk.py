"""Putting very many rows in at once: SQLite's own many-row insert, PostgreSQL's COPY.

Rows are plain tuples, their ids given by the caller; nothing of the ORM is run, so every column without a default in
the database itself has to be named.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Table, func, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.database import Database
from ivr.storage.models import Base, UtcDateTime

CACHE_KIB = 256 * 1024
"""SQLite's page cache while rows are put in: their indexes have to be in it."""

LOOKED_AT = 2_000
"""Rows of each of SQLite's indexes that are looked at for its statistics; all of them would take minutes."""


class Bulk:
    """A writing session that takes rows by the thousand.

    Args:
        session: in a writing transaction.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._sqlite = session.get_bind().dialect.name == "sqlite"

    async def insert(self, table: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows.

        Args:
            columns: their names; times are aware, JSON is given as text that is JSON already, or as data.
            rows: values in that order.

        Raises:
            ValueError: if a column that needs a value is not named.
        """
        if not rows:
            return
        mapped = _table(table)
        missing = [one.name for one in mapped.columns if _needed(one) and one.name not in columns]
        if missing:
            raise ValueError(f"{mapped.name}: no value for {', '.join(missing)}")
        names = ", ".join(f'"{name}"' for name in columns)
        plain = _plain(mapped, columns, rows, naive=self._sqlite)
        connection = await self._session.connection()
        if self._sqlite:
            marks = ", ".join("?" for _ in columns)
            await connection.exec_driver_sql(f'INSERT INTO "{mapped.name}" ({names}) VALUES ({marks})', plain)  # noqa: S608 - names of our own tables
            return
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        async with raw.cursor() as cursor, cursor.copy(f'COPY "{mapped.name}" ({names}) FROM STDIN') as copy:
            for row in plain:
                await copy.write_row(row)

    async def run(self, work: Callable[..., object], *arguments: Any) -> None:
        """Do ``work(connection, *arguments)`` with a synchronous connection of this transaction."""
        await (await self._session.connection()).run_sync(work, *arguments)

    async def next_id(self, table: type[Base]) -> int:
        """The first id that is free."""
        column = _table(table).c.id
        return int(await self._session.scalar(select(func.max(column))) or 0) + 1

    async def settle(self, tables: Sequence[type[Base]]) -> None:
        """Let the database's own counters of ids go on after the rows that were put in."""
        if self._sqlite:
            return  # it takes the greatest by itself
        for table in tables:
            name = _table(table).name
            await self._session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608 - names of our own tables
                    f'(SELECT coalesce(max(id), 0) + 1 FROM "{name}"), false)'
                )
            )


@asynccontextmanager
async def bulk(database: Database) -> AsyncIterator[Bulk]:
    """A :class:`Bulk` in a writing transaction of its own."""
    async with database.write() as session:
        if database.is_sqlite:
            await session.execute(text(f"PRAGMA cache_size=-{CACHE_KIB}"))
        yield Bulk(session)


async def analyze(database: Database) -> None:
    """Let the database look at its tables anew, so that it plans queries for what is in them now."""
    async with database.write() as session:
        if database.is_sqlite:
            await session.execute(text(f"PRAGMA analysis_limit={LOOKED_AT}"))
        await session.execute(text("ANALYZE"))


def _table(table: type[Base]) -> Table:
    found = inspect(table).local_table
    assert isinstance(found, Table)
    return found


def _needed(column: Any) -> bool:
    return not column.nullable and column.server_default is None


def _plain(
    table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, naive: bool
) -> Sequence[Sequence[Any]]:
    """Rows with times and JSON as text."""
    kinds = [table.c[name].type for name in columns]
    times = [place for place, kind in enumerate(kinds) if isinstance(kind, UtcDateTime)]
    texts = [place for place, kind in enumerate(kinds) if isinstance(kind, JSON)]
    changed = [list(row) for row in rows]
    for row in changed:
        for place in times:
            if row[place] is not None:
                row[place] = _time(row[place], naive=naive)
        for place in texts:
            if isinstance(row[place], dict | list):
                row[place] = json.dumps(row[place], ensure_ascii=False, separators=(",", ":"))
    return [tuple(row) for row in changed]


def _time(value: datetime, *, naive: bool) -> str:
    value = value.astimezone(UTC)
    return (value.replace(tzinfo=None) if naive else value).isoformat(" ", "microseconds")


__all__ = ["Bulk", "analyze", "bulk"]
