"""Queries are counted for whoever counts them, in his task and those it begins."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import text

from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.timing import counted


async def test_queries_are_counted_where_somebody_counts(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    upgrade(url)
    async with Database(url) as database:

        async def ask(times: int) -> None:
            async with database.read() as session:
                for _ in range(times):
                    await session.execute(text("SELECT count(*) FROM calls"))

        await ask(1)
        with counted() as first:
            await ask(2)
            await asyncio.create_task(ask(1))
            with counted() as second:
                await ask(4)
        await ask(1)
    assert (first.queries, second.queries) == (3, 4)
    assert 0 < first.slowest_s <= first.seconds
    assert first.slowest == "SELECT count(*) FROM calls"
