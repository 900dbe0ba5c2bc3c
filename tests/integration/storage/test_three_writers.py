"""Three processes write to one SQLite file at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select

from ivr.storage import audit, jobs
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Audit, Call

ROOT = Path(__file__).parents[3]
WRITES = 100

WRITER = """
import asyncio, sys
from datetime import UTC, datetime
from ivr.storage import audit, calls, jobs
from ivr.storage.database import Database

async def main(url, name, writes):
    async with Database(url) as database:
        async def one(number):
            async with database.write() as session:
                now = datetime.now(UTC)
                # Reads first, writes later: what fails at once without BEGIN IMMEDIATE.
                await audit.append(session, actor=name, action="write", object=str(number), at=now)
                await calls.ensure(session, f"{name}.{number}", now)
                call = await calls.find(session, f"{name}.{number}")
                await jobs.enqueue(session, "judge", call.id, now)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(0, writes, 2):
            await asyncio.gather(one(number), one(number + 1))

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


async def test_three_processes_write_without_losing_or_refusing_anything(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    upgrade(url)
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WRITER, url, f"p{number}", str(WRITES)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]  # fmt: skip
    try:
        for writer in writers:
            assert writer.stdout is not None and writer.stdin is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        results = await asyncio.gather(*(asyncio.to_thread(writer.communicate, timeout=90) for writer in writers))
        assert [error for _, error in results] == ["", "", ""]
        assert [writer.returncode for writer in writers] == [0, 0, 0]
    finally:
        for writer in writers:
            if writer.poll() is None:
                writer.kill()
                writer.wait(10)
    async with Database(url) as database, database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Call)) == 3 * WRITES
        assert await session.scalar(select(func.count()).select_from(Audit)) == 3 * WRITES
        assert await jobs.counts(session) == {"queued": 3 * WRITES}
        assert await audit.verify(session) is None
        switches = (await session.scalars(select(Audit.actor).order_by(Audit.id))).all()
    # They did write at the same time, not one after the other.
    assert len([1 for one, two in pairwise(switches) if one != two]) > 2
