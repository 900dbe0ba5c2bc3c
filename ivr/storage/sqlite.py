"""SQLite's connections, with one crossing to their thread for each statement.

aiosqlite keeps a connection in a thread of its own. Making a cursor, executing, fetching and closing cross to it one by
one, and a crossing costs more than most statements here; so a statement and its first rows cross together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self, TypeVar

import aiosqlite

T = TypeVar("T")

AT_ONCE = 1000  # rows that come with their statement; more are fetched when they are asked for


class Cursor:
    """As much of a cursor as SQLAlchemy's adapter asks for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None  # while it may have more rows
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute one statement."""
        await self._execute(lambda cursor: cursor.execute(statement, parameters))
        return self

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Execute one statement for each set of parameters."""
        await self._execute(lambda cursor: cursor.executemany(statement, parameters))
        return self

    async def fetchone(self) -> Any | None:
        """The next row; None after the last."""
        return next(iter(await self.fetchmany(1)), None)

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """The next rows."""
        size = size or self.arraysize
        if self._cursor is not None and len(self._rows) < size:
            self._rows += await self._connection.run(self._more, size - len(self._rows))
        some, self._rows = self._rows[:size], self._rows[size:]
        return some

    async def fetchall(self) -> list[Any]:
        """All rows left."""
        if self._cursor is not None:
            self._rows += await self._connection.run(self._more, None)
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Forget the rows."""
        self._rows = []
        if self._cursor is not None:
            cursor, self._cursor = self._cursor, None
            await self._connection.run(cursor.close)

    async def _execute(self, execute: Callable[[sqlite3.Cursor], object]) -> None:
        await self.close()
        self._rows = await self._connection.run(self._begin, execute)

    def _begin(self, execute: Callable[[sqlite3.Cursor], object]) -> list[Any]:
        """In the connection's thread: execute, and fetch the first rows."""
        self._cursor = self._connection.make_cursor()
        try:
            execute(self._cursor)
            self.description = self._cursor.description
            return self._more(AT_ONCE) if self.description else self._ended([])
        except BaseException:
            self._ended([])
            raise

    def _more(self, size: int | None) -> list[Any]:
        """In the connection's thread: fetch ``size`` rows more, or all."""
        assert self._cursor is not None
        rows = self._cursor.fetchall() if size is None else self._cursor.fetchmany(size)
        return self._ended(rows) if size is None or len(rows) < size else rows

    def _ended(self, rows: list[Any]) -> list[Any]:
        cursor, self._cursor = self._cursor, None
        assert cursor is not None
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()
        return rows


class Connection(aiosqlite.Connection):
    """A connection whose cursors cross to its thread once for each statement."""

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A cursor; nothing is done yet."""
        return Cursor(self)

    def make_cursor(self) -> sqlite3.Cursor:
        """SQLite's own cursor; to be called in the connection's thread."""
        return self._conn.cursor()

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Do ``work`` in the connection's thread."""
        result: T = await self._execute(work, *args)  # type: ignore[no-untyped-call]
        return result


def connect(*args: Any, **options: Any) -> Connection:
    """A connection to be awaited; arguments are those of ``sqlite3.connect``."""
    connection = Connection(lambda: sqlite3.connect(*args, **options), AT_ONCE)
    connection._thread.daemon = True  # as SQLAlchemy sees to with connections it makes itself
    return connection


__all__ = ["Connection", "Cursor", "connect"]
