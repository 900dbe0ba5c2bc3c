"""The secrets of one call: what its parties dictated, found in their newest transcripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ivr.storage.models import Call, Recording, Transcript
from recording.keeping.redaction import Party, Secret, Spoken, find_secrets
from recording.keeping.tracks import begin_of

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CallSecrets:
    """What is to be removed from a call.

    Args:
        found: with times in seconds from the start of the call; ``party`` is an index into ``recordings``.
        recordings: ids, in the order in which the parties' files began.
        by_recording: spans by recording id, seconds from the file's first frame.
    """

    found: tuple[Secret, ...] = ()
    recordings: tuple[int, ...] = ()
    by_recording: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)

    def spans(self, recording_id: int | None) -> tuple[Span, ...]:
        """Spans of one recording."""
        return self.by_recording.get(recording_id, ()) if recording_id is not None else ()

    def overlaps(self, recording_id: int | None, start: float | None, end: float | None) -> bool:
        """Whether a stretch of a recording holds a part of one."""
        if start is None:
            return False
        last = start if end is None else end
        return any(first < last + 0.01 and stop > start for first, stop in self.spans(recording_id))


def secrets_of(call: Call, transcripts: Sequence[tuple[Recording, Transcript]], *, phones: bool = False) -> CallSecrets:
    """The secrets of a call.

    Args:
        transcripts: the newest of each recording, opened.
        phones: telephone numbers, too.
    """
    parties: list[Party] = []
    offsets: list[float] = []
    for row, transcript in transcripts:
        begun = begin_of(row) or call.started_at
        offset = (begun - call.started_at).total_seconds()
        offsets.append(offset)
        words = tuple(_spoken(word, offset) for word in transcript.words)
        speech = tuple((float(start) + offset, float(end) + offset) for start, end in transcript.speech)
        parties.append(Party(words, speech))
    found = find_secrets(parties, phones=phones)
    by_recording: dict[int, list[Span]] = {}
    for secret in found:
        row, offset = transcripts[secret.party][0], offsets[secret.party]
        span = (max(0.0, round(secret.start - offset, 3)), round(secret.end - offset, 3))
        by_recording.setdefault(row.id, []).append(span)
    return CallSecrets(
        tuple(found),
        tuple(row.id for row, _ in transcripts),
        {row: tuple(sorted(spans)) for row, spans in by_recording.items()},
    )


def _spoken(word: Mapping[str, Any], offset: float) -> Spoken:
    return Spoken(str(word["word"]), float(word["start"]) + offset, float(word["end"]) + offset)
