"""One call, from its closed files to transcripts, verdicts and scores."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.core.clock import Clock
from ivr.core.errors import QualityError
from ivr.core.ids import new_token
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage import calls, quality
from ivr.storage import models as rows
from ivr.storage.database import Database
from recording.compliance import Verdict, judge
from recording.context import Heard, context_of
from recording.errors import PoisonFile, SoundError
from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.model import Rulebook
from recording.scorecards.score import Scorecard, score
from recording.transcription.transcriber import Transcriber

log = get_logger("judging")

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a judging came to, for whoever asked for it."""

    linkedid: str
    transcripts: int
    verdicts: int
    for_person: int
    poison: tuple[str, ...] = ()  # files left out because they ended their workers


Settle = Callable[[Any, Judged], Awaitable[None]]  # given the writing session: the job's end in the same transaction


async def _nothing(_session: object, _judged: Judged) -> None:
    """Nobody else has to be told in that transaction."""


class CallJudge:
    """Transcribes and judges calls.

    Args:
        database: calls in, findings out.
        folder: the recordings.
        transcriber: the transcriber for a language; raises SetupError where there is no model.
        rulebook: the rulebook for a call.
        default_language: of calls that chose none.
        clock: the time.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        transcriber: Callable[[str], Transcriber],
        rulebook: Callable[[rows.Call, str], Rulebook],
        default_language: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._folder = folder
        self._transcriber = transcriber
        self._rulebook = rulebook
        self._default_language = default_language
        self._clock = clock

    async def judge(
        self, call_id: int, progress: Progress = lambda stage, share: None, *, settle: Settle = _nothing
    ) -> Judged:
        """Judge one call; judging it again adds a new judging and keeps the old one.

        Args:
            progress: hears the file under way and the share of it that is done.
            settle: runs in the transaction that keeps the findings; when it raises, nothing is kept.

        Raises:
            QualityError: if the call is not known.
            TranscriptionError: if a file could not be transcribed this time.
            SetupError: if there is no model for the call's language.
        """
        async with self._database.read() as session:
            call = await calls.get(session, call_id)
        if call is None:
            raise QualityError(Text(f"call {call_id} is not known", f"没有通话 {call_id}"), cure="ivr calls list")
        language = call.language or self._default_language
        rulebook = self._rulebook(call, language)
        poison: list[str] = []
        heard = [
            found
            for recording in call.recordings
            if recording.state == "closed" and recording.frames
            if (found := await self._hear(recording, rulebook, language, progress, poison)) is not None
        ]
        return await self._keep(call, heard, rulebook, language, tuple(poison), settle)

    async def _hear(
        self, recording: rows.Recording, rulebook: Rulebook, language: str, progress: Progress, poison: list[str]
    ) -> Heard | None:
        grammar = grammar_of(rulebook) if recording.role == "agent" else None
        transcriber = await asyncio.to_thread(self._transcriber, language)
        try:
            transcript = await asyncio.to_thread(
                transcriber.transcribe,
                self._folder / recording.file,
                grammar,
                progress=lambda share: progress(recording.file, share),
            )
        except (SoundError, PoisonFile) as error:
            log.error("recording left out", file=recording.file, problem=str(error))
            if isinstance(error, PoisonFile):
                poison.append(recording.file)
            return None
        return Heard(recording, transcript)

    async def _keep(
        self,
        call: rows.Call,
        heard: list[Heard],
        rulebook: Rulebook,
        language: str,
        poison: tuple[str, ...],
        settle: Settle,
    ) -> Judged:
        now, run = self._clock.now(), new_token()
        caller = next((one for one in heard if one.recording.role == "caller"), None)
        verdicts: list[rows.Verdict] = []
        scores: list[rows.Score] = []
        for recording in call.recordings:
            if recording.role != "agent":
                continue
            agent = next((one for one in heard if one.recording.id == recording.id), None)
            context = context_of(call, recording, agent, caller, language)
            found = judge(rulebook, agent.transcript if agent else None, caller.transcript if caller else None, context)
            verdicts += [_verdict_row(call, recording, verdict, run, now) for verdict in found]
            scores.append(_score_row(call, recording, score(found), rulebook, run, now))
        for_person = sum(verdict.value == "cannot_tell" for verdict in verdicts)
        judged = Judged(call.linkedid, len(heard), len(verdicts), for_person, poison)
        async with self._database.write() as session:
            for one in heard:
                await quality.save_transcript(session, _transcript_row(one, now))
            await quality.save_judgement(session, verdicts, scores)
            await settle(session, judged)
        return judged


def _transcript_row(one: Heard, now: datetime) -> rows.Transcript:
    transcript = one.transcript
    return rows.Transcript(
        recording_id=one.recording.id,
        model=transcript.model,
        pipeline=transcript.pipeline,
        text=" ".join(word.word for word in transcript.words),
        words=[word.to_dict() for word in transcript.words],
        speech=[list(span) for span in transcript.speech],
        snr_db=transcript.snr_db,
        created_at=now,
    )


def _verdict_row(call: rows.Call, recording: rows.Recording, verdict: Verdict, run: str, now: datetime) -> rows.Verdict:
    return rows.Verdict(
        call_id=call.id,
        recording_id=recording.id,
        agent=recording.agent,
        run=run,
        rule=verdict.rule,
        norm=verdict.norm,
        forbidden=verdict.forbidden,
        value=verdict.value.value,
        passed=verdict.passed,
        score=verdict.score,
        start_s=verdict.span[0] if verdict.span else None,
        end_s=verdict.span[1] if verdict.span else None,
        evidence={**verdict.evidence, "title": verdict.title.en, "title_zh": verdict.title.zh},
        rulebook=verdict.rulebook,
        rulebook_version=verdict.rulebook_version,
        model=verdict.model,
        thresholds=verdict.thresholds,
        created_at=now,
    )


def _score_row(
    call: rows.Call, recording: rows.Recording, card: Scorecard, rulebook: Rulebook, run: str, now: datetime
) -> rows.Score:
    return rows.Score(
        call_id=call.id,
        agent=recording.agent,
        run=run,
        points=card.points,
        possible=card.possible,
        failed_all=card.failed_all,
        items=[item.to_dict() for item in card.items],
        rulebook=rulebook.name,
        rulebook_version=rulebook.full_version,
        created_at=now,
    )
