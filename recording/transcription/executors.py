"""Where tasks run: on this machine, or on a Dask cluster. Both are ``concurrent.futures`` executors underneath."""

from __future__ import annotations

import concurrent.futures
import re
from typing import Protocol

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.transcription.pool import WorkerPool
from recording.transcription.task import Outcome, Progress, Task, run_task, work_here

LOCAL = "local"


class TaskExecutor(Protocol):
    """What a transcriber asks of an executor. Thread-safe."""

    @property
    def slots(self) -> int:
        """How many tasks it does at once."""
        ...

    @property
    def far(self) -> bool:
        """Whether tasks run on machines with folders of their own."""
        ...

    def run(self, task: Task, progress: Progress | None, limit: float) -> Outcome:
        """Do a task and wait for its outcome, at most ``limit`` seconds."""
        ...

    def close(self) -> None:
        """Give up what is under way; it cannot be used again."""
        ...


class LocalExecutor:
    """Threads of this process, each with a supervised worker process.

    Args:
        slots: tasks done at once.
    """

    far = False

    def __init__(self, slots: int = 1) -> None:
        self.slots = max(1, slots)
        self.pool = WorkerPool()
        self._threads = concurrent.futures.ThreadPoolExecutor(
            self.slots, thread_name_prefix="transcription", initializer=work_here, initargs=(self.pool,)
        )

    def run(self, task: Task, progress: Progress | None, limit: float) -> Outcome:
        """Do a task; it ends by its own limits, since its process is ours to kill."""
        try:
            return self._threads.submit(run_task, task, progress).result()
        except (RuntimeError, concurrent.futures.CancelledError):  # shut down, before or while it waited for a thread
            return Outcome("stopped")

    def close(self) -> None:
        """End all worker processes."""
        self.pool.close()
        self._threads.shutdown(wait=True, cancel_futures=True)


def open_executor(address: str, *, workers: int = 1) -> TaskExecutor:
    """The executor an address names.

    Args:
        address: ``local``; or a Dask scheduler: ``dask://host:port`` (the same as ``tcp://``), ``tls://host:port``.
        workers: worker processes of the local one.

    Raises:
        UsageError: if it is no such address.
        SetupError: if Dask is not installed.
        ExecutorLost: if no scheduler answers there.
    """
    address = check_address(address)
    if address == LOCAL:
        return LocalExecutor(workers)
    from recording.transcription.dask_executor import DaskExecutor

    return DaskExecutor(address)


def check_address(address: str) -> str:
    """``address`` as Dask reads it, or ``local``.

    Raises:
        UsageError: if it names no executor.
    """
    if address in {"", LOCAL}:
        return LOCAL
    match = re.fullmatch(r"(dask|tcp|tls)://(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})", address)
    if match is None or not 0 < int(match[3]) < 65536:
        raise UsageError(
            Text(f"not an executor: {address!r:.100}", f"不是可用的执行器：{address!r:.100}"),
            cure=Text(
                "write local, dask://host:port or tls://host:port", "请写 local、dask://主机:端口 或 tls://主机:端口"
            ),
        )
    scheme = "tcp" if match[1] == "dask" else match[1]
    return f"{scheme}://{match[2]}:{match[3]}"
