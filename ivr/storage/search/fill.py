"""Rows of before there was an index: put in a page a transaction, from where an earlier run was ended.

``words`` reads the newest transcript of every recording, ``facts`` concludes on every call that is over. A migration
enters both as work to do; so does whoever has written around the sessions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.storage import facts
from ivr.storage.backfills import pending
from ivr.storage.database import Database
from ivr.storage.inserts import insert_new
from ivr.storage.models import Backfill, Call, Recording, Transcript
from ivr.storage.sealed import wipe
from ivr.storage.search.hooks import index_key
from ivr.storage.search.index import Said, put, settle

log = get_logger("storage")

FACTS, WORDS = "facts", "words"
BATCH = 200  # rows in one transaction: it keeps every other writer waiting
PAGES = 500  # of the index in one transaction
PAUSE = 0.02  # seconds in between, for those

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """Calls whose facts were concluded, recordings whose words were put in, and those that cannot be opened here."""

    calls: int = 0
    recordings: int = 0
    locked: int = 0


async def begin_anew(database: Database) -> None:
    """Have everything put in again, from the first row; what is sealed and cannot be opened here stays as it is."""
    async with database.write() as session:
        for name in (FACTS, WORDS):
            await insert_new(session, Backfill, {"name": name, "reached": 0})
            work = await session.get_one(Backfill, name)
            work.reached, work.done_at = 0, None


async def fill(
    database: Database,
    clock: Clock,
    progress: Progress = lambda stage, share: None,
    *,
    names: Collection[str] = (FACTS, WORDS),
    batch: int = BATCH,
) -> Filled:
    """Put in what is missing; what is sealed and cannot be opened here stays as it is in the index.

    Args:
        progress: told the piece of work and the share of it that is done.
        names: which of the two pieces of work.
        batch: rows in a transaction.

    Raises:
        StorageError: if the database refuses.
        KeysError: if there is no key to hash words with and none can be made.
    """
    async with database.read() as session:
        last_call = await session.scalar(select(func.max(Call.id))) or 0
        last_recording = await session.scalar(select(func.max(Recording.id))) or 0
    calls = recordings = 0
    if FACTS in names:
        calls = await _work(database, clock, FACTS, last_call, _facts, progress, batch)
    locked = 0

    async def words(session: AsyncSession, after: int, limit: int) -> tuple[int, int | None]:
        nonlocal locked
        done, closed, reached = await _words(session, database, after, limit)
        locked += closed
        return done, reached

    if WORDS in names:
        recordings = await _work(database, clock, WORDS, last_recording, words, progress, batch)
    if calls or recordings or locked:
        log.info("calls put into the search", calls=calls, recordings=recordings, locked=locked)
    return Filled(calls, recordings, locked)


async def settled(database: Database) -> None:
    """Write the index anew in one piece, some of it in a transaction: it holds nothing then of what was taken out."""
    first = more = True
    while more:
        async with database.write() as session:
            await wipe(session)
            more = await session.run_sync(lambda sync: settle(sync.connection(), PAGES, first=first))  # noqa: B023
        first = False
        await asyncio.sleep(PAUSE)


Step = Callable[[AsyncSession, int, int], Awaitable[tuple[int, int | None]]]


async def _work(
    database: Database, clock: Clock, name: str, last: int, step: Step, progress: Progress, batch: int
) -> int:
    """Go on with one piece of work to its end; how many rows were done."""
    done = 0
    while True:
        async with database.write() as session:
            work = await pending(session, name)
            if work is None:
                return done
            some, reached = await step(session, work.reached, batch)
            done += some
            if reached is None:
                work.done_at = clock.now()
            else:
                work.reached = reached
                progress(name, min(1.0, reached / max(1, last)))
        await asyncio.sleep(PAUSE)


async def _facts(session: AsyncSession, after: int, limit: int) -> tuple[int, int | None]:
    def work(sync: Session) -> tuple[int, int | None]:
        connection = sync.connection()
        numbers = facts.over(connection, after, limit)
        return facts.refresh(connection, numbers), numbers[-1] if numbers else None

    return await session.run_sync(work)


async def _words(session: AsyncSession, database: Database, after: int, limit: int) -> tuple[int, int, int | None]:
    query = select(Recording.id, Recording.call_id, Recording.role).where(Recording.id > after)
    query = query.where(Recording.call_id.is_not(None)).order_by(Recording.id).limit(limit)
    rows = (await session.execute(query)).all()
    if not rows:
        return 0, 0, None
    newest = select(func.max(Transcript.id)).where(Transcript.recording_id.in_([row.id for row in rows]))
    found = select(Transcript).where(Transcript.id.in_(newest.group_by(Transcript.recording_id)))
    transcripts = {one.recording_id: one for one in await session.scalars(found)}
    locked = {number for number, one in transcripts.items() if one.locked}
    said = [
        Said(number, call_id or 0, role, transcripts[number].text if number in transcripts else "")
        for number, call_id, role in rows
        if number not in locked
    ]
    key = index_key(database.sealer) if any(one.text for one in said) else None
    await session.run_sync(lambda sync: put(sync.connection(), said, key))
    return sum(bool(one.text) for one in said), len(locked), rows[-1].id


__all__ = ["BATCH", "FACTS", "WORDS", "Filled", "begin_anew", "fill", "settled"]
