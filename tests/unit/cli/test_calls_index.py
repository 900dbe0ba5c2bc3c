from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

from ivr.core.settings import Settings
from ivr.storage.migrations import upgrade
from recording.vault import Identity
from recording.vault.database import open_database
from tests.unit.cli.conftest import Ivr
from tests.unit.storage.test_repositories import add_call
from tests.unit.storage.test_search_index import found, say


def laid(home: Path) -> None:
    """One call with words, put in as if there had been no index."""

    async def lay() -> None:
        settings = Settings(home=home)
        upgrade(settings.database)
        async with open_database(settings) as database:
            call = await add_call(database)
            await say(database, call, "caller", "我要 退款")

    asyncio.run(lay())


def finds(home: Path, word: str) -> int:
    async def look() -> int:
        async with open_database(Settings(home=home)) as database:
            return len(await found(database, word))

    return asyncio.run(look())


def test_old_calls_are_put_in_once_or_all_again(ivr: Ivr, home: Path) -> None:
    laid(home)
    shown = ivr("calls", "index", "--json")
    assert shown.exit_code == 0 and json.loads(shown.stdout) == {"calls": 0, "recordings": 0, "locked": 0}
    assert finds(home, "退款") == 1
    shown = ivr("calls", "index", "--rebuild", "--json")
    assert json.loads(shown.stdout)["recordings"] == 1 and finds(home, "退款") == 1


def test_a_lost_key_is_made_up_for_where_words_can_be_opened(ivr: Ivr, home: Path) -> None:
    assert ivr("keys", "init").exit_code == 0
    laid(home)
    with sqlite3.connect(home / "ivr.db") as connection:
        rows = connection.execute("SELECT row FROM recording_tokens").fetchall()
    connection.close()
    assert rows and "退款" not in str(rows)
    (home / "keys" / "index.key").unlink()
    assert finds(home, "退款") == 0  # another key
    assert ivr("calls", "index", "--rebuild").exit_code == 0
    assert finds(home, "退款") == 1


def test_what_cannot_be_opened_here_is_told_and_stays(ivr: Ivr, home: Path) -> None:
    assert ivr("keys", "init", "--seal-only", "--no-escrow", "--to", Identity.new().recipient).exit_code == 0
    laid(home)
    shown = ivr("calls", "index", "--rebuild", "--json")
    assert shown.exit_code == 1 and json.loads(shown.stdout)["locked"] == 1
    assert finds(home, "退款") == 1
