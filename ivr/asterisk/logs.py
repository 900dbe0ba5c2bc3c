"""The files Asterisk writes by itself: turned over, and the old ones deleted within bounds.

``logger rotate`` turns over messages, security.log and queue_log (to ``NAME.N``). The channel events (CEL) have no such
command, but Asterisk opens that file anew for every row, so it is renamed. queue_log and CEL are read back by
``ivr calls reconcile``, rotated files included: what it has not read yet is deleted only where the size demands it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ivr.asterisk.instance import Instance
from ivr.asterisk.layout import Dirs
from ivr.core.log import get_logger
from ivr.core.settings import Settings

FULL = 10  # a file is turned over before its time when it has this part of what its log may take
_ROTATED = re.compile(r"\.[0-9][0-9A-Za-z_.:-]*\Z")
_SLACK = timedelta(seconds=60)  # rows are not quite in the order of their times

log = get_logger("asterisk")


@dataclass(frozen=True, slots=True)
class LogFiles:
    """One log: the file being written and those it was rotated to.

    Args:
        source: whether the journal is reconciled with it.
    """

    path: Path
    source: bool = False

    @property
    def rotated(self) -> list[Path]:
        """The older files, the oldest first."""
        found = []
        for one in self.path.parent.glob(f"{self.path.name}.*"):
            if _ROTATED.match(one.name[len(self.path.name) :]):
                with contextlib.suppress(OSError):
                    found.append((one.stat().st_mtime, one.name, one))
        return [one for _, _, one in sorted(found)]

    @property
    def written(self) -> int:
        """Bytes of the file being written."""
        return _size(self.path)

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return self.written + sum(map(_size, self.rotated))


@dataclass(frozen=True, slots=True)
class Deleted:
    """A file that is gone.

    Args:
        why: ``age`` or ``size``.
        unread: its rows may never have been compared with the journal.
    """

    file: str
    size: int
    why: str
    unread: bool = False


@dataclass(slots=True)
class Rotated:
    """What was done."""

    files: list[str] = field(default_factory=list)
    deleted: list[Deleted] = field(default_factory=list)


def logs_below(folder: Path) -> list[LogFiles]:
    """All logs in Asterisk's log folder that grow."""
    return [
        LogFiles(folder / "messages.log"),
        LogFiles(folder / "security.log"),
        LogFiles(folder / "queue_log", source=True),
        LogFiles(folder / "cel-custom" / "cel.json", source=True),
        LogFiles(folder / "cel-custom" / "cel.csv", source=True),  # where Asterisk cannot write JSON
    ]


def limit_of(settings: Settings) -> int:
    """Bytes one log may take with all its files."""
    return settings.log_limit * 1_000_000


def is_full(settings: Settings, dirs: Dirs) -> bool:
    """Whether a file has grown so large that it is to be turned over at once."""
    return any(one.written > limit_of(settings) // FULL for one in logs_below(dirs.log))


def rotate(instance: Instance, now: datetime, read_until: datetime | None) -> Rotated:
    """Turn all logs over, then delete what is older than ``keep_logs`` days or too much for ``log_limit``.

    Args:
        read_until: the journal is reconciled up to here; None: not known.

    Raises:
        AsteriskError: if Asterisk runs and does not turn its logs over; what is old is deleted all the same.
        OSError: if a file cannot be renamed.
    """
    settings, dirs = instance.settings, instance.dirs
    done = Rotated()
    try:
        done.files += _turn_over(instance, logs_below(dirs.log))
    finally:
        for one in logs_below(dirs.log):
            done.deleted += _delete(one, now - timedelta(days=settings.keep_logs), limit_of(settings), read_until)
    return done


def _turn_over(instance: Instance, logs: list[LogFiles]) -> Iterator[str]:
    by_asterisk = []
    for one in logs:
        if "cel" not in one.path.name and instance.status().running:
            by_asterisk += [one.path.name] if one.written else []
        elif one.written:
            one.path.rename(_next(one.path))
            yield one.path.name
    if by_asterisk:
        instance.run_cli("logger rotate")
        yield from by_asterisk


def _next(path: Path) -> Path:
    """The first number that is free, as Asterisk counts them; how old a file is its time says."""
    number = 0
    while (found := path.with_name(f"{path.name}.{number}")).exists():
        number += 1
    return found


def _delete(one: LogFiles, before: datetime, limit: int, read_until: datetime | None) -> Iterator[Deleted]:
    left = one.size
    for file in one.rotated:
        try:
            found = file.stat()
        except OSError:
            continue
        written = datetime.fromtimestamp(found.st_mtime, before.tzinfo)
        unread = one.source and (read_until is None or written > read_until - _SLACK)
        old, too_much = written < before and not unread, left > limit
        if not (old or too_much):
            continue
        file.unlink(missing_ok=True)
        left -= found.st_size
        gone = Deleted(file.name, found.st_size, "age" if old else "size", unread)
        (log.error if unread else log.info)("log deleted", file=gone.file, bytes=gone.size, why=gone.why, unread=unread)
        yield gone


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


__all__ = ["FULL", "Deleted", "LogFiles", "Rotated", "is_full", "limit_of", "logs_below", "rotate"]
