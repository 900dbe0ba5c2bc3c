"""A call with closed files, a transcriber that follows a script, and the judge between them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from ivr.core.clock import FixedClock
from ivr.core.errors import SetupError
from ivr.storage import jobs
from ivr.storage.database import Database
from ivr.storage.models import Call, Job, Leg, QueueVisit, Recording
from recording.judging import CallJudge
from recording.rulebooks.load import pack
from recording.transcription.grammar import Grammar
from recording.transcription.transcriber import Transcriber
from recording.transcription.transcript import PartyTranscript, Word

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
OPENING = "hello thank you for calling harmony customer service my name is ann how may i help you"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def said(text: str, at: float = 1.0) -> PartyTranscript:
    """A transcript of ``text``, three words a second."""
    words = tuple(
        Word(word, round(at + number * 0.3, 2), round(at + number * 0.3 + 0.28, 2))
        for number, word in enumerate(text.split())
    )
    speech = ((at, words[-1].end),) if words else ()
    return PartyTranscript(words, speech, 30.0, 60.0, "fake-model", grammar_words=words)


class FakeTranscriber:
    """Gives each file what the test wrote down for it: a transcript, an error, or what a function returns."""

    model = "fake-model"

    def __init__(self) -> None:
        self.script: dict[str, PartyTranscript | Exception | Callable[[], PartyTranscript]] = {}
        self.asked: list[tuple[str, bool]] = []
        self._lock = threading.Lock()

    def transcribe(
        self, path: Path, grammar: Grammar | None = None, *, progress: Callable[[float], None] | None = None
    ) -> PartyTranscript:
        with self._lock:
            self.asked.append((path.name, grammar is not None))
        if progress is not None:
            progress(0.5)
        told = self.script[path.name]
        if isinstance(told, Exception):
            raise told
        return told if isinstance(told, PartyTranscript) else told()


class JudgingRoom:
    """Database, clock, transcriber, judge."""

    def __init__(self, database: Database, root: Path) -> None:
        self.database = database
        self.clock = FixedClock(after(100))
        self.transcriber = FakeTranscriber()
        self.models = {"en-US", "zh-CN", "ko-KR"}
        self.asked_for: list[str] = []
        self.judge = CallJudge(
            database,
            root,
            self._transcriber_for,
            lambda call, language: pack(language),
            default_language="en-US",
            clock=self.clock,
        )

    def _transcriber_for(self, language: str) -> Transcriber:
        self.asked_for.append(language)
        if language not in self.models:
            raise SetupError(f"no Vosk model for {language}", cure="ivr model install NAME")
        return cast(Transcriber, self.transcriber)

    async def call(
        self,
        linkedid: str = "1.1",
        *,
        agent: str | None = OPENING,
        caller: str = "i have a question",
        language: str = "en-US",
        state: str = "closed",
    ) -> int:
        """A call that has ended; with ``agent`` None nobody answered it. Returns its id."""
        unique = linkedid.replace(".", "0.")
        call = Call(
            linkedid=linkedid, started_at=NOW, ended_at=after(60), language=language, outcome="answered", number="1"
        )
        files = [("caller", f"{linkedid}-caller.wav", linkedid, 0.0, caller, "")]
        if agent is not None:
            files.append(("agent", f"{unique}-agent.wav", unique, 10.0, agent, "lee"))
            call.legs = [Leg(uniqueid=unique, role="agent", agent="lee", started_at=after(5))]
            call.visits = [
                QueueVisit(
                    queue="q", joined_at=after(2), connected_at=after(10), completed_at=after(60), agent="lee",
                    outcome="answered",
                )
            ]  # fmt: skip
        for role, file, uniqueid, begins, text, who in files:
            self.transcriber.script[file] = said(text)
            call.recordings.append(
                Recording(
                    linkedid=linkedid, uniqueid=uniqueid, role=role, agent=who, file=file, state=state,
                    started_at=after(begins), frames=8000 if state == "closed" else None,
                )
            )  # fmt: skip
        async with self.database.write() as session:
            session.add(call)
            await session.flush()
            return call.id

    async def asked(self, *call_ids: int) -> None:
        """Jobs for these calls."""
        async with self.database.write() as session:
            for call_id in call_ids:
                assert await jobs.enqueue(session, "judge", call_id, self.clock.now())

    async def job(self, call_id: int) -> Job:
        async with self.database.read() as session:
            job = await jobs.find(session, "judge", call_id)
        assert job is not None
        return job
