"""The quality worker of one installation: the site says which rulebook and language, the machine which model."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.core.clock import Clock
from ivr.core.settings import Settings
from ivr.storage.database import Database
from ivr.storage.models import Call
from recording.audio.wav import Sound, read_wav
from recording.compliance.thresholds import site_thresholds
from recording.judging import CallJudge
from recording.models import find_model
from recording.rulebooks.model import Rulebook
from recording.rulebooks.names import site_names
from recording.rulebooks.shelf import FOLDER, Shelf
from recording.transcription.executors import TaskExecutor, check_address, open_executor
from recording.transcription.transcriber import Transcriber
from recording.vault.sound import reader_for
from recording.worker import QualityWorker

HOST_LENGTH = 40


@contextmanager
def quality_worker(
    settings: Settings, site: Site, database: Database, clock: Clock, *, executor: str = ""
) -> Iterator[QualityWorker]:
    """A worker with one transcriber per language, on one executor for all; all ended at the end.

    Args:
        executor: where transcription runs; the settings' when empty. It is opened when the first call waits.

    Raises:
        UsageError: if that is no address of an executor.
    """
    works = Transcription(settings, executor or settings.qa_executor, reader_for(settings))
    try:
        yield QualityWorker(
            worker_name(),
            database,
            call_judge(settings, site, database, clock, works),
            clock,
            slots=works.slots,
            lease=timedelta(seconds=settings.qa_lease),
            alive=may_live,
            give_up=works.close,
        )
    finally:
        works.close()


def call_judge(settings: Settings, site: Site, database: Database, clock: Clock, works: Transcription) -> CallJudge:
    """The judge of this installation's calls: its recordings, its rulebooks, its language.

    Args:
        works: where transcription runs; not opened before a file must be transcribed.
    """

    shelf = Shelf((settings.site or demo_site()) / FOLDER)
    zone = ZoneInfo(site.zone)
    company: dict[str, str] = {str(language): name for language, name in site.company.items()}
    agents = {name: (agent.name, agent.number) for name, agent in site.agents.items()}

    def rulebook(call: Call, language: str) -> Rulebook:
        wanted = [site.queues[visit.queue].rulebook for visit in call.visits if visit.queue in site.queues]
        name = next((name for name in wanted if name), language)
        names = site_names(company, agents, language, country=site.country, zone=site.zone)
        return shelf.load(name, call.started_at.astimezone(zone).date(), names)

    return CallJudge(
        database,
        settings.recordings,
        works.transcriber,
        rulebook,
        default_language=site.languages[0],
        clock=clock,
        reader=reader_for(settings),
        thresholds=site_thresholds(settings.site),
    )


class Transcription:
    """The executor and the transcribers on it, each opened when first needed. Thread-safe.

    Args:
        settings: models, workers, threads.
        address: of the executor.
        reader: reads a sound file.

    Raises:
        UsageError: if it is no such address.
    """

    def __init__(self, settings: Settings, address: str, reader: Callable[[Path], Sound] = read_wav) -> None:
        self._settings = settings
        self._address = check_address(address)
        self._reader = reader
        self._lock = threading.Lock()
        self._executor: TaskExecutor | None = None
        self._transcribers: dict[str, Transcriber] = {}

    def slots(self) -> int:
        """How many calls can be worked on at once.

        Raises:
            SetupError: if Dask is not installed.
            ExecutorLost: if the scheduler does not answer.
        """
        with self._lock:
            return self._opened().slots

    def transcriber(self, language: str) -> Transcriber:
        """The transcriber of a language.

        Raises:
            SetupError: if there is no model for it.
        """
        with self._lock:
            if language not in self._transcribers:
                model = find_model(self._settings, language)
                self._transcribers[language] = Transcriber(
                    model.folder,
                    name=model.name,
                    threads=self._settings.qa_threads,
                    recycle=self._settings.qa_recycle,
                    executor=self._opened(),
                    reader=self._reader,
                )
            return self._transcribers[language]

    def close(self) -> None:
        """Give up what is under way, end all processes."""
        with self._lock:
            executor, transcribers = self._executor, list(self._transcribers.values())
        for one in transcribers:
            one.close()
        if executor is not None:
            executor.close()

    def _opened(self) -> TaskExecutor:
        if self._executor is None:
            self._executor = open_executor(self._address, workers=self._settings.qa_workers)
        return self._executor


def worker_name() -> str:
    """A name no other worker ever had: host, process, a random part."""
    return f"{socket.gethostname()[:HOST_LENGTH]}:{os.getpid()}:{secrets.token_hex(3)}"


def may_live(name: str) -> bool:
    """Whether the worker of that name may still be at work: it is on another host, or its process exists.

    A process id that was used again only means that the lease has to run out first.
    """
    host, _, rest = name.partition(":")
    pid, _, _ = rest.partition(":")
    if host != socket.gethostname()[:HOST_LENGTH] or not pid.isdecimal():
        return True
    return int(pid) != os.getpid() and Path("/proc", pid).exists()
