"""Deleting a recording: its file and its words go, its row stays and says why.

The row is marked first, then the file goes, then the words; wherever this is broken off, ``finish`` goes on from
there. Nothing marks a row whose call is under a legal hold: hold and mark are written under the same lock.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.core.errors import QualityError
from ivr.core.language import Text
from ivr.storage import audit, ledger
from ivr.storage.database import Database
from ivr.storage.models import Recording
from ivr.storage.work import complaints
from recording.keeping.headers import KEPT
from recording.vault import SUFFIX, locate, plain_name
from recording.vault.files import sync_folder

GOING = frozenset({"deleting", "deleted"})


class HeldError(QualityError):
    """A legal hold lies on the call."""

    def __init__(self, linkedid: str) -> None:
        super().__init__(
            Text(f"{linkedid}: under a legal hold", f"{linkedid}：处于法律保全中"),
            cure=Text(
                "ivr recordings hold release CALL --reason TEXT", "ivr recordings hold release 通话 --reason 原因"
            ),
        )


class OpenError(QualityError):
    """A recorder writes to the file."""

    def __init__(self, file: str) -> None:
        super().__init__(
            Text(f"{file}: still open", f"{file}：仍在写入"),
            cure=Text(
                "wait for the end of the call, or: ivr recordings repair", "等待通话结束，或：ivr recordings repair"
            ),
        )


async def begin(
    database: Database, recording_id: int, *, reason: str, actor: str, at: datetime, **detail: Any
) -> Recording | None:
    """Mark a recording as being deleted, and write that down; None if it is deleted already.

    Args:
        reason: why, for the row and the audit (at most 255 characters are kept).
        detail: more for the audit row, e.g. the rule.

    Raises:
        HeldError: a legal hold lies on its call.
        OpenError: its call goes on.
    """
    async with database.write() as session:
        row = await ledger.locked(session, recording_id)
        if row is None or row.state in GOING:
            return row if row is not None and row.state == "deleting" else None
        if row.call_id is not None and await ledger.held(session, [row.call_id]):
            raise HeldError(row.linkedid)
        if row.state == "open" and (row.call is None or row.call.ended_at is None):
            raise OpenError(row.file)
        row.state, row.note = "deleting", reason[:255]
        await audit.append(
            session,
            actor=actor,
            action="delete",
            object=f"recording:{row.id}",
            at=at,
            detail={"call": row.call_id, "file": row.file, "sha256": row.sha256, "reason": reason[:255], **detail},
        )
        return row


async def finish(database: Database, folder: Path, row: Recording, at: datetime) -> None:
    """Remove the file of a marked recording and blank its words; safe to run again.

    Raises:
        HeldError: a legal hold was put on its call meanwhile.
        OSError: if the file cannot be removed; the row stays marked.
    """
    async with database.read() as session:
        if row.state == "deleting" and row.call_id is not None and await ledger.held(session, [row.call_id]):
            raise HeldError(row.linkedid)
    await asyncio.to_thread(remove_files, folder, row.file)
    async with database.write() as session:
        found = await ledger.locked(session, row.id)
        if found is None or found.state not in GOING:
            return
        await ledger.erase_words(session, found.id)
        found.state, found.deleted_at = "deleted", found.deleted_at or at
        if found.call_id is not None:
            await session.flush()
            await complaints.forget_contact(session, found.call_id)


async def finish_all(database: Database, folder: Path, at: datetime) -> int:
    """Go on with deletions that were broken off; returns how many were finished."""
    done = last = 0
    while True:
        async with database.read() as session:
            rows = await ledger.half_deleted(session, last)
        for row in rows:
            with contextlib.suppress(HeldError):
                await finish(database, folder, row, at)
                done += 1
        if len(rows) < ledger.PAGE:
            return done
        last = rows[-1].id


def remove_files(folder: Path, file: str) -> None:
    """Remove a recording, plain and sealed, and whatever was left beside it.

    Raises:
        OSError: if one of them cannot be removed.
    """
    path = locate(folder, file)
    path = path.with_name(plain_name(path.name))
    for name in (path.name, path.name + SUFFIX, path.name + KEPT, f".{path.name}.mended", f".{path.name}.redacted"):
        path.with_name(name).unlink(missing_ok=True)
    if path.parent.is_dir():
        with contextlib.suppress(OSError):  # some file systems cannot
            sync_folder(path.parent)
