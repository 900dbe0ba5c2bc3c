"""Which process is ours: the id we wrote down, still with the command line we gave it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from ivr.asterisk.secrets import write_private


def write_pid(path: Path, pid: int) -> None:
    """Write a process id down."""
    write_private(path, f"{pid}\n", 0o644)


def read_pid(path: Path, mark: str) -> int | None:
    """The process written down, if it still runs and ``mark`` is one of the words it was started with.

    A pid that was given to another process in the meantime does not count, nor does a process that has ended and
    only waits for its parent.
    """
    try:
        pid = int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
    return pid if pid > 1 and runs_with(pid, mark) else None


def runs_with(pid: int, mark: str) -> bool:
    """Whether process ``pid`` runs and has ``mark`` among the words of its command line."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(mark) in words


def wait_gone(pid: int, mark: str, limit: float) -> bool:
    """Wait up to ``limit`` seconds for a process to end; whether it did."""
    end = time.monotonic() + limit
    while True:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # when it is our own child
        if not runs_with(pid, mark):
            return True
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)


def group_exists(group: int) -> bool:
    """Whether any process of a group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def clear_group(group: int, limit: float) -> None:
    """Give the processes of a group ``limit`` seconds to end by themselves, then kill them."""
    end = time.monotonic() + limit
    while group_exists(group) and time.monotonic() < end:
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


__all__ = ["clear_group", "group_exists", "read_pid", "runs_with", "wait_gone", "write_pid"]
