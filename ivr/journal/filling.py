"""Talks of calls that were over before there was a table of them: concluded once, a few calls at a time."""

from __future__ import annotations

import asyncio

from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.journal.talking import tell_talks
from ivr.storage import backfills
from ivr.storage.database import Database

BATCH = 20  # calls in one transaction: it keeps every other writer waiting
PAUSE = 0.02  # seconds in between, for those

log = get_logger("journal")


async def fill_talks(database: Database, clock: Clock, *, batch: int = BATCH) -> int:
    """Write down the talks that are missing; how many there were. Goes on where an earlier run was ended.

    Raises:
        StorageError: if the database refuses.
    """
    written = 0
    while True:
        async with database.write() as session:
            work = await backfills.pending(session, backfills.TALKS)
            if work is None:
                break
            found = await backfills.without_talks(session, work.reached, batch)
            for call in found:
                work.reached = call.id
                try:
                    tell_talks(call)
                except Exception as error:  # an old row that nobody can read must not hold up the others
                    log.error("talks not concluded", linkedid=call.linkedid, error=repr(error)[:300])
                    continue
                written += len(call.talks)
            if len(found) < batch:
                work.done_at = clock.now()
        await asyncio.sleep(PAUSE)
    if written:
        log.info("talks of earlier calls written down", talks=written)
    return written


__all__ = ["fill_talks"]
