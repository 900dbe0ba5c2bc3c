"""The processes of an installation: which of them run, and since when. Linux's /proc says it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ivr.core.language import Text
from ivr.core.settings import Settings

_START = 21  # of the fields of /proc/PID/stat, counted from 0
_AFTER_NAME = 2  # how many of them stand before and within the brackets of the name


@dataclass(frozen=True, slots=True)
class Process:
    """One process.

    Args:
        id: ``asterisk``, ``engine``, ``worker`` or ``console``.
        name: for people.
        pid: None when it does not run.
        since: when it began, in UTC.
        cure: what to do when it does not run.
    """

    id: str
    name: Text
    pid: int | None
    since: datetime | None
    cure: Text


_UP = Text("start it: ivr up", "请启动：ivr up")
# File with the process id below the folder of running processes, and a word its command line holds.
_KNOWN = (
    ("asterisk", Text("Asterisk", "Asterisk"), "asterisk.pid", b"asterisk", _UP),
    ("engine", Text("call engine", "呼叫引擎"), "serve.ready", b"serve", _UP),
    ("worker", Text("quality worker", "质检进程"), "qa.ready", b"qa", _UP),
    ("console", Text("console", "控制台"), "console.ready", b"console", Text("ivr console", "ivr console")),
)  # fmt: skip


def processes(settings: Settings, proc: Path = Path("/proc")) -> Iterator[Process]:
    """All of them, running or not."""
    for name, words, file, command, cure in _KNOWN:
        pid = _pid(settings.run / file, command, proc)
        yield Process(name, words, pid, None if pid is None else _since(proc, pid), cure)


def _pid(file: Path, command: bytes, proc: Path) -> int | None:
    """The process a file names, unless that has ended and left its file, or its number is another's by now."""
    try:
        pid = int(file.read_text("ascii")[:20])
        return pid if command in (proc / str(pid) / "cmdline").read_bytes() else None
    except (OSError, ValueError):
        return None


def _since(proc: Path, pid: int) -> datetime | None:
    try:
        booted = next(
            int(line.split()[1]) for line in (proc / "stat").read_text("ascii").splitlines() if line.startswith("btime")
        )
        fields = (proc / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        ticks = int(fields[_START - _AFTER_NAME])
    except (OSError, ValueError, IndexError, StopIteration):
        return None
    return datetime.fromtimestamp(booted + ticks / os.sysconf("SC_CLK_TCK"), UTC)


__all__ = ["Process", "processes"]
