"""One worker process as its parent sees it: start, ask, kill."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import recording
from recording.errors import SoundError, TranscriptionError

START_LIMIT_S = 300.0  # a second on a free machine; they run at a low priority
KEPT_LINES = 20
MALLOC_ARENAS = "2"  # more than that, and memory that threads gave back is never seen again


class WorkerEnded(Exception):  # noqa: N818 - an event, handled inside
    """The process ended in the middle of a request; carries its last words.

    Args:
        message: what is known of it.
        code: its exit code; negative when a signal ended it.
    """

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class WorkerSilent(Exception):  # noqa: N818 - an event, handled inside
    """No answer within the time limit; the process was killed."""


class WorkerProcess:
    """A running worker. Not thread-safe: one request at a time.

    Args:
        command: what to start; it speaks the protocol of ``recording.transcription.worker``.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.answered = 0
        self._lines: queue.Queue[bytes | None] = queue.Queue()
        self._errors: deque[bytes] = deque(maxlen=KEPT_LINES)
        root = str(Path(recording.__file__).resolve().parent.parent)
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(paths),
                "PYTHONIOENCODING": "utf-8",
                "MALLOC_ARENA_MAX": MALLOC_ARENAS,
            },
        )
        self._threads = [
            threading.Thread(target=self._read_answers, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def await_ready(self, limit: float = START_LIMIT_S) -> None:
        """Wait until the model is loaded; the process is killed if it is not.

        Args:
            limit: seconds.

        Raises:
            WorkerEnded: if it ends before it is ready.
            WorkerSilent: if it is not ready in time.
        """
        try:
            self._wait(time.monotonic() + limit, None)
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process.poll() is None

    def ask(
        self,
        request: dict[str, Any],
        payload: bytes = b"",
        *,
        limit: float,
        progress: Callable[[float], None] | None = None,
    ) -> Any:
        """Send a request and wait for its result.

        Args:
            request: plain data.
            payload: the bytes that follow it.
            limit: seconds for all of it.
            progress: told the share done, 0..1.

        Raises:
            SoundError: the file itself cannot be used.
            TranscriptionError: the worker reported a failure and lives on.
            WorkerEnded: the process died.
            WorkerSilent: no result within ``limit`` seconds; the process has been killed.
        """
        deadline = time.monotonic() + limit
        self._send(json.dumps({**request, "bytes": len(payload)}, ensure_ascii=False).encode() + b"\n" + payload, limit)
        try:
            message = self._wait(deadline, progress)
        except BaseException:
            self.kill()  # half-way through an answer it is of no more use
            raise
        self.answered += 1
        if "error" in message:
            failure = SoundError if message.get("kind") == "sound" else TranscriptionError
            raise failure(str(message["error"]))
        return message["result"]

    def stop(self) -> None:
        """Tell the process to end; safe while another thread waits for its answer."""
        self._process.kill()

    def kill(self) -> None:
        """End the process now and reap it."""
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join(timeout=5)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _send(self, data: bytes, limit: float) -> None:
        """Write to the process; one that does not read is killed when the time is over."""
        assert self._process.stdin is not None
        late = threading.Event()

        def overdue() -> None:
            late.set()
            self._process.kill()

        watchdog = threading.Timer(limit, overdue)
        watchdog.daemon = True
        watchdog.start()
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except OSError as error:
            if late.is_set():
                raise WorkerSilent from error
            raise self._ended() from error
        finally:
            watchdog.cancel()

    def _wait(self, deadline: float, progress: Callable[[float], None] | None) -> dict[str, Any]:
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise WorkerSilent from None
            if line is None:
                raise self._ended()
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if not isinstance(message, dict):
                continue
            if "progress" not in message:
                return dict(message)
            if progress is not None:
                progress(float(message["progress"]))

    def _ended(self) -> WorkerEnded:
        code = self._process.wait()
        self._threads[1].join(timeout=5)
        lines = (line.decode("utf-8", "replace").strip() for line in self._errors)
        words = " | ".join(line for line in lines if line)[-400:]
        return WorkerEnded(f"ended with {code}" + (f": {words}" if words else ""), code)

    def _read_answers(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError, OSError):
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        with contextlib.suppress(ValueError, OSError):
            self._errors.extend(self._process.stderr)


def worker_command(folder: Path, name: str) -> list[str]:
    """The command that starts a worker for the model in ``folder``."""
    return [sys.executable, "-m", "recording.transcription.worker", str(folder), name]
