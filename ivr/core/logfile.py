"""A log file with a bound: made when the first line is written, turned over when it is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LARGEST = 20 * 1024 * 1024  # bytes of one file
KEPT = 3  # older files: .1 is the newest


class LogFile:
    """A file to write lines to. Several processes may write to the same one, a whole line at a time.

    What cannot be written is dropped: nothing fails because its log does.

    Args:
        path: the file.
        largest: bytes after which it becomes ``.1`` and a new one begins.
    """

    def __init__(self, path: Path, *, largest: int = LARGEST) -> None:
        self._path = path
        self._largest = largest
        self._handle: int | None = None

    def __del__(self) -> None:
        self.close()

    def open(self) -> None:
        """Open it now rather than at the first line.

        Raises:
            OSError: if that cannot be done.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)

    def write(self, text: str) -> int:
        """Append ``text``."""
        with contextlib.suppress(OSError):
            self._turn_over()
            if self._handle is None:
                self.open()
            assert self._handle is not None
            os.write(self._handle, text.encode("utf-8", "backslashreplace"))
        return len(text)

    def flush(self) -> None:
        """Lines are written as they come."""

    def close(self) -> None:
        """Close it; the next line opens it again."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _turn_over(self) -> None:
        if self._handle is None:
            return
        own = os.fstat(self._handle)
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
