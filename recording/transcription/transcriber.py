"""The pool of transcription workers: started when needed, replaced when they die."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ivr.core.errors import SetupError
from ivr.core.language import Text
from recording.errors import OutOfTime, PoisonFile, SoundError, TranscriptionError
from recording.transcription.grammar import Grammar
from recording.transcription.process import (
    START_LIMIT_S,
    WorkerEnded,
    WorkerProcess,
    WorkerSilent,
    worker_command,
)
from recording.transcription.transcript import PartyTranscript

CRASHES = 2  # as many workers may one file end
FILES_PER_WORKER = 200
BASE_LIMIT_S = 60.0
BYTES_PER_SECOND = 16000  # of the slowest format, 8 kHz 16-bit


class Transcriber:
    """Transcribes files out of process. Thread-safe; from asyncio call it with ``asyncio.to_thread``.

    Args:
        folder: the Vosk model.
        name: its name as transcripts keep it; the folder's own name when empty.
        workers: processes, each with a model of its own (about 520 MB).
        threads: stretches of speech each decodes at once.
        time_limit: seconds for one file; when None, 60 s and twice the file's duration.
        command: starts a worker; for tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "",
        workers: int = 1,
        threads: int = 2,
        time_limit: float | None = None,
        start_limit: float = START_LIMIT_S,
        command: Sequence[str] | None = None,
    ) -> None:
        self.model = name or folder.name
        self._folder = folder
        self._command = list(command) if command is not None else worker_command(folder, self.model)
        self._threads = threads
        self._time_limit = time_limit
        self._start_limit = start_limit
        self._seats: queue.LifoQueue[WorkerProcess | None] = queue.LifoQueue()
        self._count = max(1, workers)
        self._lock = threading.Lock()
        self._running: set[WorkerProcess] = set()
        self._closed = False
        for _ in range(self._count):
            self._seats.put(None)

    def __enter__(self) -> Transcriber:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def transcribe(
        self,
        path: Path,
        grammar: Grammar | None = None,
        *,
        progress: Callable[[float], None] | None = None,
    ) -> PartyTranscript:
        """Transcribe one party's file, waiting for a free worker first.

        Args:
            path: mono 16-bit WAV, 8 or 16 kHz, closed.
            grammar: phrases and decoys for the grammar pass; None leaves it out.
            progress: told the share done, 0..1.

        Raises:
            SoundError: the file is missing or not such a WAV.
            PoisonFile: it ended two workers.
            OutOfTime: it took longer than its limit.
            TranscriptionError: the worker failed but lives.
            SetupError: no worker can be started.
        """
        self._check_open()
        try:
            size = path.stat().st_size
        except OSError as error:
            raise SoundError(f"{path.name}: cannot be read ({error.strerror})", cure="is it still there?") from error
        limit = self._time_limit or BASE_LIMIT_S + 2 * size / BYTES_PER_SECOND
        request = {
            "do": "transcribe",
            "path": str(path.resolve()),
            "grammar": None if grammar is None else grammar.to_dict(),
            "threads": self._threads,
        }
        return PartyTranscript.from_dict(self._ask(request, path.name, limit, progress))

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Words of ``phrases`` that the model cannot spell, sorted; checked when a rulebook is saved.

        Raises:
            TranscriptionError: the worker failed.
            SetupError: no worker can be started.
        """
        found = self._ask({"do": "unknown", "phrases": list(phrases)}, "vocabulary", BASE_LIMIT_S, None)
        return [str(word) for word in found]

    def close(self) -> None:
        """End all workers now; a file under way is given up with a TranscriptionError. It cannot be used again."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for worker in running:
            worker.stop()
        for _ in range(self._count):
            seat = self._seats.get()  # whoever works gives his back as soon as his worker has ended
            if seat is not None:
                self._drop(seat)
        for _ in range(self._count):
            self._seats.put(None)

    def _ask(self, request: dict[str, Any], name: str, limit: float, progress: Callable[[float], None] | None) -> Any:
        worker = self._seats.get()
        detail = ""
        try:
            for _ in range(CRASHES):
                if worker is None:
                    worker = self._start()
                try:
                    return worker.ask(request, limit=limit, progress=progress)
                except WorkerEnded as ended:
                    self._drop(worker)
                    worker, detail = None, str(ended)
                    self._check_open()
                except WorkerSilent:
                    self._drop(worker)
                    worker = None
                    raise OutOfTime(
                        f"{name}: not transcribed within {limit:.0f} s", cure="a longer time limit, or a free machine"
                    ) from None
                except (SoundError, TranscriptionError):
                    raise
                except BaseException:
                    self._drop(worker)  # half-way through an answer it is of no more use
                    worker = None
                    raise
            raise PoisonFile(name, detail)
        finally:
            if worker is not None and worker.answered >= FILES_PER_WORKER:
                self._drop(worker)
                worker = None
            self._seats.put(worker)

    def _drop(self, worker: WorkerProcess) -> None:
        worker.kill()
        with self._lock:
            self._running.discard(worker)

    def _check_open(self) -> None:
        if self._closed:
            raise TranscriptionError(
                Text("transcription was stopped", "转写已停止"), cure=Text("start it again", "请重新启动")
            )

    def _start(self) -> WorkerProcess:
        self._check_open()
        worker = None
        try:
            worker = WorkerProcess(self._command)
            with self._lock:
                self._running.add(worker)
                closed = self._closed
            if closed:
                worker.stop()
            worker.await_ready(self._start_limit)
        except (WorkerEnded, WorkerSilent, OSError) as error:
            if worker is not None:
                self._drop(worker)
            self._check_open()
            raise SetupError(
                Text(
                    f"no transcription worker for model {self.model}: {error or 'not ready in time'}",
                    f"无法为模型 {self.model} 启动转写进程：{error or '未及时就绪'}",
                ),
                cure=Text("check the model's folder with: ivr model list", "请用 ivr model list 检查模型目录"),
            ) from error
        return worker
