"""What a judging found, as rows; and a stored transcript as it was before it was stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.storage import models as rows
from recording.analytics.features import CallFeatures
from recording.analytics.health import Health
from recording.analytics.track import VoiceTrack
from recording.compliance import Thresholds, Verdict
from recording.compliance.thresholds import thresholds_file
from recording.rulebooks.model import Rulebook
from recording.scorecards.score import Scorecard
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PartyTranscript

GRAMMAR = "grammar"  # in a transcript's detail: digest of the grammar it was decoded with
_COLUMNS = frozenset({"text", "words", "grammar_words", "speech", "snr_db", "model", "pipeline"})


@dataclass(frozen=True, slots=True)
class Run:
    """One judging of one call.

    Args:
        call: the call.
        run: names the judging.
        now: when it is kept.
    """

    call: rows.Call
    run: str
    now: datetime

    def verdict(self, recording: rows.Recording, verdict: Verdict) -> rows.Verdict:
        """A verdict as a row."""
        return rows.Verdict(
            call_id=self.call.id,
            recording_id=recording.id,
            agent=recording.agent,
            run=self.run,
            rule=verdict.rule,
            norm=verdict.norm,
            kind=verdict.kind,
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
            created_at=self.now,
        )

    def score(self, recording: rows.Recording, card: Scorecard, rulebook: Rulebook) -> rows.Score:
        """A scorecard as a row."""
        return rows.Score(
            call_id=self.call.id,
            agent=recording.agent,
            run=self.run,
            points=card.points,
            possible=card.possible,
            failed_all=card.failed_all,
            items=[item.to_dict() for item in card.items],
            rulebook=rulebook.name,
            rulebook_version=rulebook.full_version,
            created_at=self.now,
        )

    def features(
        self, recording: rows.Recording, features: CallFeatures, agent: Health | None, caller: Health | None
    ) -> rows.CallFeatures:
        """What was measured, as a row."""
        return rows.CallFeatures(
            call_id=self.call.id,
            recording_id=recording.id,
            agent=recording.agent,
            run=self.run,
            health=agent.score if agent else None,
            caller_health=caller.score if caller else None,
            health_detail={
                "agent": agent.to_dict() if agent else None,
                "caller": caller.to_dict() if caller else None,
            },
            features=features.to_dict(),
            created_at=self.now,
        )


def transcript_row(
    recording: rows.Recording, transcript: PartyTranscript, grammar: Grammar | None, now: datetime
) -> rows.Transcript:
    """A transcript as a row that can be judged again."""
    data = transcript.to_dict()
    detail = {name: value for name, value in data.items() if name not in _COLUMNS}
    return rows.Transcript(
        recording_id=recording.id,
        model=transcript.model,
        pipeline=transcript.pipeline,
        text=data["text"],
        words=data["words"],
        grammar_words=data["grammar_words"],
        speech=data["speech"],
        snr_db=transcript.snr_db,
        detail={**detail, GRAMMAR: grammar_digest(grammar)},
        created_at=now,
    )


def stored_transcript(row: rows.Transcript) -> PartyTranscript | None:
    """The transcript a row was made of; None when the row does not hold all of it, or is sealed here."""
    if row.detail is None or row.locked:
        return None
    return PartyTranscript.from_dict({name: getattr(row, name) for name in _COLUMNS} | dict(row.detail))


def same_grammar(row: rows.Transcript, grammar: Grammar | None) -> bool:
    """Whether the row was decoded with this grammar: another one would have listened for other phrases."""
    detail: Mapping[str, Any] = row.detail or {}
    return detail.get(GRAMMAR) == grammar_digest(grammar)


def grammar_digest(grammar: Grammar | None) -> str | None:
    """What tells one grammar from another; None for no grammar."""
    if grammar is None:
        return None
    text = json.dumps(grammar.to_dict(), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def judged_with(rulebook: Rulebook, thresholds: Thresholds, now: datetime) -> list[rows.JudgedBy]:
    """The texts a judging rests on, as rows: verdicts name them by version and hash (norm F8)."""
    found = [
        rows.JudgedBy(
            kind="thresholds",
            name="thresholds",
            version=thresholds.full_version,
            digest=thresholds.digest,
            content=thresholds_file(thresholds, {}),
            first_used_at=now,
        )
    ]
    if rulebook.digest:
        found.append(
            rows.JudgedBy(
                kind="rulebook",
                name=rulebook.name,
                version=rulebook.full_version,
                digest=rulebook.digest,
                content=rulebook.model_dump_json(exclude_defaults=True, warnings=False),
                first_used_at=now,
            )
        )
    return found


def track_row(recording: rows.Recording, track: VoiceTrack, now: datetime) -> rows.RecordingFeatures:
    """What was measured in one file, as a row."""
    return rows.RecordingFeatures(
        recording_id=recording.id, version=track.version, track=track.to_dict(), created_at=now
    )
