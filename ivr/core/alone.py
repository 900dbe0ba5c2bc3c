"""One process at a time: a lock that goes with its process, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.core.errors import UsageError


@contextmanager
def alone(path: Path, refusal: UsageError) -> Iterator[None]:
    """Hold the lock at ``path``.

    Raises:
        UsageError: ``refusal``, if another process holds it.
        OSError: if the file cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise refusal from None
        yield


__all__ = ["alone"]
