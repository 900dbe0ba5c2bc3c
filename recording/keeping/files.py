"""One file of the ledger against its row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from ivr.storage.models import Recording
from ivr.storage.models.recordings import MESSAGES
from recording.errors import SoundError
from recording.keeping.erasing import is_half_redacted
from recording.keeping.faults import Fault
from recording.keeping.headers import KEPT, Layout, read_layout
from recording.vault import SUFFIX, DamagedError, LockedError, Vault, VaultError, locate

# A recorder writes every second or so while there is sound; on hold it may be silent for long.
ABANDONED = timedelta(hours=6)
# After the end of a call its files are closed within this time, or never.
SETTLED = timedelta(seconds=90)
# A recorder starts and stops a little after and before its channel does.
SHORTER_S = 3.0
SHORTER_SHARE = 0.02
_NEVER: frozenset[str] = frozenset()
# What stays quiet of a row that a person accepted, by the row's state; a later change shows.
_ACCEPTED = {
    "closed": frozenset({"short"}),
    "missing": frozenset({"missing"}),
    "broken": frozenset({"broken", "unusable"}),
}


class FileCheck:
    """Checks files; blocking, for a thread.

    Args:
        folder: the recordings.
        vault: opens what is sealed.
        now: the time.
        deep: whether every byte is read and compared with the ledger's sha256.
    """

    def __init__(self, folder: Path, vault: Vault, now: datetime, *, deep: bool = False) -> None:
        self._folder = folder
        self._vault = vault
        self._now = now
        self._deep = deep
        self.unopened = 0
        """Sealed files that this machine has no key for: their names and sizes were checked, not their content."""

    def faults(self, row: Recording) -> Iterator[Fault]:
        """What is wrong with a row's file."""
        accepted = _ACCEPTED.get(row.state, _NEVER) if row.accepted else _NEVER
        for code, detail in self._found(row):
            if code not in accepted:
                yield Fault(code, row.file, row.id, row.call_id, detail)

    def _found(self, row: Recording) -> Iterator[tuple[str, str]]:
        try:
            path = locate(self._folder, row.file)
            there = path.is_file()
            if row.state == "deleting":
                yield "half_deleted", row.note
            elif row.state == "deleted":
                if there:
                    yield "not_gone", ""
            elif row.state == "refused":
                if there and self.is_abandoned(row, path):
                    yield "not_gone", "refused by the caller"
            elif row.state == "open":
                if self.is_abandoned(row, path):
                    yield "left_open", "" if there else "no file"
            elif not there:
                if row.state != "missing" or row.gap_cause in {"", "file not found"}:
                    yield "missing", row.gap_cause
            elif row.state == "missing":
                yield "found_again", ""
            else:
                yield from self._content(row, path)
        except (OSError, VaultError) as error:
            yield "unreadable", error.strerror or "" if isinstance(error, OSError) else str(error)

    def is_abandoned(self, row: Recording, path: Path) -> bool:
        """Whether nobody writes to an open recording any more."""
        if row.call is not None and row.call.ended_at is not None:
            return self._now - row.call.ended_at > SETTLED
        try:
            return self._now.timestamp() - path.stat().st_mtime > ABANDONED.total_seconds()
        except FileNotFoundError:
            return row.started_at is None or self._now - row.started_at > ABANDONED

    def _content(self, row: Recording, path: Path) -> Iterator[tuple[str, str]]:
        try:
            with self._vault.open_file(path) as file:
                layout = read_layout(file)
                size = file.seek(0, os.SEEK_END)
            if not layout.whole:
                yield "broken", f"{layout.seconds:.1f} s of sound"
                return
            yield from _compared(row, layout, size)
            if self._deep and row.sha256 and self._vault.digest(path) != row.sha256:
                yield "changed", ""
        except LockedError:
            self.unopened += 1
        except DamagedError as error:
            yield "damaged", error.message
            return
        except SoundError as error:
            yield "unusable", error.message
            return
        if is_half_redacted(path, row):
            yield "half_redacted", ""
        if not path.name.endswith(SUFFIX) and path.with_name(path.name + KEPT).exists():
            yield "half_mended", ""


def _compared(row: Recording, layout: Layout, size: int) -> Iterator[tuple[str, str]]:
    told = (row.rate, row.frames, row.bytes)
    found = (layout.rate, layout.frames, size)
    if row.state == "broken":
        yield "left_open", "whole, and broken in the ledger"
        return
    if any(ours is not None and ours != theirs for ours, theirs in zip(told, found, strict=True)):
        yield (
            "differs",
            " ".join(
                f"{name} {theirs} != {ours}"
                for name, ours, theirs in zip(("rate", "frames", "bytes"), told, found, strict=True)
                if ours is not None and ours != theirs
            ),
        )
    expected = expected_seconds(row)
    lost = 0.0 if expected is None else expected - layout.seconds
    if expected is not None and lost > max(SHORTER_S, SHORTER_SHARE * expected) and not has_cause(row):
        yield "short", f"{layout.seconds:.1f} of {expected:.1f} s"


def expected_seconds(row: Recording) -> float | None:
    """How long a party's file should be: from its first frame to the end of its leg; None if that is not known."""
    if row.role in MESSAGES or row.started_at is None or row.call is None:
        return None
    leg = next((leg for leg in row.call.legs if leg.uniqueid == row.uniqueid), None)
    end = (leg.ended_at if leg is not None else None) or row.call.ended_at
    return max(0.0, (end - row.started_at).total_seconds()) if end is not None else None


def has_cause(row: Recording) -> bool:
    """Whether the ledger says why the file is shorter than its leg."""
    return bool(row.gap_cause) or any(gap.get("cause") not in {None, "paused", "redacted"} for gap in row.gaps)
