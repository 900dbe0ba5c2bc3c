"""Judging one call that is in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recording.analytics.features import CallFeatures
from recording.analytics.health import Health, health
from recording.analytics.measure import Party, call_features
from recording.analytics.track import VoiceTrack, track
from recording.audio.wav import Sound
from recording.compliance import THRESHOLDS, CallContext, Thresholds, Verdict, judge
from recording.compliance.apart import announced
from recording.compliance.silences import long_silences
from recording.foreign.calls import ForeignCall
from recording.rulebooks.grammar import grammar_of
from recording.rulebooks.model import Rulebook
from recording.scorecards.score import Scorecard, score
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PartyTranscript

Transcribe = Callable[[Sound, str, Grammar | None, Callable[[float], None]], PartyTranscript]


@dataclass(frozen=True, slots=True)
class ForeignJudged:
    """One call and what was found in it.

    Args:
        call: as it was judged.
        transcripts: by role; only those there are.
        features: of both voices.
        health: of each party's recognition, by role.
        verdicts: one per rule.
        card: the score.
    """

    call: ForeignCall
    duration: float
    transcripts: dict[str, PartyTranscript]
    features: CallFeatures
    health: dict[str, Health]
    verdicts: tuple[Verdict, ...]
    card: Scorecard

    @property
    def broken(self) -> int:
        """How many rules were broken."""
        return sum(verdict.passed is False for verdict in self.verdicts)

    @property
    def for_person(self) -> int:
        """How many verdicts are for a person."""
        return self.card.for_person

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; times in seconds of the call."""
        return {
            "name": self.call.name,
            "files": list(self.call.files),
            "warnings": [{"en": one.en, "zh": one.zh} for one in self.call.warnings],
            "duration": round(self.duration, 3),
            "broken": self.broken,
            "for_person": self.for_person,
            "score": {
                "points": self.card.points,
                "possible": self.card.possible,
                "percent": self.card.percent,
                "failed_all": self.card.failed_all,
            },
            "health": {role: one.to_dict() for role, one in self.health.items()},
            "verdicts": [_verdict(verdict) for verdict in self.verdicts],
            "features": self.features.to_dict(),
            "transcripts": {role: one.to_dict() for role, one in self.transcripts.items()},
        }


@dataclass(frozen=True, slots=True)
class ForeignJudge:
    """Judges calls by one rulebook.

    Args:
        rulebook: whose language the calls are in.
        transcribe: given a sound, its name, the grammar and who hears the share done.
        thresholds: what counts as evidence.
    """

    rulebook: Rulebook
    transcribe: Transcribe
    thresholds: Thresholds = THRESHOLDS

    def judge(self, call: ForeignCall, progress: Callable[[float], None] = lambda share: None) -> ForeignJudged:
        """Transcribe, measure and judge a call.

        Nothing is known of it but its sound: it is taken to be talk from the first word on, and silences of both of 6 s
        and more, music included, are taken for waits.

        Raises:
            TranscriptionError: if a party could not be transcribed.
        """
        sounds = {role: sound for role, sound in (("agent", call.agent), ("caller", call.caller)) if sound is not None}
        transcripts: dict[str, PartyTranscript] = {}
        tracks: dict[str, VoiceTrack] = {}
        for number, (role, sound) in enumerate(sounds.items()):
            grammar = grammar_of(self.rulebook) if role == "agent" else None

            def told(share: float, before: int = number) -> None:
                progress((before + share) / len(sounds))

            tracks[role] = track(sound)
            transcripts[role] = self.transcribe(sound, call.name, grammar, told)
        duration = max(sound.duration for sound in sounds.values())
        checked = {role: health(transcripts[role], tracks[role]) for role in sounds}
        parties = {role: Party(tracks[role], 0.0, transcripts[role].words) for role in sounds}
        language = self.rulebook.language
        spoken = [span for one in tracks.values() for span in one.speech]
        # Nobody knows when the two were connected: the silence before the first word is nobody's dead air.
        talk = (min((start for start, _ in spoken), default=0.0), duration)
        features = call_features(parties.get("agent"), parties.get("caller"), language=language, talk=talk)
        waits: tuple[tuple[float, float], ...] = ()
        if features.complete:
            waits = tuple(long_silences(spoken, talk))
        context = CallContext(
            language=language,
            duration=duration,
            holds=waits,
            silences=waits,
            features=features,
            health=checked["agent"].score if "agent" in checked else None,
        )
        agent, caller = transcripts.get("agent"), transcripts.get("caller")
        verdicts = judge(self.rulebook, agent, caller, context, thresholds=self.thresholds)
        card = score(verdicts, self.rulebook)
        measured = features.excusing(announced(verdicts))
        return ForeignJudged(call, duration, transcripts, measured, checked, tuple(verdicts), card)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "norm": verdict.norm,
        "title": verdict.title.en,
        "title_zh": verdict.title.zh,
        "forbidden": verdict.forbidden,
        "value": verdict.value.value,
        "passed": verdict.passed,
        "score": verdict.score,
        "start": verdict.span[0] if verdict.span else None,
        "end": verdict.span[1] if verdict.span else None,
        "evidence": verdict.evidence,
        "rulebook": verdict.rulebook,
        "rulebook_version": verdict.rulebook_version,
        "model": verdict.model,
        "thresholds": verdict.thresholds,
    }
