"""The quality worker of one installation: the site says which rulebook and language, the machine which model."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from dialplan.model import Site
from ivr.core.clock import Clock
from ivr.core.settings import Settings
from ivr.storage.database import Database
from ivr.storage.models import Call
from recording.judging import CallJudge
from recording.models import find_model
from recording.rulebooks.load import pack
from recording.rulebooks.model import Rulebook
from recording.transcription.transcriber import Transcriber
from recording.worker import QualityWorker


@contextmanager
def quality_worker(settings: Settings, site: Site, database: Database, clock: Clock) -> Iterator[QualityWorker]:
    """A worker with one transcriber per language, started when first needed; all ended at the end."""
    transcribers: dict[str, Transcriber] = {}

    def transcriber(language: str) -> Transcriber:
        if language not in transcribers:
            model = find_model(settings, language)
            transcribers[language] = Transcriber(
                model.folder, name=model.name, workers=settings.qa_workers, threads=settings.qa_threads
            )
        return transcribers[language]

    def rulebook(call: Call, language: str) -> Rulebook:
        wanted = [site.queues[visit.queue].rulebook for visit in call.visits if visit.queue in site.queues]
        return pack(next((name for name in wanted if name), language))

    name = f"{socket.gethostname()}:{os.getpid()}"[:64]
    judge = CallJudge(
        database,
        settings.recordings,
        transcriber,
        rulebook,
        default_language=site.languages[0],
        clock=clock,
    )

    def give_up() -> None:
        for one in list(transcribers.values()):
            one.close()

    try:
        yield QualityWorker(name, database, judge, clock, give_up=give_up)
    finally:
        give_up()
