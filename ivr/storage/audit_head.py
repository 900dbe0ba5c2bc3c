"""The newest audit row, kept in a file outside the database.

A chain of hashes shows a row changed, inserted or removed, but not rows cut off at its end, nor a chain that was
computed anew from some row on. The file shows both to whoever has not changed the file as well: it proves that the
table still holds what this installation last wrote there. Who can write both the database and the file can deceive
it; against him keep the newest hash elsewhere (``ivr audit anchor`` prints it).

The hash of a row is written down as expected before its transaction commits, and becomes the head after it: a
process that ends between the two leaves a row that is expected, not a stranger.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MOST_EXPECTED = 1000
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """What the file holds.

    Args:
        id: of the newest row known to be committed; 0 before the first.
        hash: of that row.
        expected: (id, hash) of rows whose transactions may have been committed.
    """

    id: int
    hash: str
    expected: tuple[tuple[int, str], ...] = ()


class HeadFile:
    """The file at ``path``; several processes may use it at once.

    Args:
        path: the file; its folder is made when something is written.
        alone: whether all who write to the table use this very file (SQLite), so that no other rows can be newer.
    """

    def __init__(self, path: Path, *, alone: bool = True) -> None:
        self.path = path
        self.alone = alone

    def read(self) -> Head | None:
        """What it holds; None if there is no file.

        Raises:
            OSError: if it cannot be read.
            ValueError: if it holds something else.
        """
        try:
            with self.path.open("rb") as file:
                content = file.read(_LARGEST)
        except FileNotFoundError:
            return None
        return _parse(content)

    def expect(self, row: int, digest: str) -> None:
        """Write down a row that is about to be committed.

        Raises:
            OSError, ValueError: as ``read``; the row must not be committed then.
        """
        with self._changing():
            head = self.read() or Head(0, "")
            expected = (*(one for one in head.expected if one[0] > head.id), (row, digest))
            self._write(Head(head.id, head.hash, expected[-_MOST_EXPECTED:]))

    def advance(self, row: int, digest: str) -> None:
        """Make a committed row the head; an older one changes nothing.

        Raises:
            OSError, ValueError: as ``read``.
        """
        with self._changing():
            head = self.read() or Head(0, "")
            if row > head.id:
                self._write(Head(row, digest, tuple(one for one in head.expected if one[0] > row)))

    def renew(self, row: int, digest: str) -> None:
        """Make a row the head whatever the file held: after a restored backup, or a fault that was looked into."""
        with self._changing():
            self._write(Head(row, digest))

    def _write(self, head: Head) -> None:
        text = json.dumps({"id": head.id, "hash": head.hash, "expected": head.expected})
        temporary = self.path.with_name(f".{self.path.name}.new")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
        temporary.replace(self.path)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time; it is held for microseconds."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _parse(content: bytes) -> Head:
    data: Any = json.loads(content)
    try:
        expected = tuple((int(row), str(digest)) for row, digest in data["expected"])
        return Head(int(data["id"]), str(data["hash"]), expected)
    except (KeyError, TypeError) as error:
        raise ValueError("not an audit head") from error
