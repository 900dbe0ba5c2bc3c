"""From transcribed to sealed: closed -> sha256 of the plain file -> transcribed -> sealed -> plain file removed.

Every pass looks at what is there, so it can be broken off anywhere and run again, in several processes at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ivr.core.clock import Clock
from ivr.core.errors import IvrError
from ivr.core.log import get_logger
from ivr.storage import sealed
from ivr.storage.database import Database
from ivr.storage.models import Recording
from ivr.storage.search.fill import settled
from recording.vault.files import SUFFIX, plain_name
from recording.vault.vault import Vault, locate

log = get_logger("vault")

JOB = "judge"
PATIENCE = timedelta(days=1)
"""So long after its end a file waits for its transcription, where it can be opened again for a late one."""
LONG_PATIENCE = timedelta(days=7)
"""And where it cannot."""

_LONGEST_PAUSE = 300.0
_MOST_TOLD = 10_000

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Done:
    """What a pass did: files or rows that were sealed or wrapped anew, and those that could not be."""

    done: int = 0
    failed: int = 0
    problems: tuple[str, ...] = ()


class Sealing:
    """Seals the recordings of one installation once they are transcribed.

    Args:
        database: the ledger.
        folder: the recordings.
        vault: seals; without recipients every pass is nothing.
        clock: the time.
    """

    def __init__(self, database: Database, folder: Path, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._vault = vault
        self._clock = clock
        self._told: set[int] = set()

    async def sweep(self, *, everything: bool = False, progress: Progress = lambda stage, share: None) -> Done:
        """Seal what is ready.

        Args:
            everything: also what was closed just now and never transcribed, unless work on it is waiting.
            progress: told the share done.

        Raises:
            StorageError: if the database refuses.
        """
        if not self._vault.enabled:
            return Done()
        patience = PATIENCE if self._vault.can_open else LONG_PATIENCE
        overdue = self._clock.now() - (timedelta(0) if everything else patience)
        async with self._database.read() as session:
            _, total = await sealed.count_sealed(session)
        done = failed = after = 0
        problems: list[str] = []
        while True:
            async with self._database.read() as session:
                rows = await sealed.recordings_to_seal(session, JOB, overdue, after=after)
            if not rows:
                return Done(done, failed, tuple(problems))
            for row in rows:
                after = row.id
                problem = await self._seal(row)
                done, failed = (done, failed + 1) if problem else (done + 1, failed)
                problems += [problem] if problem and len(problems) < 20 else []
                progress("seal", (done + failed) / max(1, total))

    async def run(self, every: float = 5.0) -> None:
        """Sweep until cancelled; trouble is logged and tried again, after ever longer pauses."""
        pause = every
        while True:
            try:
                await self.sweep()
                pause = every
            except Exception:
                pause = min(2 * pause, max(every, _LONGEST_PAUSE))
                log.exception("sealing pass failed", pause=pause)
            await asyncio.sleep(pause)

    async def _seal(self, row: Recording) -> str:
        """Seal one file and write that down; returns what is wrong, if anything."""
        try:
            path = await asyncio.to_thread(locate, self._folder, row.file)
            if path.suffix != SUFFIX:
                await asyncio.to_thread(self._vault.seal_file, path, row.sha256)
        except FileNotFoundError:
            problem = f"{row.file}: missing"
        except (IvrError, OSError) as error:
            problem = str(error)
        else:
            async with self._database.write() as session:
                await sealed.mark_sealed(session, row.id, self._clock.now())
            return ""
        if row.id not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(row.id)
            log.error("not sealed", file=row.file, problem=problem)
        return problem


async def seal_rows(
    database: Database, vault: Vault, progress: Progress = lambda stage, share: None, *, page: int = 100
) -> Done:
    """Seal transcripts and evidence that were written before there were keys, a page a transaction.

    Raises:
        StorageError: if the database refuses.
    """
    if not vault.enabled:
        return Done()
    async with database.read() as session:
        total = sum([await sealed.count_rows(session, table, sealed=False) for table in sealed.TABLES])
        before = sum([await sealed.count_rows(session, table, sealed=True) for table in sealed.TABLES])
    seen = 0
    for table in sealed.TABLES:
        after: int | None = 0
        while after is not None:
            async with database.write() as session:
                await sealed.wipe(session)
                after = await sealed.plain_rows(session, table, after=after, limit=page)
            seen += page
            progress("seal", min(1.0, seen / max(1, total)))
    async with database.read() as session:
        now = sum([await sealed.count_rows(session, table, sealed=True) for table in sealed.TABLES])
    if now > before:
        await settled(database)  # their words stood in the index in plain
    return Done(max(0, now - before))


async def rewrap(
    database: Database, folder: Path, vault: Vault, progress: Progress = lambda stage, share: None, *, page: int = 100
) -> Done:
    """Make everything sealed openable by the recipients of now and nobody else; bodies stay as they are.

    What is done already is passed over, so it can be stopped anywhere and run again.

    Raises:
        StorageError: if the database refuses.
        LockedError: if this machine has no identity at all.
    """
    async with database.read() as session:
        files, _ = await sealed.count_sealed(session)
        total = files + sum([await sealed.count_rows(session, table, sealed=True) for table in sealed.TABLES])
    done = seen = 0
    problems: list[str] = []
    failed = 0

    def note(what: str, error: Exception) -> None:
        nonlocal failed
        failed += 1
        if len(problems) < 20:
            problems.append(str(error) if what in str(error) else f"{what}: {error}")

    for name in await asyncio.to_thread(_sealed_files, folder):
        seen += 1
        progress("rewrap", min(1.0, seen / max(1, total)))
        try:
            done += await asyncio.to_thread(vault.rewrap_file, folder / name)
        except (IvrError, OSError) as error:
            note(plain_name(Path(name).name), error)
    for table in sealed.TABLES:
        after = 0
        while True:
            async with database.read() as session:
                rows = await sealed.sealed_rows(session, table, after=after, limit=page)
            if not rows:
                break
            turned = []
            for number, purpose, data in rows:
                after = number
                try:
                    fresh = vault.rewrap_bytes(data, purpose)
                except IvrError as error:
                    note(purpose, error)
                else:
                    turned += [(number, data, fresh)] if fresh is not data else []
            if turned:
                async with database.write() as session:
                    for number, data, fresh in turned:
                        done += await sealed.put_sealed(session, table, number, data, fresh)
            seen += len(rows)
            progress("rewrap", min(1.0, seen / max(1, total)))
    return Done(done, failed, tuple(problems))


def _sealed_files(folder: Path) -> list[str]:
    """Sealed files in and below ``folder``, by their paths in it; those the ledger does not know, too."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob(f"*{SUFFIX}") if path.is_file() and not path.is_symlink())
    return sorted(str(path.relative_to(folder)) for path in found)


__all__ = ["JOB", "LONG_PATIENCE", "PATIENCE", "Done", "Sealing", "rewrap", "seal_rows"]
