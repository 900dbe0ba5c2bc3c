"""Migrations: the tables' history, carried by the package; no configuration file on disk is needed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from ivr.core.errors import StorageError
from ivr.core.language import Text
from ivr.storage.database import BUSY_SECONDS, database_url, make_folder, prepare_sqlite, storage_error

_LOCK_KEY = 45731876  # any number, the same in every process


def upgrade(url: str, revision: str = "head") -> str:
    """Bring the database to the newest revision; safe to run again, and in several processes at once.

    Blocks; give it a thread where an event loop runs. Returns the revision now in force.

    Args:
        revision: an older one to stop at, for what was kept of that time.

    Raises:
        UsageError: if the URL is not usable.
        StorageError: if the database refuses, or was made by a newer version.
    """
    parsed = database_url(url)
    make_folder(parsed)
    config = _config()
    engine = _engine(parsed)
    try:
        with engine.begin() as connection:
            if parsed.get_backend_name() == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            return MigrationContext.configure(connection).get_current_revision() or ""
    except DBAPIError as error:
        raise storage_error(error, parsed) from error
    except CommandError as error:
        failure = StorageError(
            f"{parsed.render_as_string()}: {error}",
            cure=Text("install the version that made it, or newer", "请安装创建它的版本或更新版本"),
        )
        failure.retryable = False
        raise failure from error
    finally:
        engine.dispose()


def current(url: str) -> str | None:
    """The revision of the database, or None if it has none yet.

    Raises:
        UsageError: if the URL is not usable.
        StorageError: if the database refuses.
    """
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return None
    engine = _engine(parsed)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise storage_error(error, parsed) from error
    finally:
        engine.dispose()


def newest() -> str:
    """The revision that this version of the package needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url, connect_args={"connect_timeout": BUSY_SECONDS})
    connect = {"isolation_level": None, "timeout": BUSY_SECONDS}
    engine = create_engine(url.set(drivername="sqlite+pysqlite"), connect_args=connect)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
