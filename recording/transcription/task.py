"""One request to a recogniser, complete in itself, and the function that does it on whichever machine it runs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from ivr.core.errors import SetupError
from recording.errors import SoundError, TranscriptionError
from recording.transcription.pool import PoolClosed, TwoCrashes, WorkerPool
from recording.transcription.process import START_LIMIT_S, WorkerSilent

Kind = Literal["result", "sound", "worker", "poison", "time", "setup", "stopped", "died", "lost"]
Progress = Callable[[float], None]
_here = threading.local()


@dataclass(frozen=True, slots=True)
class Task:
    """What a recogniser is asked.

    It carries the sound itself, not a path: recordings may be encrypted with a key that only the one who asks has,
    and another machine need not share a disk.

    Args:
        name: the file's name, for messages.
        model: the model's name.
        folder: where the model is; ``""`` means: look for a model of that name where the task runs.
        request: plain data for the worker process.
        sound: int16 little-endian samples of one channel.
        limit: seconds for the request itself.
        start_limit: seconds for loading the model.
        recycle: requests after which the process is replaced; 0 means never.
        command: starts the worker process instead of our own; for tests.
    """

    name: str
    model: str
    folder: str
    request: dict[str, Any]
    sound: bytes = field(default=b"", repr=False)
    limit: float = 60.0
    start_limit: float = START_LIMIT_S
    recycle: int = 0
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task; plain data, so that it survives the way back from another machine.

    Args:
        kind: ``result``, or what went wrong: ``sound`` the sound cannot be used, ``worker`` the recogniser reported
            a failure and lives, ``poison`` two processes ended on it, ``time`` the limit passed, ``setup`` no
            recogniser could be started, ``stopped`` we were told to stop; from the executor: ``died`` the whole
            machine or process around the recogniser was lost, ``lost`` the executor itself cannot be reached.
        value: the result.
        detail: what went wrong, in words.
        cure: how to mend it.
        host: where it ran.
        deaths: with ``died``: how many were lost over it.
    """

    kind: Kind
    value: Any = None
    detail: str = ""
    cure: str = ""
    host: str = ""
    deaths: int = 0


def work_here(pool: WorkerPool) -> None:
    """Let tasks of this thread use ``pool``."""
    _here.pool = pool


def run_task(task: Task, progress: Progress | None = None) -> Outcome:
    """Do a task in a worker process of this machine. Never raises what a task can be blamed for."""
    pool: WorkerPool = getattr(_here, "pool", None) or _process_wide()
    host = socket.gethostname()
    try:
        folder = task.folder or _folder_of(task.model)
        value = pool.ask(
            folder,
            task.model,
            task.request,
            task.sound,
            limit=task.limit,
            start_limit=task.start_limit,
            recycle=task.recycle,
            command=task.command,
            progress=progress,
        )
    except (SoundError, TranscriptionError, SetupError) as error:
        kind: Kind = (
            "sound" if isinstance(error, SoundError) else "setup" if isinstance(error, SetupError) else "worker"
        )
        return Outcome(kind, detail=error.message, cure=error.cure, host=host)
    except TwoCrashes as error:
        return Outcome("poison", detail=str(error), host=host)
    except WorkerSilent:
        return Outcome("time", host=host)
    except PoolClosed:
        return Outcome("stopped", host=host)
    return Outcome("result", value=value, host=host)


@cache
def _process_wide() -> WorkerPool:
    """The pool of a process that is not ours, such as a Dask worker: its processes end when it does."""
    return WorkerPool()


def _folder_of(name: str) -> str:
    from ivr.core.settings import Settings  # here, since every worker process imports this module and needs neither
    from recording.models import find_models

    for model in find_models(Settings()):
        if model.name == name:
            return str(model.folder)
    raise SetupError(
        f"no Vosk model {name} on {socket.gethostname()}", cure="install it there with: ivr model install, or pip"
    )
