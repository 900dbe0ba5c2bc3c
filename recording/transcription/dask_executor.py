"""Tasks on a Dask cluster, by the address of its scheduler. The only module that imports distributed."""

from __future__ import annotations

import concurrent.futures
import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.log import get_logger
from recording.errors import ExecutorLost
from recording.transcription.task import Kind, Outcome, Progress, Task, run_task

log = get_logger("dask")

CONNECT_S = 10.0
LARGEST_TASK = "512MB"  # Dask warns of larger ones; eight hours of sound at 8 kHz are 461 MB


class DaskExecutor:
    """Tasks on a cluster, through Dask's own ``concurrent.futures`` executor.

    A lost connection is made anew when the next task comes. What a lost scheduler was doing is an outcome ``lost``;
    a task over which workers died, as often as the scheduler allows, has the outcome ``died``.

    Args:
        address: of the scheduler: ``tcp://host:port`` or ``tls://host:port``.
        connect_limit: seconds for connecting and for the first worker to be there.

    Raises:
        SetupError: if ``distributed`` is not installed.
        ExecutorLost: if no scheduler answers there, or it has no worker.
    """

    far = True

    def __init__(self, address: str, *, connect_limit: float = CONNECT_S) -> None:
        self.address = address
        self._limit = connect_limit
        self._lock = threading.Lock()
        self._client: Any = None
        self._executor: concurrent.futures.Executor | None = None
        self._under_way: set[concurrent.futures.Future[Outcome]] = set()
        self._closed = False
        self._distributed = _import()
        self._connected()

    @property
    def slots(self) -> int:
        """The threads of all its workers, at least 1."""
        client = self._connected()[0]
        with self._trouble():
            threads: dict[str, int] = client.sync(client.scheduler.ncores, callback_timeout=self._limit)
        return max(1, sum(threads.values()))

    def run(self, task: Task, progress: Progress | None, limit: float) -> Outcome:
        """Do a task on some worker; ``progress`` does not come back from there."""
        try:
            executor = self._connected()[1]
            future: concurrent.futures.Future[Outcome] = executor.submit(run_task, task)
        except ExecutorLost as error:
            return Outcome("stopped" if self._closed else "lost", detail=error.message)
        except Exception as error:
            return Outcome("lost", detail=f"{type(error).__name__}: {error}")
        with self._lock:
            self._under_way.add(future)
            closed = self._closed
        if closed:
            future.cancel()
        try:
            return future.result(limit)
        except Exception as error:
            return self._lost(error, limit)
        finally:
            future.cancel()
            with self._lock:
                self._under_way.discard(future)

    def _lost(self, error: Exception, limit: float) -> Outcome:
        """What an exception means that is not the task's own word."""
        if isinstance(error, self._distributed.KilledWorker):
            return Outcome("died", detail=str(error), deaths=error.allowed_failures + 1)
        if isinstance(error, concurrent.futures.CancelledError):
            kind: Kind = "stopped" if self._closed else "lost"
            return Outcome(kind, detail="the scheduler dropped the task or went away")
        if isinstance(error, concurrent.futures.TimeoutError):
            return Outcome("lost", detail=f"no answer from {self.address} within {limit:.0f} s")
        # The worker could not even run it, for want of this package, say.
        return Outcome("lost", detail=f"{type(error).__name__}: {error}"[:400])

    def close(self) -> None:
        """Drop what is under way; workers finish the file they have and forget it."""
        with self._lock:
            self._closed = True
            under_way, client = list(self._under_way), self._client
            self._client = self._executor = None
        for future in under_way:
            future.cancel()
        if client is not None:
            with contextlib.suppress(Exception):
                client.close(timeout=self._limit)

    def _connected(self) -> tuple[Any, concurrent.futures.Executor]:
        with self._lock:
            if self._closed:
                raise ExecutorLost(Text("transcription was stopped", "转写已停止"))
            if self._client is not None and self._client.status == "running":
                assert self._executor is not None
                return self._client, self._executor
            old, self._client = self._client, None
            if old is not None:
                log.warning("connection to the scheduler lost, made anew", address=self.address)
                with contextlib.suppress(Exception):
                    old.close(timeout=self._limit)
            with self._trouble():
                self._client = self._distributed.Client(
                    self.address, timeout=self._limit, set_as_default=False, name="ivr"
                )
                self._client.wait_for_workers(1, timeout=self._limit)
            self._executor = self._client.get_executor(pure=False)
            return self._client, self._executor

    @contextlib.contextmanager
    def _trouble(self) -> Iterator[None]:
        try:
            yield
        except (OSError, TimeoutError, ValueError) as error:
            raise ExecutorLost(
                Text(
                    f"Dask scheduler {self.address}: {error or type(error).__name__}",
                    f"Dask 调度器 {self.address}：{error or type(error).__name__}",
                ),
                cure=Text(
                    "start it and at least one worker: dask scheduler; dask worker ADDRESS --nthreads 1",
                    "请启动调度器和至少一个工作进程：dask scheduler；dask worker 地址 --nthreads 1",
                ),
            ) from error


def _import() -> Any:
    try:
        import dask
        import distributed
    except ImportError as error:
        raise SetupError(
            Text("Dask is not installed here", "本机未安装 Dask"),
            cure=Text("pip install 'callwright[cluster]', or use --executor local",
                      "请执行 pip install 'callwright[cluster]'，或使用 --executor local"),
        ) from error  # fmt: skip
    dask.config.set({"distributed.admin.large-graph-warning-threshold": LARGEST_TASK})
    logging.getLogger("distributed").setLevel(logging.ERROR)  # what matters comes back as outcomes
    return distributed
