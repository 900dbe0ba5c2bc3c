"""A program we start, and of which nothing is left when we are done."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from ivr.core.errors import TelephonyError

__all__ = ["Child"]

_TAIL = 2000


class Child:
    """A child process in a process group of its own, its output in a file.

    Args:
        argv: the program and its arguments; never a shell line.
        cwd: its working directory.
        output: file that takes what it prints, both streams.
        patience: seconds it gets to end after each signal.
    """

    def __init__(self, argv: Sequence[str], *, cwd: Path, output: Path, patience: float = 2.0) -> None:
        self._argv = list(argv)
        self._cwd = cwd
        self._output = output
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Child:
        try:
            with self._output.open("ab") as output:
                self._process = await asyncio.create_subprocess_exec(
                    *self._argv,
                    cwd=self._cwd,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=asyncio.subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise TelephonyError(f"cannot start {self._argv[0]}: {error.strerror}") from error
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """Its process id, which is its process group too."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """How it ended, or None while it runs; negative: the signal that ended it."""
        return self._process.returncode if self._process else None

    async def wait(self, within: float) -> int | None:
        """Its return code, or None if it still runs after ``within`` seconds."""
        assert self._process is not None, "not started"
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._process.wait(), within)
        return None

    async def stop(self) -> None:
        """End it with SIGTERM, then with SIGKILL, and its whole group; does nothing if it has ended."""
        if self._process is None or self._process.returncode is not None:
            return  # its id may belong to somebody else by now
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.returncode is None:
                self._signal_group(number)
                await self.wait(self._patience)
        self._signal_group(signal.SIGKILL)  # whatever it started itself

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def printed(self) -> str:
        """The end of what it printed, at most 2,000 characters."""
        try:
            with self._output.open("rb") as output:
                output.seek(max(0, self._output.stat().st_size - _TAIL))
                return output.read().decode(errors="replace").strip()
        except OSError:
            return ""
