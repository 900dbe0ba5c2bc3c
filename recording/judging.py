"""One call, from its closed files to transcripts, measurements, verdicts and scores."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.core.clock import Clock
from ivr.core.errors import IvrError, QualityError
from ivr.core.ids import new_token
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage import calls, features, judged_by, pauses, quality
from ivr.storage import models as rows
from ivr.storage.database import Database
from recording.analytics.features import Span
from recording.analytics.track import VERSION, VoiceTrack, track
from recording.audio.wav import Sound, read_wav
from recording.compliance import THRESHOLDS, Thresholds, judge
from recording.compliance.apart import announced
from recording.context import Listened, context_of, with_sound
from recording.errors import PoisonFile, SoundError
from recording.findings import Run, judged_with, same_grammar, stored_transcript, track_row, transcript_row
from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.model import Rulebook
from recording.scorecards.score import score
from recording.talks import never_joined
from recording.transcription.grammar import Grammar
from recording.transcription.transcriber import Transcriber
from recording.transcription.transcript import PIPELINE

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
    """Transcribes, measures and judges calls.

    Args:
        database: calls in, findings out.
        folder: the recordings.
        transcriber: the transcriber for a language; raises SetupError where there is no model.
        rulebook: the rulebook for a call.
        default_language: of calls that chose none.
        clock: the time.
        reader: reads a file; another one than ours where recordings are encrypted.
        thresholds: what counts as evidence.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        transcriber: Callable[[str], Transcriber],
        rulebook: Callable[[rows.Call, str], Rulebook],
        default_language: str,
        clock: Clock,
        reader: Callable[[Path], Sound] = read_wav,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        self._database = database
        self._folder = folder
        self._transcriber = transcriber
        self._rulebook = rulebook
        self._default_language = default_language
        self._clock = clock
        self._reader = reader
        self._thresholds = thresholds

    async def judge(
        self,
        call_id: int,
        progress: Progress = lambda stage, share: None,
        *,
        settle: Settle = _nothing,
        again: bool = False,
        decode: bool = True,
    ) -> Judged:
        """Judge one call; judging it again adds a new judging and keeps the old one.

        Args:
            progress: hears the file under way and the share of it that is done.
            settle: runs in the transaction that keeps the findings; when it raises, nothing is kept.
            again: use the stored transcripts where model, pipeline and the rulebook's grammar are the same.
            decode: with ``again``: False uses the newest stored transcripts whatever made them, and no recogniser.

        Raises:
            QualityError: if the call is not known, or nothing is stored of it that could be judged again.
            TranscriptionError: if a file could not be transcribed this time.
            SetupError: if there is no model for the call's language.
        """
        async with self._database.read() as session:
            call = await calls.get(session, call_id)
            mutes = await pauses.of_call(session, call.linkedid) if call is not None else ()
        if call is None:
            raise QualityError(Text(f"call {call_id} is not known", f"没有通话 {call_id}"), cure="ivr calls list")
        language = call.language or self._default_language
        rulebook = self._rulebook(call, language)
        poison: list[str] = []
        listened: list[Listened] = []
        for recording in call.recordings:
            if (recording.state == "closed" or again) and recording.frames:
                grammar = grammar_of(rulebook) if recording.role == "agent" else None
                found = await self._recall(recording, grammar, language, decode=decode) if again else None
                if found is None and decode and recording.state == "closed":
                    found = await self._listen(recording, grammar, language, progress, poison)
                listened += [found] if found is not None else []
        if again and not decode and not any(one.transcript for one in listened):
            raise QualityError(
                Text(f"call {call_id}: no transcript is stored", f"通话 {call_id}：没有已存的转写文本"),
                cure=Text("transcribe it: ivr qa rejudge without --stored", "请去掉 --stored 重新转写"),
            )
        return await self._keep(call, listened, rulebook, language, _paused(call, mutes), tuple(poison), settle)

    async def _recall(
        self, recording: rows.Recording, grammar: Grammar | None, language: str, *, decode: bool
    ) -> Listened | None:
        """What is stored of a recording; None where it is not, or was made by another model, pipeline or grammar."""
        model = (await asyncio.to_thread(self._transcriber, language)).model if decode else ""
        async with self._database.read() as session:
            if decode:
                row = await quality.find_transcript(session, recording.id, model, PIPELINE)
                row = row if row is not None and same_grammar(row, grammar) else None
            else:
                row = await quality.newest_transcript(session, recording.id)
            measured = await features.find_track(session, recording.id, VERSION)
        transcript = stored_transcript(row) if row is not None else None
        if transcript is None:
            return None
        if measured is not None:
            return Listened(recording, grammar, transcript, VoiceTrack.from_dict(measured.track))
        found = await self._measure(recording)
        return Listened(recording, grammar, transcript, found, frozenset({"track"} if found else ()))

    async def _listen(
        self,
        recording: rows.Recording,
        grammar: Grammar | None,
        language: str,
        progress: Progress,
        poison: list[str],
    ) -> Listened | None:
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
        progress(recording.file, 1.0)
        measured = await self._measure(recording)
        new = {"transcript"} | ({"track"} if measured is not None else set())
        return Listened(recording, grammar, transcript, measured, frozenset(new))

    async def _measure(self, recording: rows.Recording) -> VoiceTrack | None:
        try:
            return await asyncio.to_thread(lambda: track(self._reader(self._folder / recording.file)))
        except (IvrError, OSError) as error:
            log.warning("recording not measured", file=recording.file, problem=str(error))
            return None

    async def _keep(
        self,
        call: rows.Call,
        listened: list[Listened],
        rulebook: Rulebook,
        language: str,
        paused: list[Span],
        poison: tuple[str, ...],
        settle: Settle,
    ) -> Judged:
        run = Run(call, new_token(), self._clock.now())
        caller = next((one for one in listened if one.recording.role == "caller"), None)
        verdicts: list[rows.Verdict] = []
        scores: list[rows.Score] = []
        measured: list[rows.CallFeatures] = []
        for recording in call.recordings:
            if recording.role != "agent" or never_joined(call, recording.uniqueid):
                continue
            agent = next((one for one in listened if one.recording.id == recording.id), None)
            context = context_of(
                call, recording, agent.heard if agent else None, caller.heard if caller else None, language, paused
            )
            context, own, theirs = with_sound(context, agent, caller, paused)
            said, answered = (one.transcript if one else None for one in (agent, caller))
            found = judge(rulebook, said, answered, context, thresholds=self._thresholds)
            verdicts += [run.verdict(recording, verdict) for verdict in found]
            scores.append(run.score(recording, score(found, rulebook), rulebook))
            if context.features is not None:
                measured.append(run.features(recording, context.features.excusing(announced(found)), own, theirs))
        for_person = sum(verdict.value == "cannot_tell" for verdict in verdicts)
        transcripts = sum(one.transcript is not None for one in listened)
        judged = Judged(call.linkedid, transcripts, len(verdicts), for_person, poison)
        new = [
            transcript_row(one.recording, one.transcript, one.grammar, run.now)
            for one in listened
            if "transcript" in one.new and one.transcript is not None
        ]
        tracks = [
            track_row(one.recording, one.track, run.now)
            for one in listened
            if "track" in one.new and one.track is not None
        ]
        texts = judged_with(rulebook, self._thresholds, run.now) if verdicts else []
        async with self._database.write() as session:
            for row in new:
                await quality.save_transcript(session, row)
            for sound in tracks:
                await features.save_track(session, sound)
            for text in texts:
                await judged_by.keep(session, text)
            await quality.save_judgement(session, verdicts, scores)
            await features.save_features(session, measured)
            await settle(session, judged)
        return judged


def _paused(call: rows.Call, mutes: Sequence[rows.Pause]) -> list[Span]:
    """Stretches muted on purpose, seconds of the call."""

    def at(moment: datetime) -> float:
        return (moment - call.started_at).total_seconds()

    return [(at(one.started_at), at(one.ended_at or one.until)) for one in mutes if one.ended_by != "failed"]
