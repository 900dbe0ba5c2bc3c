"""The files behind a source: the one being written and those it was rotated to, from a point in time on."""

from __future__ import annotations

import errno
import gzip
import os
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.journal.sources.skipped import Skipped

LONGEST = 65_536  # bytes of a line
MOST_BYTES = 128 << 20  # of one source, at a time: some 350,000 rows
_TRIES = 5  # to open the files between two rotations
_SMALL = 1 << 18  # bytes that are read without looking for the place to begin
_ROTATED = re.compile(r"\.[0-9][0-9A-Za-z_.:-]*\Z")
# Rows are written by several threads and may change places; a file's own time is that of its last row.
_SLACK = timedelta(seconds=60)

TimeOf = Callable[[str], datetime | None]


class _Readable(Protocol):
    def readline(self, size: int = -1, /) -> bytes: ...


class _Seekable(_Readable, Protocol):
    def seek(self, offset: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Extent:
    """What of the files to read: from ``since`` on, at most ``most_bytes``, the newest."""

    since: datetime | None = None
    most_bytes: int = MOST_BYTES


def rotated(path: Path) -> list[Path]:
    """``path`` and the files it was rotated to (``queue_log.0``, ``cel.json.2.gz``), the oldest first.

    Raises:
        OSError: if the folder cannot be read.
    """
    if not path.parent.is_dir():
        return []
    older = [
        one
        for one in path.parent.iterdir()
        if one.name.startswith(path.name) and _ROTATED.match(one.name[len(path.name) :]) and one.is_file()
    ]
    older.sort(key=lambda one: (one.stat().st_mtime, one.name))
    return [*older, *([path] if path.is_file() else [])]


def read_lines(path: Path, time_of: TimeOf, skipped: Skipped, extent: Extent | None = None) -> Iterator[str]:
    """Complete lines of a source, its rotated files first.

    Args:
        path: the file being written; that it is not there yet is no error.
        time_of: the time of a line, None for what is no row; it must be cheap.
        skipped: gets ``truncated`` and ``unread_bytes``.

    Raises:
        SetupError: if a file cannot be read.
    """
    extent = extent or Extent()
    where = path
    try:
        with ExitStack() as stack:
            files = _opened(path, extent, stack)
            left = extent.most_bytes
            sizes: list[int] = []
            for _, file in reversed(files):  # the newest get their share first
                sizes.append(min(_size(file), left))
                left -= sizes[-1]
            for (where, file), share in zip(files, reversed(sizes), strict=True):
                yield from _file(where, file, time_of, skipped, extent.since, share)
    except (OSError, EOFError, zlib.error) as error:
        name = getattr(error, "filename", None) or where
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SetupError(
            Text(f"cannot read {name}: {what}", f"无法读取 {name}：{what}"),
            cure=Text("give it to this user, or name another file", "请检查权限，或指定其他文件"),
        ) from error


def _opened(path: Path, extent: Extent, stack: ExitStack) -> Sequence[tuple[Path, BinaryIO]]:
    """The files to read, opened before the first is read: they may be rotated meanwhile, and deleted."""
    for _ in range(_TRIES):
        with ExitStack() as tried, suppress(FileNotFoundError):
            opened = [(one, tried.enter_context(one.open("rb"))) for one in _wanted(path, extent)]
            there = [one.stat() for one in _wanted(path, extent)]
            if [(one.st_dev, one.st_ino) for one in there] == [_identity(file) for _, file in opened]:
                stack.push(tried.pop_all())
                return opened
    raise OSError(errno.EBUSY, "rotated again and again", str(path))


def _wanted(path: Path, extent: Extent) -> list[Path]:
    # Where its rows begin is seen in it; a time of its own that is wrong must not hide the file being written.
    return [one for one in rotated(path) if one == path or not _too_old(one, extent.since)]


def _identity(file: BinaryIO) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _too_old(path: Path, since: datetime | None) -> bool:
    return since is not None and datetime.fromtimestamp(path.stat().st_mtime, UTC) < since - _SLACK


def _file(
    path: Path, file: BinaryIO, time_of: TimeOf, skipped: Skipped, since: datetime | None, share: int
) -> Iterator[str]:
    if path.suffix == ".gz":
        with gzip.open(file, "rb") as packed:
            yield from _lines(packed, skipped)
        return
    size = _size(file)
    begin = cut = max(0, size - share)
    if since is not None and size - begin > _SMALL:
        begin = _place(file, time_of, since - _SLACK, begin, size)
    if cut and (since is None or not _is_before(file, time_of, since - _SLACK, cut)):
        skipped.unread_bytes += cut
    file.seek(max(0, begin - 1))
    if begin:
        file.readline()  # the rest of a line that began before
    yield from _lines(file, skipped)


def _lines(file: _Readable, skipped: Skipped) -> Iterator[str]:
    left = MOST_BYTES  # what a packed file unfolds to is not known before
    while left > 0 and (line := file.readline(LONGEST + 1)):
        left -= len(line)
        if line.endswith(b"\n"):
            yield line.decode("utf-8", "replace")
            continue
        if len(line) > LONGEST:
            skipped.malformed += 1
            while (rest := file.readline(LONGEST)) and not rest.endswith(b"\n"):
                pass
        else:
            skipped.truncated += 1


def _place(file: _Seekable, time_of: TimeOf, since: datetime, low: int, high: int) -> int:
    """Where the rows of ``since`` begin, found by halving: rows lie in the order of their times, nearly."""
    while high - low > _SMALL:
        middle = (low + high) // 2
        if _is_before(file, time_of, since, middle):
            low = middle
        else:
            high = middle
    return low


def _is_before(file: _Seekable, time_of: TimeOf, since: datetime, place: int) -> bool:
    at = _time_after(file, time_of, place)
    return at is not None and at < since


def _time_after(file: _Seekable, time_of: TimeOf, place: int) -> datetime | None:
    file.seek(place)
    file.readline(LONGEST)
    for _ in range(20):
        line = file.readline(LONGEST)
        if not line:
            return None
        at = time_of(line.decode("utf-8", "replace"))
        if at is not None:
            return at
    return None


__all__ = ["Extent", "read_lines", "rotated"]
