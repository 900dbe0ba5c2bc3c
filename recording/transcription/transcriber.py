"""One model as the rest of the house uses it: a file in, a transcript out, whatever happens to the processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ivr.core.errors import IvrError, SetupError
from ivr.core.language import Text
from recording.audio.wav import Sound, read_wav
from recording.errors import ExecutorLost, OutOfTime, PoisonFile, SoundError, TranscriptionError
from recording.transcription.executors import LocalExecutor, TaskExecutor
from recording.transcription.grammar import Grammar
from recording.transcription.pool import CRASHES
from recording.transcription.process import START_LIMIT_S
from recording.transcription.task import Outcome, Progress, Task
from recording.transcription.transcript import PIPELINE, PartyTranscript

FILES_PER_WORKER = 200
BASE_LIMIT_S = 300.0  # calls come first, so a worker may have to wait for its share of a busy machine
LIMIT_FACTOR = 4.0
QUEUE_LIMIT_S = 900.0  # for a place on a busy cluster


class Transcriber:
    """Transcribes files out of process. Thread-safe; from asyncio call it with ``asyncio.to_thread``.

    Args:
        folder: the Vosk model.
        name: its name as transcripts keep it; the folder's own name when empty.
        workers: processes, each with a model of its own (about 520 MB); of no meaning with an ``executor``.
        threads: stretches of speech each decodes at once.
        recycle: files after which a process is replaced; 0 means never.
        time_limit: seconds for one file; when None, five minutes and four times the file's duration.
        executor: where files are transcribed, shared with others and not closed here; one of its own when None.
        reader: reads a file; another one than ours where recordings are encrypted.
        command: starts a worker; for tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str = "",
        workers: int = 1,
        threads: int = 1,
        recycle: int = FILES_PER_WORKER,
        time_limit: float | None = None,
        start_limit: float = START_LIMIT_S,
        executor: TaskExecutor | None = None,
        reader: Callable[[Path], Sound] = read_wav,
        command: Sequence[str] | None = None,
    ) -> None:
        self.model = name or folder.name
        self._own = LocalExecutor(workers) if executor is None else None
        self._executor: TaskExecutor = executor or self._own or LocalExecutor(workers)
        self._folder = "" if self._executor.far else str(folder.absolute())
        self._command = tuple(command or ())
        self._threads = threads
        self._recycle = recycle
        self._time_limit = time_limit
        self._start_limit = start_limit
        self._reader = reader

    def __enter__(self) -> Transcriber:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The worker processes of its own executor that run now."""
        return self._own.pool.pids if self._own is not None else []

    def transcribe(
        self,
        path: Path,
        grammar: Grammar | None = None,
        *,
        progress: Progress | None = None,
    ) -> PartyTranscript:
        """Transcribe one party's file, waiting for a free worker first.

        Args:
            path: mono 16-bit WAV, 8 or 16 kHz, closed.
            grammar: phrases and decoys for the grammar pass; None leaves it out.
            progress: told the share done, 0..1; not by workers on other machines.

        Raises:
            SoundError: the file is missing or not such a WAV.
            PoisonFile: it ended two workers.
            OutOfTime: it took longer than its limit.
            ExecutorLost: where files are transcribed cannot be reached.
            TranscriptionError: the worker failed but lives.
            SetupError: no worker can be started.
        """
        return self.transcribe_sound(self._reader(path), path.name, grammar, progress=progress)

    def transcribe_sound(
        self,
        sound: Sound,
        name: str,
        grammar: Grammar | None = None,
        *,
        progress: Progress | None = None,
    ) -> PartyTranscript:
        """Transcribe sound that was read already; raises as ``transcribe`` does.

        Args:
            sound: one party's.
            name: what messages call it.
            grammar: phrases and decoys for the grammar pass; None leaves it out.
            progress: told the share done, 0..1.
        """
        request = {
            "do": "transcribe",
            "rate": sound.rate,
            "grammar": None if grammar is None else grammar.to_dict(),
            "threads": self._threads,
        }
        limit = self._time_limit or BASE_LIMIT_S + LIMIT_FACTOR * sound.duration
        outcome = self._ask(request, name, limit, progress, sound.samples.astype("<i2", copy=False).tobytes())
        transcript = PartyTranscript.from_dict(outcome.value)
        if self._executor.far and transcript.pipeline != PIPELINE:
            raise SetupError(
                Text(
                    f"worker on {outcome.host}: speech processing {transcript.pipeline}, ours is {PIPELINE}",
                    f"{outcome.host} 上的工作进程：语音处理版本为 {transcript.pipeline}，本机为 {PIPELINE}",
                ),
                cure=Text("install the same version of this package there", "请在该主机安装相同版本的本软件包"),
            )
        return transcript

    def unknown_words(self, phrases: Iterable[str]) -> list[str]:
        """Words of ``phrases`` that the model cannot spell, sorted; checked when a rulebook is saved.

        Raises:
            TranscriptionError: the worker failed.
            SetupError: no worker can be started.
        """
        request = {"do": "unknown", "phrases": list(phrases)}
        return [str(word) for word in self._ask(request, "vocabulary", BASE_LIMIT_S, None).value]

    def close(self) -> None:
        """End all workers now; a file under way is given up with a TranscriptionError. It cannot be used again."""
        if self._own is not None:
            self._own.close()

    def _ask(
        self, request: dict[str, Any], name: str, limit: float, progress: Progress | None, sound: bytes = b""
    ) -> Outcome:
        task = Task(
            name=name,
            model=self.model,
            folder=self._folder,
            request=request,
            sound=sound,
            limit=limit,
            start_limit=self._start_limit,
            recycle=self._recycle,
            command=self._command,
        )
        deaths = 0
        while True:
            outcome = self._executor.run(task, progress, QUEUE_LIMIT_S + CRASHES * (self._start_limit + limit))
            if outcome.kind == "result":
                return outcome
            deaths += outcome.deaths
            if outcome.kind != "died" or deaths >= CRASHES:
                raise _error(outcome, name, limit)


def _error(outcome: Outcome, name: str, limit: float) -> IvrError:
    """The error an outcome stands for."""
    kind = outcome.kind
    if kind in {"poison", "died"}:
        return PoisonFile(name, outcome.detail)
    if kind == "time":
        return OutOfTime(
            Text(f"{name}: not transcribed within {limit:.0f} s", f"{name}：{limit:.0f} 秒内未完成转写"),
            cure=Text("a longer time limit, or a free machine", "请放宽时限，或使用空闲的机器"),
        )
    if kind == "stopped":
        return TranscriptionError(
            Text("transcription was stopped", "转写已停止"), cure=Text("start it again", "请重新启动")
        )
    if kind == "lost":
        return ExecutorLost(
            Text(f"transcription is out of reach: {outcome.detail}", f"无法连接转写执行器：{outcome.detail}"),
            cure=Text(
                "see that scheduler and workers run and have this package",
                "请确认调度器和工作进程正在运行且已安装本软件包",
            ),
        )
    told = {"sound": SoundError, "setup": SetupError}.get(kind, TranscriptionError)
    return told(outcome.detail, cure=outcome.cure)
