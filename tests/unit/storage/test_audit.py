"""The audit chain against whoever writes into the table by SQL."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.core.errors import StorageError
from ivr.storage import audit
from ivr.storage.audit import Examined
from ivr.storage.audit_head import HeadFile
from ivr.storage.database import Database

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


async def add(database: Database, *numbers: int) -> None:
    for number in numbers:
        async with database.write() as session:
            await audit.append(
                session, actor="me", action="listen", object=f"call:{number}", at=NOW, detail={"n": number}
            )


async def examine(database: Database, head: str = "", after: int = 0) -> Examined:
    async with database.read() as session:
        return await audit.examine(session, head, after=after)


def forged(path: Path, count: int = 1) -> None:
    """Rows that fit the chain, by somebody who knows how it is made."""
    with sqlite3.connect(path) as connection:
        for _ in range(count):
            row, previous = connection.execute("SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1").fetchone()
            content = [previous, NOW.isoformat(), "me", "listen", "call:99", {}]
            plain = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
            connection.execute(
                "INSERT INTO audit (id, at, actor, action, object, detail, previous, hash) VALUES (?,?,?,?,?,?,?,?)",
                (row + 1, "2026-03-01 09:00:00.000000", "me", "listen", "call:99", "{}", previous,
                 hashlib.sha256(plain.encode()).hexdigest()),
            )  # fmt: skip
    connection.close()


def sql(*statements: str) -> Callable[[Path], None]:
    def run(path: Path) -> None:
        with sqlite3.connect(path) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount == 1
        connection.close()

    return run


@pytest.mark.parametrize(
    ("crime", "fault", "row"),
    [
        (sql("UPDATE audit SET actor = 'you' WHERE id = 3"), "chain", 3),
        (sql("UPDATE audit SET detail = '{\"n\": 4}' WHERE id = 3"), "chain", 3),
        (sql("UPDATE audit SET at = '2026-03-01 09:00:01.000000' WHERE id = 5"), "chain", 5),
        (sql("UPDATE audit SET hash = 'x' WHERE id = 2"), "chain", 2),
        (sql("DELETE FROM audit WHERE id = 1"), "chain", 2),
        (sql("DELETE FROM audit WHERE id = 3"), "chain", 4),
        (sql("DELETE FROM audit WHERE id = 5"), "cut", 5),
        (sql("DELETE FROM audit WHERE id = 5", "DELETE FROM audit WHERE id = 4"), "cut", 5),
        (
            sql(
                "INSERT INTO audit (id, at, actor, action, object, detail, previous, hash) "
                "SELECT 6, at, actor, action, 'call:9', detail, hash, 'f00' FROM audit WHERE id = 5"
            ),
            "chain",
            6,
        ),
        (forged, "stranger", 6),
        (lambda path: (sql("DELETE FROM audit WHERE id = 5")(path), forged(path)), "rewritten", 5),
    ],
)
async def test_every_crime_is_found_with_its_row(
    database: Database, tmp_path: Path, crime: Callable[[Path], None], fault: str, row: int
) -> None:
    await add(database, 1, 2, 3, 4, 5)
    assert (await examine(database)).fault == ""
    crime(tmp_path / "ivr.db")
    found = await examine(database)
    assert (found.fault, found.row) == (fault, row)


async def test_a_crime_is_not_covered_by_what_is_written_after_it(database: Database, tmp_path: Path) -> None:
    await add(database, 1, 2, 3)
    sql("DELETE FROM audit WHERE id = 3")(tmp_path / "ivr.db")
    await add(database, 4, 5)
    found = await examine(database)
    assert (found.fault, found.row) == ("rewritten", 3)


async def test_a_table_emptied_or_a_head_taken_away(database: Database, tmp_path: Path) -> None:
    assert await examine(database) == Examined(0, 0, audit.FIRST)
    await add(database, 1)
    with sqlite3.connect(tmp_path / "ivr.db") as connection:
        connection.execute("DELETE FROM audit")
    connection.close()
    assert (await examine(database)).fault == "cut"
    (tmp_path / "audit.head").unlink()
    assert (await examine(database)).fault == ""  # nothing tells any more: keep the hash elsewhere too
    await add(database, 1)
    (tmp_path / "audit.head").unlink()
    assert (await examine(database)).fault == "no_head"
    await add(database, 2)
    assert (await examine(database)).fault == "no_head"
    (tmp_path / "audit.head").write_text("nonsense")
    assert (await examine(database)).fault == "bad_head"
    with pytest.raises(StorageError, match=r"audit\.head"):
        await add(database, 3)
    async with database.write() as session:
        await audit.renew(session)
    await add(database, 3)
    assert (await examine(database)).fault == ""


async def test_a_hash_kept_elsewhere(database: Database) -> None:
    await add(database, 1, 2)
    newest = (await examine(database)).hash
    await add(database, 3)
    assert (await examine(database, newest)).fault == ""
    assert (await examine(database, "0" * 64)).fault == "cut"


async def test_known_damage_can_be_left_behind(database: Database, tmp_path: Path) -> None:
    await add(database, 1, 2, 3, 4)
    sql("UPDATE audit SET actor = 'you' WHERE id = 2")(tmp_path / "ivr.db")
    assert (await examine(database)).row == 2
    assert (await examine(database, after=2)).fault == ""
    sql("UPDATE audit SET actor = 'you' WHERE id = 4")(tmp_path / "ivr.db")
    assert (await examine(database, after=2)).row == 4


async def test_a_process_that_ends_after_its_commit_leaves_no_stranger(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(database, 1)
    with monkeypatch.context() as patch:
        patch.setattr(HeadFile, "advance", lambda *_: None)
        await add(database, 2, 3)
    assert (await examine(database)).fault == ""
    await add(database, 4)
    assert (await examine(database)).fault == ""


async def test_what_was_rolled_back_is_no_row_and_no_fault(database: Database) -> None:
    await add(database, 1)
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            await audit.append(session, actor="me", action="listen", object="x", at=NOW)
            raise RuntimeError
    assert (await examine(database)).fault == ""
    await add(database, 2)
    found = await examine(database)
    assert (found.fault, found.rows) == ("", 2)


async def test_several_writers_and_one_head(url: str) -> None:
    async with Database(url) as first, Database(url) as second:
        await asyncio.gather(*(add(one, *range(8)) for one in (first, second, first)))
        found = await examine(first)
    assert (found.fault, found.rows) == ("", 24)


async def test_rows_are_found_by_what_is_asked(database: Database) -> None:
    await add(database, 1, 2, 3)
    async with database.write() as session:
        await audit.append(session, actor="you", action="export", object="call:1", at=NOW)
    async with database.read() as session:
        assert [row.id for row in await audit.list_rows(session, objects=["call:1", "call:2"])] == [4, 2, 1]
        assert [row.id for row in await audit.list_rows(session, actor="you", action="export", since=NOW)] == [4]
        assert [row.id for row in await audit.list_rows(session, limit=2)] == [4, 3]
