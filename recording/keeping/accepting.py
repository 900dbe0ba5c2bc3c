"""Accepting a fault that nobody can mend, so that the next check is about new ones."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from pathlib import Path

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit, ledger, recordings
from ivr.storage.database import Database
from recording.errors import SoundError
from recording.keeping.headers import read_layout
from recording.vault import Vault, locate


async def accept(
    database: Database, folder: Path, vault: Vault, file: str, *, reason: str, actor: str, at: datetime
) -> None:
    """Take a file as it is: the ledger gets its present bytes, or that it is missing, and why that is accepted.

    A later change shows again.

    Raises:
        UsageError: if the ledger does not know the file, or it is open or deleted.
        VaultError, OSError: if the file cannot be read.
    """
    async with database.read() as session:
        known = await recordings.find(session, file[:255])
    if known is None or known.state in {"open", "deleting", "deleted"}:
        raise UsageError(
            Text(f"no closed recording {file[:80]!r}", f"没有已关闭的录音 {file[:80]!r}"),
            cure=Text("ivr recordings verify names the files", "ivr recordings verify 会列出文件"),
        )
    now = await asyncio.to_thread(_as_it_is, vault, locate(folder, known.file))
    async with database.write() as session:
        row = await ledger.locked(session, known.id)
        if row is None:
            return
        before = {"state": row.state, "sha256": row.sha256}
        if now is None:
            row.state = "missing"
        else:
            row.bytes, row.sha256 = now[0], now[1]
            row.rate, row.frames = now[2], now[3]
            row.state = "closed" if row.frames is not None else "broken"
        row.accepted = reason
        row.gap_cause = row.gap_cause or "accepted"
        detail = {"file": row.file, "reason": reason, "before": before, "sha256": row.sha256}
        await audit.append(session, actor=actor, action="accept", object=f"recording:{row.id}", at=at, detail=detail)


def _as_it_is(vault: Vault, path: Path) -> tuple[int, str, int | None, int | None] | None:
    """Bytes, sha256, rate, frames; None without a file."""
    if not path.is_file():
        return None
    rate = frames = None
    with vault.open_file(path) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            layout = read_layout(file)
            rate, frames = layout.rate, layout.frames
        except SoundError:
            pass
    return size, vault.digest(path), rate, frames
