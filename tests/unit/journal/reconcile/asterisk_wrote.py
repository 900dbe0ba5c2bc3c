"""What a real Asterisk wrote about real calls, and the stories they tell."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from ivr.core.clock import FixedClock
from ivr.journal.reconcile.read import Found, Sources, read_sources
from ivr.journal.reconcile.run import Reconciler
from ivr.journal.sources.cel import CelRow, read_cel
from ivr.journal.sources.queue_log import QueueRow, read_queue_log
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from ivr.storage.models import Call

FIXTURES = Path(__file__).parents[3] / "fixtures"
AGENTS = {"6001": "agent-lee", "6002": "agent-kim", "6101": "agent-01", "6102": "agent-02"}
BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 8, tzinfo=UTC)
NAMES = ("demo", "transfers", "misses", "whispers")


def rows_of(name: str) -> tuple[list[CelRow], list[QueueRow]]:
    cel = (FIXTURES / f"cel-{name}.jsonl").read_text("utf-8").splitlines()
    queue = (FIXTURES / f"queue-log-{name}.txt").read_text("utf-8").splitlines()
    return list(read_cel(cel)), list(read_queue_log(queue))


@dataclass
class Room:
    """A database, the files, and what compares them."""

    database: Database
    sources: Sources
    clock: FixedClock
    reconciler: Reconciler

    async def stories(self) -> dict[str, Call]:
        async with self.database.read() as session:
            return {call.linkedid: call for call in await calls.list_calls(session)}

    def found(self) -> Found:
        return read_sources(self.sources, AGENTS, since=BEGIN)


@cache
def _empty_database() -> bytes:
    """A migrated one: migrating takes longer than all the rest."""
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite+aiosqlite:///{folder}/ivr.db")
        return (Path(folder) / "ivr.db").read_bytes()


@asynccontextmanager
async def room(folder: Path, name: str) -> AsyncIterator[Room]:
    """A fresh one beside the files of a run."""
    url = f"sqlite+aiosqlite:///{folder}/ivr.db"
    (folder / "ivr.db").write_bytes(_empty_database())
    sources = Sources(folder / "cel.json", folder / "queue_log")
    shutil.copy(FIXTURES / f"cel-{name}.jsonl", sources.cel)
    shutil.copy(FIXTURES / f"queue-log-{name}.txt", sources.queue_log)
    clock = FixedClock(LATER)
    async with Database(url) as database:
        yield Room(database, sources, clock, Reconciler(database, clock, sources, lambda: AGENTS))


def plain(call: Call) -> dict[str, object]:
    """A story as plain data, without ids of rows and without the marks of mending."""

    def row(one: object, *without: str) -> dict[str, object]:
        columns = one.__table__.columns  # type: ignore[attr-defined]
        return {column.name: getattr(one, column.name) for column in columns if column.name not in without}

    return {
        "call": row(call, "id", "evidence"),
        "legs": sorted((row(leg, "id", "call_id") for leg in call.legs), key=lambda one: str(one["uniqueid"])),
        "visits": [
            (row(visit, "id", "call_id"), [row(ring, "id", "visit_id") for ring in visit.rings])
            for visit in sorted(call.visits, key=lambda one: one.joined_at)
        ],
        "transfers": sorted(step.at for step in call.steps if step.event == "transfer"),
    }


def moved(row: QueueRow, seconds: float) -> QueueRow:
    return dataclasses.replace(row, at=row.at + timedelta(seconds=seconds))
