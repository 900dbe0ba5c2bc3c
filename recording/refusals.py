"""Files of callers who refused to be recorded: nothing of them is kept."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from ivr.core.ids import is_safe_id
from ivr.core.log import get_logger
from ivr.storage import audit, recordings
from ivr.storage.database import Database

log = get_logger("ledger")

REFUSED = "refused by the caller"


async def discard(database: Database, folder: Path, at: datetime) -> int:
    """Delete the files of refused recordings that are still there; returns how many rows were dealt with.

    A recorder that is still at work has its file taken away under its hands: what it writes then reaches no name.

    Raises:
        StorageError: if the database refuses; the files are dealt with again.
        OSError: if a file cannot be deleted.
    """
    async with database.read() as session:
        found = await recordings.refused(session)
    for row in found:
        if is_safe_id(row.file):
            await asyncio.to_thread((folder / row.file).unlink, missing_ok=True)
        async with database.write() as session:
            kept = await recordings.find(session, row.file)
            if kept is None or kept.state != "refused":
                continue
            kept.deleted_at, kept.rate, kept.frames, kept.bytes, kept.sha256 = at, None, None, None, ""
            thing, detail = f"recording:{row.id}", {"file": row.file}
            await audit.append(session, actor="system", action="refused", object=thing, at=at, detail=detail)
        log.info("recording thrown away: refused by the caller", file=row.file, linkedid=row.linkedid)
    return len(found)
