"""After a restore: whether what the tables say is there is there."""

from __future__ import annotations

import asyncio
from pathlib import Path

from ivr.core.clock import Clock
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.storage import audit, ledger
from ivr.storage.database import Database
from ivr.storage.models import Recording
from recording.backup.restore import Restored
from recording.vault import LockedError, Vault, locate

MOST_TOLD = 100


async def look_after(
    database: Database, folder: Path, vault: Vault, found: Restored, actor: str, clock: Clock
) -> list[str]:
    """Look at the audit chain, make its end the head again, note the restore, open every file of the ledger.

    Returns:
        What is wrong, at most 100 lines. Sealed files that no identity here opens are not: their bytes are those of
        the backup.

    Raises:
        StorageError: if the database refuses.
    """
    problems: list[str] = []
    async with database.write() as session:
        row, digest = await audit.newest(session)
        if (row, digest if row else "") != found.manifest.audit:
            problems.append(str(Text("audit: another end than in the backup", "审计：末行与备份不符")))
        await audit.renew(session)
    async with database.read() as session:
        if (wrong := await audit.verify(session)) is not None:
            problems.append(str(Text(f"audit: row {wrong} does not fit the chain", f"审计：第 {wrong} 行与链不符")))
    async with database.write() as session:
        detail = {"made_at": found.manifest.made_at, "rows": sum(found.rows.values())}
        await audit.append(session, actor=actor, action="restore", object="backup", at=clock.now(), detail=detail)
    after = 0
    while True:
        async with database.read() as session:
            rows = await ledger.page(session, after)
        if not rows:
            return problems[:MOST_TOLD]
        after = rows[-1].id
        for one in rows:
            if one.state in {"closed", "broken"} and len(problems) < MOST_TOLD:
                problem = await asyncio.to_thread(_wrong, folder, vault, one)
                problems += [problem] if problem else []


def _wrong(folder: Path, vault: Vault, row: Recording) -> str:
    try:
        path = locate(folder, row.file)
        if not path.exists():
            return str(Text(f"{row.file}: missing", f"{row.file}：缺失"))
        if row.sha256 and vault.digest(path) != row.sha256:
            return str(Text(f"{row.file}: changed", f"{row.file}：内容已变"))
    except LockedError:
        return ""
    except (IvrError, OSError) as error:
        return str(error)
    return ""


__all__ = ["look_after"]
