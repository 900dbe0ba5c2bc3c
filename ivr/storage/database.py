"""The database: one way to read, one way to write, on SQLite and PostgreSQL.

Several processes write to one SQLite file, so a writing transaction takes the write lock when it begins
(BEGIN IMMEDIATE): a transaction that reads first and writes later would fail at once with "locked".
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, NoSuchModuleError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from ivr.core.completion import completed
from ivr.core.errors import SetupError, StorageError, UsageError
from ivr.core.language import Text
from ivr.storage.audit_head import HeadFile
from ivr.storage.sealing import Sealer, sealing_session
from ivr.storage.sqlite import connect
from ivr.storage.timing import watch

BUSY_SECONDS = 10
BEGIN_TRIES = 3
_WRITE = "ivr_write"
_WAL_TRIES = 100


def database_url(url: str) -> URL:
    """``url`` as SQLAlchemy reads it, with the driver this project uses.

    Raises:
        UsageError: if it is not the URL of a SQLite file or of a PostgreSQL database.
    """
    cure = Text(
        "give sqlite+aiosqlite:////folder/ivr.db or postgresql+psycopg://user@host/name",
        "请写成 sqlite+aiosqlite:////目录/ivr.db 或 postgresql+psycopg://用户@主机/库名",
    )
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UsageError(Text("not a database URL", "不是数据库 URL"), cure=cure) from error
    kind = parsed.get_backend_name()
    if kind == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and parsed.database and ":memory:" not in parsed.database:
        return parsed.set(drivername="sqlite+aiosqlite")
    shown = parsed.render_as_string(hide_password=True)
    raise UsageError(
        Text(
            f"not the URL of a database that several processes can share: {shown}",
            f"该 URL 的数据库不能由多个进程共用：{shown}",
        ),
        cure=cure,
    )


def make_folder(url: URL) -> None:
    """Create the folder of a SQLite file.

    Raises:
        StorageError: if that cannot be done.
    """
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    folder = Path(url.database).absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, url) from error


# What the drivers' reasons hold where tables or columns of this version are missing.
_NO_TABLES = ("no such table", "undefinedtable")
_OLD_TABLES = ("no such column", "has no column named", "undefinedcolumn")
# What the drivers' reasons hold, the cure, and whether the same may succeed later; the first that fits.
_CURES: tuple[tuple[tuple[str, ...], Text, bool], ...] = (
    (
        ("locked", "timeout"),
        Text(
            "another process holds the write lock too long: end a hanging ivr process, try again",
            "另一进程占用写锁过久：请结束卡住的 ivr 进程后重试",
        ),
        True,
    ),
    (
        ("unique constraint", "foreign key", "not null", "null value"),
        Text("the row contradicts others: nothing written", "该记录与已有记录冲突：未写入任何内容"),
        False,
    ),
    (
        ("malformed", "not a database"),
        Text("the file is damaged: put a backup in its place", "文件已损坏：请用备份替换"),
        False,
    ),
    (("is full", "no space"), Text("make room on the disk", "请腾出磁盘空间"), True),
    (
        ("unable to open", "readonly", "permission", "not a directory", "no such file", "file exists"),
        Text("make folder and file writable for this user", "请使当前用户对该目录和文件有写权限"),
        True,
    ),
    (
        ("connection", "connect", "authentication"),
        Text(
            "see that the database runs and IVR_DATABASE_URL is right", "请确认数据库正在运行且 IVR_DATABASE_URL 正确"
        ),
        True,
    ),
)


def storage_error(error: Exception, url: URL) -> StorageError:
    """``error`` of driver or file system as ours: which database, what, how to mend it."""
    original = getattr(error, "orig", None) or error
    reason = f"{type(original).__name__}: {' '.join(str(original).split())[:300]}"
    lowered = reason.lower()
    cure, retryable = (
        Text("the reason is the database's own words", "原因为数据库的原文"),
        isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError),
    )
    for words, known, again in _CURES:
        if any(word in lowered for word in words):
            cure, retryable = known, again
            break
    shown = url.render_as_string(hide_password=True)
    if any(word in lowered for word in (*_NO_TABLES, *_OLD_TABLES)):
        return no_tables(shown, reason, old=any(word in lowered for word in _OLD_TABLES))
    result = StorageError(f"{shown}: {reason}", cure=cure)
    result.retryable = retryable
    return result


def no_tables(shown: str, reason: str = "", *, old: bool = False) -> StorageError:
    """That a database is not there yet, or its tables are not those of this version.

    Args:
        shown: its URL, without a password.
        reason: the driver's words.
        old: there are tables, of an earlier version.
    """
    what = Text("tables of an earlier version", "数据表为旧版本") if old else Text("no tables yet", "尚无数据表")
    result = StorageError(
        Text(f"{shown}: {what.en}", f"{shown}：{what.zh}") if not reason else
        Text(f"{shown}: {what.en} ({reason})", f"{shown}：{what.zh}（{reason}）"),
        cure=Text("run: ivr db upgrade", "请运行：ivr db upgrade"),
    )  # fmt: skip
    result.exit_code = SetupError.exit_code
    result.retryable = False
    return result


class Database:
    """Sessions on one database. Rows stay usable after the session; relations must be loaded inside it.

    A SQLite file is made by ``migrations.upgrade`` alone: who only looks leaves nothing behind.

    Args:
        url: SQLAlchemy URL of a SQLite file or a PostgreSQL database.
        audit_head: file that keeps the newest audit row; ``audit.head`` beside a SQLite file, else none.
        sealer: seals the words of calls as they are written, opens them as they are read; None: those sealed stay so.

    Raises:
        UsageError: if the URL names something else.
        StorageError: if the folder or the driver is missing.
    """

    def __init__(self, url: str, audit_head: Path | None = None, *, sealer: Sealer | None = None) -> None:
        self.url = database_url(url)
        self.sealer = sealer
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        try:
            self._engine = _create_engine(self.url)
        except (ImportError, NoSuchModuleError) as error:
            raise StorageError(
                Text(f"no driver for {self.url.drivername}", f"缺少 {self.url.drivername} 的驱动"),
                cure=Text("install the extra 'postgres' of this package", "请安装本软件包的附加组件 postgres"),
            ) from error
        watch(self._engine.sync_engine)
        if audit_head is None and self.is_sqlite:
            audit_head = Path(self.url.database or "").absolute().with_name("audit.head")
        self.audit_head = HeadFile(audit_head, alone=self.is_sqlite) if audit_head else None
        info = {HeadFile: self.audit_head}
        kind = sealing_session(sealer)
        self._readers = async_sessionmaker(self._engine, sync_session_class=kind, expire_on_commit=False, info=info)
        self._writers = async_sessionmaker(
            self._engine.execution_options(**{_WRITE: True}), sync_session_class=kind, expire_on_commit=False, info=info
        )
        # Writers of this process queue up here, in order, instead of polling for SQLite's lock.
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading; nothing of it is kept.

        Raises:
            StorageError: if the database refuses.
        """
        try:
            async with self._readers() as session:
                yield session
        except (StatementError, PoolTimeoutError) as error:
            raise storage_error(error, self.url) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A session in a writing transaction: committed at the end, rolled back when the block raises.

        Keep the block short, and wait for nothing but this session in it: all other writers wait too. Cancelled in the
        block, nothing is written; cancelled while it is committed, all is.

        Raises:
            StorageError: if the lock cannot be had within about 30 s, or the database refuses.
        """
        try:
            async with self._in_turn(), self._writers() as session:
                await self._begin(session)
                yield session
                await completed(session.commit())
        except (StatementError, PoolTimeoutError) as error:
            raise storage_error(error, self.url) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    async def __aenter__(self) -> Database:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        if not self.is_sqlite:
            yield
            return
        try:
            async with asyncio.timeout(BUSY_SECONDS * BEGIN_TRIES):
                await self._turn.acquire()
        except TimeoutError as error:
            raise storage_error(TimeoutError("timeout waiting for this process's own writers"), self.url) from error
        try:
            yield
        finally:
            self._turn.release()

    @staticmethod
    async def _begin(session: AsyncSession) -> None:
        for attempt in range(1, BEGIN_TRIES + 1):
            try:
                await session.connection()  # begins now, not at the first statement
            except DBAPIError as error:
                await session.rollback()
                if attempt == BEGIN_TRIES or "locked" not in str(error.orig):
                    raise
                await asyncio.sleep(0.05 * attempt)
            else:
                return


def _create_engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        # Limits on the server's side, so that nothing waits for ever.
        options = f"-c timezone=UTC -c statement_timeout=30000 -c lock_timeout={BUSY_SECONDS * 1000}"
        connect = {"connect_timeout": BUSY_SECONDS, "options": options}
        return create_async_engine(
            url, hide_parameters=True, pool_pre_ping=True, pool_timeout=BUSY_SECONDS, connect_args=connect
        )
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_timeout=BUSY_SECONDS,
        connect_args={"isolation_level": None, "timeout": BUSY_SECONDS},
    )
    event.listen(engine.sync_engine, "do_connect", _connect_sqlite)
    event.listen(engine.sync_engine, "connect", prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(dialect: Dialect, _record: object, args: list[Any], options: dict[str, Any]) -> Any:
    try:
        Path(args[0]).stat()
    except (FileNotFoundError, NotADirectoryError):  # SQLite would make the file
        raise no_tables(f"sqlite+aiosqlite:///{args[0]}") from None
    except OSError:
        pass  # SQLite says it
    return dialect.loaded_dbapi.connect(*args, async_creator_fn=connect, **options)


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Set what SQLite keeps per connection, and write-ahead logging once for the file."""
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")
        for attempt in range(1, _WAL_TRIES + 1):
            # The busy handler does not cover this change of mode, which happens once in a file's life.
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                if attempt == _WAL_TRIES:
                    raise
                time.sleep(0.02)
            else:
                break
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
