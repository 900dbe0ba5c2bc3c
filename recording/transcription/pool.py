"""Supervised worker processes of one machine: started when needed, replaced when they die, ended when idle too long."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ivr.core.errors import SetupError
from ivr.core.language import Text
from recording.errors import SoundError, TranscriptionError
from recording.transcription.process import WorkerEnded, WorkerProcess, WorkerSilent, worker_command

CRASHES = 2  # as many workers may one file end
KEPT = 3  # processes that stay although nothing asks for their model: one for each of three languages

Key = tuple[str, ...]


class TwoCrashes(Exception):  # noqa: N818 - an event, handled by the task
    """A request ended two processes; carries the last words."""


class PoolClosed(Exception):  # noqa: N818 - an event, handled by the task
    """The pool was closed while a request was under way, or before."""


class WorkerPool:
    """Worker processes, each with one model in memory. Thread-safe: whoever asks gets a process for himself.

    There are as many busy processes as threads that ask; the pool sets no limit of its own. Idle ones are kept while
    there are no more processes than were ever busy at once, or three; beyond that the longest idle is ended.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[Key, WorkerProcess]] = []  # the longest idle first
        self._busy: set[WorkerProcess] = set()
        self._most = KEPT
        self._closed = False

    def ask(
        self,
        folder: str,
        model: str,
        request: dict[str, Any],
        sound: bytes,
        *,
        limit: float,
        start_limit: float,
        recycle: int = 0,
        command: Sequence[str] = (),
        progress: Callable[[float], None] | None = None,
    ) -> Any:
        """The answer of a process that has the model.

        Args:
            folder: the model.
            model: its name.
            request: plain data for the process.
            sound: bytes that follow it.
            limit: seconds for the request.
            start_limit: seconds for loading the model.
            recycle: answers after which a process is replaced; 0 means never.
            command: starts the process; our own worker when empty.
            progress: told the share done, 0..1.

        Raises:
            SoundError: the sound cannot be used.
            TranscriptionError: the process reported a failure and lives, or two were killed while they loaded.
            TwoCrashes: two processes ended on it.
            WorkerSilent: the limit passed.
            SetupError: no process can be started with this model.
            PoolClosed: the pool was closed.
        """
        words = tuple(command) or tuple(worker_command(Path(folder), model))
        detail = ""
        for _ in range(CRASHES):
            worker = self._take(words) or self._start(words, model, start_limit)
            keep = False
            try:
                answer = worker.ask(request, sound, limit=limit, progress=progress)
                keep = True
            except WorkerEnded as ended:
                detail = str(ended)
                self._check_open()
                continue
            except (SoundError, TranscriptionError):
                keep = True
                raise
            finally:
                self._give_back(words, worker, keep=keep and not (recycle and worker.answered >= recycle))
            return answer
        raise TwoCrashes(detail)

    def close(self) -> None:
        """End all processes now; whoever waits for one gets PoolClosed. It cannot be used again."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for worker in self._busy:
                worker.stop()  # its own thread reaps it
        for _, worker in idle:
            worker.kill()

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        with self._lock:
            return sorted(worker.pid for worker in (*self._busy, *(worker for _, worker in self._idle)))

    def _take(self, words: Key) -> WorkerProcess | None:
        found: WorkerProcess | None = None
        ended: list[WorkerProcess] = []  # while nobody asked anything of them: no file is to blame
        with self._lock:
            if self._closed:
                raise PoolClosed
            for place in reversed(range(len(self._idle))):
                worker = self._idle[place][1]
                if not worker.alive:
                    ended.append(self._idle.pop(place)[1])
                elif found is None and self._idle[place][0] == words:
                    found = self._idle.pop(place)[1]
            if found is not None:
                self._busy.add(found)
                self._most = max(self._most, len(self._busy))
        for worker in ended:
            worker.kill()
        return found

    def _give_back(self, words: Key, worker: WorkerProcess, *, keep: bool) -> None:
        ended: list[WorkerProcess] = []
        with self._lock:
            self._busy.discard(worker)
            if keep and not self._closed:
                self._idle.append((words, worker))
            else:
                ended.append(worker)
            ended += self._surplus(0)
        for one in ended:
            one.kill()

    def _surplus(self, more: int) -> list[WorkerProcess]:
        """Idle processes that are too many when there will be ``more``, taken out; call it with the lock."""
        count = max(0, min(len(self._idle), len(self._idle) + len(self._busy) + more - self._most))
        surplus = [worker for _, worker in self._idle[:count]]
        del self._idle[:count]
        return surplus

    def _start(self, words: Key, model: str, limit: float) -> WorkerProcess:
        """A new process with its model loaded."""
        with self._lock:
            surplus = self._surplus(1)
        for old in surplus:
            old.kill()
        killed: WorkerEnded | None = None
        for _ in range(CRASHES):
            worker = None
            try:
                worker = WorkerProcess(words)
                with self._lock:
                    self._busy.add(worker)
                    self._most = max(self._most, len(self._busy))
                    if self._closed:
                        worker.stop()
                worker.await_ready(limit)
            except (WorkerEnded, WorkerSilent, OSError) as error:
                if worker is not None:
                    worker.kill()
                    with self._lock:
                        self._busy.discard(worker)
                self._check_open()
                if isinstance(error, WorkerEnded) and error.code < 0:
                    killed = error  # by somebody, or for want of memory: that may pass
                    continue
                raise _unusable(model, str(error)) from error
            return worker
        raise TranscriptionError(
            Text(
                f"transcription workers for model {model} are killed while they load it: {killed}",
                f"模型 {model} 的转写进程在加载时被终止：{killed}",
            ),
            cure=Text("is there memory for it? about 900 MB each", "请检查内存是否足够：每个进程约 900 MB"),
        )

    def _check_open(self) -> None:
        with self._lock:
            if self._closed:
                raise PoolClosed


def _unusable(model: str, reason: str) -> SetupError:
    return SetupError(
        Text(
            f"no transcription worker for model {model}: {reason or 'not ready in time'}",
            f"无法为模型 {model} 启动转写进程：{reason or '未及时就绪'}",
        ),
        cure=Text("check the model's folder with: ivr model list", "请用 ivr model list 检查模型目录"),
    )
