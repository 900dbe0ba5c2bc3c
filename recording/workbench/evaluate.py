"""Running the real way of a recording over labelled clips: pipeline, evidence, judge."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Protocol

from recording.audio.wav import Sound
from recording.compliance import CallContext, Thresholds, Value, judge
from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.model import Rulebook
from recording.transcription.grammar import Grammar, Mode
from recording.transcription.transcript import PartyTranscript
from recording.workbench.clips import Clip, ClipSet, read_clip
from recording.workbench.figures import Pair, by_level, summary
from recording.workbench.phrases import PhraseList

TALK_S = 8.0  # seconds; a clip without a phrase that is longer than any phrase is other talk

Progress = Callable[[int, int], None]


class SoundTranscriber(Protocol):
    """What the workbench asks of a transcriber."""

    def transcribe_sound(self, sound: Sound, name: str, grammar: Grammar | None = None) -> PartyTranscript:
        """Words of one party's sound."""
        ...


@dataclass(frozen=True, slots=True)
class ClipResult:
    """What the judge made of one clip.

    Args:
        clip: which.
        verdicts: phrase id -> said, not_said or cannot_tell.
        alarms: places at which a phrase was called said.
        seconds: of sound.
        cpu_s: CPU seconds its transcription took.
    """

    clip: Clip
    verdicts: Mapping[str, str]
    alarms: int
    seconds: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All clips, and figures of them."""

    results: tuple[ClipResult, ...]
    phrases: PhraseList

    def pairs(self, results: Sequence[ClipResult]) -> list[Pair]:
        """One a clip and phrase; a phrase that is part of the one said is neither right nor wrong and left out."""
        return [
            Pair(one.clip.source, key == one.clip.truth, value)
            for one in results
            for key, value in one.verdicts.items()
            if one.clip.truth is None or not self.phrases.within(key, one.clip.truth)
        ]

    def figures(self) -> dict[str, Any]:
        """``by_snr``, ``overall`` and ``clips`` as plain data for JSON."""
        levels: dict[str, list[ClipResult]] = {}
        for one in self.results:
            levels.setdefault(one.clip.level, []).append(one)
        return {
            "by_snr": {name: self._summary(levels[name]) for name in by_level(levels)},
            "overall": self._summary(self.results),
            "clips": [
                {
                    "file": one.clip.file,
                    "truth": one.clip.truth,
                    "snr": _number(one.clip.snr),
                    "verdicts": dict(one.verdicts),
                    "seconds": round(one.seconds, 3),
                }
                for one in self.results
            ],
        }

    def _summary(self, results: Sequence[ClipResult]) -> dict[str, Any]:
        talk = [one for one in results if one.clip.truth is None and one.seconds >= TALK_S]
        return summary(
            self.pairs(results),
            clips=len(results),
            alarms=sum(one.alarms for one in talk),
            talk_s=sum(one.seconds for one in talk),
            cpu_s=sum(one.cpu_s for one in results),
            sound_s=sum(one.seconds for one in results),
        )


def hear(
    clips: ClipSet,
    rulebook: Rulebook,
    transcriber: SoundTranscriber,
    *,
    workers: int = 1,
    mode: Mode = Mode.FULL,
    progress: Progress = lambda done, total: None,
) -> list[PartyTranscript]:
    """The transcripts of all clips, in their order.

    Args:
        clips: what to hear.
        rulebook: whose phrases the grammar pass listens for.
        transcriber: the worker processes.
        workers: how many of them there are.
        mode: how much is decoded freely.
        progress: told how many clips are done, and of how many.

    Raises:
        SoundError: if a clip cannot be read.
        TranscriptionError: if a clip could not be transcribed.
        SetupError: if no worker can be started.
    """
    grammar = replace(grammar_of(rulebook), mode=mode)
    total = len(clips.clips)
    lock = threading.Lock()
    done = 0

    def one(clip: Clip) -> PartyTranscript:
        nonlocal done
        found = transcriber.transcribe_sound(read_clip(clip), clip.file, grammar)
        with lock:
            done += 1
            progress(done, total)
        return found

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        waiting = [pool.submit(one, clip) for clip in clips.clips]
        try:
            return [future.result() for future in waiting]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def evaluate(
    clips: Sequence[Clip],
    transcripts: Sequence[PartyTranscript],
    phrases: PhraseList,
    rulebook: Rulebook,
    rules: Mapping[str, str],
    thresholds: Thresholds,
) -> Evaluation:
    """Judge the transcripts of clips as those of calls are judged.

    Args:
        clips: what was heard.
        transcripts: in the order of ``clips``.
        phrases: what was listened for.
        rulebook: one rule a phrase.
        rules: its rules' ids -> those of the phrases.
        thresholds: what counts as evidence.
    """
    results = []
    for clip, transcript in zip(clips, transcripts, strict=True):
        context = CallContext(language=phrases.language, duration=transcript.duration)
        verdicts = [
            one for one in judge(rulebook, transcript, None, context, thresholds=thresholds) if one.rule in rules
        ]
        results.append(
            ClipResult(
                clip,
                {rules[verdict.rule]: verdict.value.value for verdict in verdicts},
                sum(hit.strong for verdict in verdicts if verdict.value is Value.SAID for hit in verdict.hits),
                transcript.duration,
                transcript.cpu_s,
            )
        )
    return Evaluation(tuple(results), phrases)


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() else value
