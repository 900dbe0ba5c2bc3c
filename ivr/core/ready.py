"""That a process of this installation works: a file with its process id."""

from __future__ import annotations

import os
from pathlib import Path


class Ready:
    """A file that is there exactly while the process works."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Ready:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._path.with_suffix(".part")  # who sees the file sees all of it
        whole.write_text(str(os.getpid()), "ascii")
        whole.replace(self._path)
        return self

    def __exit__(self, *_: object) -> None:
        self.take_away()

    def take_away(self) -> None:
        """Say that it works no more."""
        self._path.unlink(missing_ok=True)


__all__ = ["Ready"]
