from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from ivr.core.errors import StorageError
from ivr.storage.migrations import current, newest, upgrade
from ivr.storage.models import Base
from ivr.storage.search.index import TABLE


def test_upgrade_makes_the_tables_and_may_run_again(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/new folder/100%.db"
    assert current(url) is None
    assert upgrade(url) == newest() == current(url)
    assert upgrade(url) == newest()


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    upgrade(f"sqlite+aiosqlite:///{tmp_path}/ivr.db")
    engine = create_engine(f"sqlite:///{tmp_path}/ivr.db")
    with engine.connect() as connection:
        # The index of words is no table of the models: it is another thing in each database.
        ours = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith(TABLE),
        }
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrades_at_the_same_time_do_not_meet(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(upgrade(url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [newest()] * 4


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    upgrade(url)
    with sqlite3.connect(tmp_path / "ivr.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="newer") as caught:
        upgrade(url)
    assert not caught.value.retryable
    assert current(url) == "9999"
