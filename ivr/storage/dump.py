"""All tables as JSON lines and back: one way for SQLite and PostgreSQL, from either to either.

A dump is one snapshot, made while others write. Sealed words stay sealed in it. Times are ISO 8601 in UTC, bytes
Base64. A dump of an older version of the tables is put into tables of that version, which are then migrated.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import (
    JSON,
    Column,
    Engine,
    LargeBinary,
    Table,
    column,
    create_engine,
    event,
    insert,
    select,
    table,
    text,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.types import NullType, TypeEngine

from ivr.core.errors import StorageError
from ivr.core.language import Text
from ivr.storage.database import BUSY_SECONDS, database_url, prepare_sqlite, storage_error
from ivr.storage.migrations import current, upgrade
from ivr.storage.models import Base, UtcDateTime
from ivr.storage.search.index import restore

_PAGE = 500
_LONGEST_LINE = 64 << 20

Kind = str  # "time" | "bytes" | "json" | "plain"


@dataclass(frozen=True, slots=True)
class Dumped:
    """One table of a dump.

    Args:
        name: of the table.
        rows: how many.
        columns: kind of each: time, bytes, json or plain.
    """

    name: str
    rows: int
    columns: Mapping[str, Kind]


def dump(
    url: str, target: Callable[[str], BinaryIO], seen: Callable[[str, int], None] = lambda name, rows: None
) -> tuple[str, list[Dumped]]:
    """Write every table into a file of its own, all from one moment; blocks.

    Args:
        target: opens the file of a table for writing; it is not closed.
        seen: told the table and how many of its rows are written.

    Returns:
        The revision of the tables, and what was written, parents before children.

    Raises:
        StorageError: if the database refuses, or is not at the revision of this version.
    """
    from ivr.storage.migrations import newest

    parsed = database_url(url)
    revision = current(url) or ""
    if revision != newest():
        raise StorageError(
            Text(f"tables at version {revision or 'none'}, not {newest()}", f"表结构为 {revision}，应为 {newest()}"),
            cure=Text("run: ivr db upgrade", "请运行：ivr db upgrade"),
        )
    engine = _engine(url)
    try:
        with engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            tables = Base.metadata.sorted_tables
            return revision, [_dump_table(connection, one, target(one.name), seen) for one in tables]
    except DBAPIError as error:
        raise storage_error(error, parsed) from error
    finally:
        engine.dispose()


def is_empty(url: str) -> bool:
    """Whether the database has no rows in any table of ours; True if there are no tables.

    Raises:
        StorageError: if it refuses.
    """
    if current(url) is None:
        return True
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            from sqlalchemy import inspect

            there = set(inspect(connection).get_table_names())
            mine = (one for one in Base.metadata.sorted_tables if one.name in there)
            return all(connection.execute(text(f'SELECT 1 FROM "{one.name}" LIMIT 1')).first() is None for one in mine)  # noqa: S608 - names of ours
    except DBAPIError as error:
        raise storage_error(error, database_url(url)) from error
    finally:
        engine.dispose()


def load(
    url: str,
    revision: str,
    tables: Iterable[tuple[Dumped, Iterable[bytes]]],
    seen: Callable[[str, int], None] = lambda name, rows: None,
) -> dict[str, int]:
    """Put a dump into an empty database and bring that to this version; blocks. Everything is put in, or nothing.

    Args:
        revision: of the dumped tables.
        tables: what each is and its lines, parents before children.

    Returns:
        How many rows each table got.

    Raises:
        StorageError: if the database refuses, is not empty, or the dump is of a newer version or damaged.
    """
    if not is_empty(url):
        raise StorageError(
            Text("the database is not empty", "数据库不为空"),
            cure=Text("give an empty one: IVR_DATABASE_URL", "请提供空数据库：IVR_DATABASE_URL"),
        )
    upgrade(url, revision)
    engine = _engine(url, write=True)
    counts: dict[str, int] = {}
    try:
        with engine.begin() as connection:
            for one, lines in tables:
                counts[one.name] = _load_table(connection, one, lines, seen)
            if connection.dialect.name == "postgresql":
                _sequences(connection, counts)
    except DBAPIError as error:
        raise storage_error(error, database_url(url)) from error
    except (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(
            Text(f"the dump cannot be read: {error}", f"数据库备份无法读取：{error}"),
            cure=Text("use another backup", "请使用其他备份"),
        ) from error
    finally:
        engine.dispose()
    upgrade(url)
    _index(url)
    return counts


def _index(url: str) -> None:
    """What was said is found again: the index itself is in no dump, but the tokens it is made of are."""
    engine = _engine(url, write=True)
    try:
        with engine.begin() as connection:
            restore(connection)
    except DBAPIError as error:
        raise storage_error(error, database_url(url)) from error
    finally:
        engine.dispose()


def _dump_table(connection: Connection, one: Table, file: BinaryIO, seen: Callable[[str, int], None]) -> Dumped:
    kinds = {found.name: _kind(found) for found in one.columns}
    count = 0
    rows = connection.execution_options(yield_per=_PAGE).execute(select(one).order_by(*one.primary_key.columns))
    for page in rows.mappings().partitions():
        for row in page:
            plain = {name: _plain(row[name], kind) for name, kind in kinds.items()}
            file.write(json.dumps(plain, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
        count += len(page)
        seen(one.name, count)
    return Dumped(one.name, count, kinds)


def _load_table(connection: Connection, one: Dumped, lines: Iterable[bytes], seen: Callable[[str, int], None]) -> int:
    if one.name not in Base.metadata.tables:
        raise ValueError(f"no table {one.name[:64]!r}")
    types: dict[Kind, TypeEngine[Any]] = {
        "time": UtcDateTime(), "bytes": LargeBinary(), "json": JSON(none_as_null=True)
    }  # fmt: skip
    known = {found.name: found.type for found in Base.metadata.tables[one.name].columns}
    columns = [column(name, types.get(kind) or known.get(name, NullType())) for name, kind in one.columns.items()]
    target = insert(table(one.name, *columns))
    count = 0
    for page in _pages(lines, one.columns):
        connection.execute(target, page)
        count += len(page)
        seen(one.name, count)
    return count


def _pages(lines: Iterable[bytes], kinds: Mapping[str, Kind]) -> Iterator[list[dict[str, Any]]]:
    page: list[dict[str, Any]] = []
    for line in lines:
        if len(line) > _LONGEST_LINE:
            raise ValueError("a row too long")
        row = json.loads(line)
        page.append({name: _typed(row[name], kind) for name, kind in kinds.items()})
        if len(page) == _PAGE:
            yield page
            page = []
    if page:
        yield page


def _kind(found: Column[Any]) -> Kind:
    if isinstance(found.type, UtcDateTime):
        return "time"
    if isinstance(found.type, LargeBinary):
        return "bytes"
    return "json" if isinstance(found.type, JSON) else "plain"


def _plain(value: Any, kind: Kind) -> Any:
    if value is None or kind in {"plain", "json"}:
        return value
    return value.isoformat() if kind == "time" else base64.b64encode(value).decode()


def _typed(value: Any, kind: Kind) -> Any:
    if value is None or kind in {"plain", "json"}:
        return value
    return datetime.fromisoformat(value) if kind == "time" else base64.b64decode(value, validate=True)


def _sequences(connection: Connection, names: Iterable[str]) -> None:
    """PostgreSQL counts on behind the rows that were put in with their ids."""
    for name in names:
        keys = [one.name for one in Base.metadata.tables[name].primary_key.columns]
        if keys == ["id"]:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), "  # noqa: S608 - names of ours
                    f'(SELECT COALESCE(MAX(id), 0) + 1 FROM "{name}"), false)'
                )
            )


def _engine(url: str, *, write: bool = False) -> Engine:
    parsed = database_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, hide_parameters=True, connect_args={"connect_timeout": BUSY_SECONDS})
    connect = {"isolation_level": None, "timeout": BUSY_SECONDS}
    engine = create_engine(parsed.set(drivername="sqlite+pysqlite"), hide_parameters=True, connect_args=connect)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate if write else _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


__all__ = ["Dumped", "dump", "is_empty", "load"]
