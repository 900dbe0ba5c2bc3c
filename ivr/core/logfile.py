"""A log file with a bound: made when the first line is written, turned over when it is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TextIO

LARGEST = 20 * 1024 * 1024  # bytes of one file
KEPT = 3  # older files: .1 is the newest


class LogFile:
    """A file to write lines to. Several processes may write to the same one.

    What cannot be written is dropped: nothing fails because its log does.

    Args:
        path: the file.
        largest: bytes after which it becomes ``.1`` and a new one begins.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._stream: TextIO | None = None

    def open(self) -> None:
        """Open it now rather than at the first line.

        Raises:
            OSError: if that cannot be done.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)

    def write(self, text: str) -> int:
        """Append ``text``."""
        with contextlib.suppress(OSError):
            self._turn_over()
            if self._stream is None:
                self.open()
            assert self._stream is not None
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Lines are written as they come."""

    def close(self) -> None:
        """Close it; the next line opens it again."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.close()

    def _turn_over(self) -> None:
        if self._stream is None:
            return
        own = os.fstat(self._stream.fileno())
        try:
            there = self._path.stat()
        except FileNotFoundError:
            self.close()
            return
        if (own.st_dev, own.st_ino) != (there.st_dev, there.st_ino):
            self.close()  # another process has turned it over
        elif own.st_size >= self._largest:
            self.close()
            for number in range(KEPT - 1, 0, -1):
                older = self._numbered(number)
                if older.exists():
                    older.replace(self._numbered(number + 1))
            self._path.replace(self._numbered(1))

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


__all__ = ["LogFile"]
