"""The check of all recordings: the journal against the ledger, the ledger against the files, the files against both.

Everything is read a page at a time; a check of any size takes the memory of one page.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path

from ivr.core.clock import Clock
from ivr.storage import ledger
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording
from recording.keeping.faults import Fault
from recording.keeping.files import SETTLED, FileCheck
from recording.keeping.headers import KEPT
from recording.ledger import is_refused
from recording.vault import Vault, plain_name

# A file is announced to the engine when it begins; a busy engine takes a while.
UNKNOWN_AFTER = timedelta(minutes=5)

Progress = Callable[[str, float], None]


class Verification:
    """One check of everything.

    Args:
        database: journal and ledger.
        folder: the recordings.
        vault: opens what is sealed.
        clock: the time.
        deep: whether every byte is read.
    """

    def __init__(self, database: Database, folder: Path, vault: Vault, clock: Clock, *, deep: bool = False) -> None:
        self._database = database
        self._folder = folder
        self._now = clock.now()
        self.files = FileCheck(folder, vault, self._now, deep=deep)
        self.recordings = 0
        """Rows looked at."""
        self.calls = 0
        """Calls with talk looked at."""

    @property
    def unopened(self) -> int:
        """Sealed files whose content could not be checked here."""
        return self.files.unopened

    async def faults(self, progress: Progress = lambda stage, share: None) -> AsyncIterator[Fault]:
        """Whatever is wrong, as it is found.

        Raises:
            StorageError: if the database cannot be read.
        """
        async for fault in self._rows(progress):
            yield fault
        async for fault in self._calls():
            yield fault
        progress("files", 1.0)
        async for fault in self._strangers():
            yield fault

    async def _rows(self, progress: Progress) -> AsyncIterator[Fault]:
        async with self._database.read() as session:
            total = await ledger.count(session)
        last = 0
        while True:
            async with self._database.read() as session:
                rows = await ledger.page(session, last)
            for part in _parts(rows):
                for fault in await asyncio.to_thread(self._check, part):
                    yield fault
                self.recordings += len(part)
                progress("recordings", self.recordings / max(1, total))
            if len(rows) < ledger.PAGE:
                return
            last = rows[-1].id

    def _check(self, rows: Sequence[Recording]) -> list[Fault]:
        found = [fault for row in rows for fault in self.files.faults(row)]
        for row in rows:
            begun = row.started_at or row.closed_at
            fresh = begun is not None and self._now - begun < UNKNOWN_AFTER
            if row.call_id is None and not fresh and not row.accepted and row.state not in {"deleted", "deleting"}:
                found.append(Fault("sound_without_call", row.file, row.id, None, row.linkedid))
        return found

    async def _calls(self) -> AsyncIterator[Fault]:
        last = 0
        while True:
            async with self._database.read() as session:
                calls = await ledger.talks(session, last, self._now - SETTLED)
            for call in calls:
                self.calls += 1
                for fault in _parties(call):
                    yield fault
            if len(calls) < ledger.PAGE:
                return
            last = calls[-1].id

    async def _strangers(self) -> AsyncIterator[Fault]:
        """Files that the ledger does not know."""
        files = _sound_files(self._folder, self._now.timestamp() - UNKNOWN_AFTER.total_seconds())
        while names := {plain_name(name) for name in islice(files, ledger.PAGE)}:
            async with self._database.read() as session:
                known = await ledger.known(session, names)
            for name in sorted(names - known):
                yield Fault("unknown_file", name)


def _parties(call: Call) -> Iterator[Fault]:
    """Whether all who talked have a row in the ledger; whose caller refused to be recorded needs none."""
    rows = call.recordings
    if is_refused(call) or any(row.state == "refused" for row in rows):
        return
    if not rows:
        yield Fault("call_without_sound", call.linkedid, None, call.id, call.started_at.isoformat())
        return
    if not any(row.role == "caller" for row in rows):
        yield Fault("party_without_file", call.linkedid, None, call.id, "caller")
    talks = [visit for visit in call.visits if visit.connected_at is not None]
    files = [row for row in rows if row.role == "agent"]
    if len(files) < len(talks):
        named = [row.agent for row in files]
        lacking = [visit.agent for visit in talks if visit.agent not in named] or [talks[-1].agent]
        yield Fault("party_without_file", call.linkedid, None, call.id, " ".join(dict.fromkeys(lacking)))


def _parts(rows: Sequence[Recording], size: int = 50) -> Iterator[Sequence[Recording]]:
    for first in range(0, len(rows), size):
        yield rows[first : first + size]


def _sound_files(folder: Path, before: float) -> Iterator[str]:
    """Names, relative to the folder, of sound files not written to since ``before`` (Unix time)."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place) / name
            if name.startswith(".") or name.endswith(KEPT) or not plain_name(name).endswith((".wav", ".wav16")):
                continue
            try:
                if path.stat().st_mtime < before:
                    yield path.relative_to(folder).as_posix()
            except FileNotFoundError:
                continue
