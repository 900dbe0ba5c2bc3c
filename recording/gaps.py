"""Where a file holds no sound of its party, and why: pauses of recording, and time in which no media came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ivr.storage.models import Call, Pause, Recording
from ivr.storage.models.recordings import MESSAGES

Span = tuple[float, float]

# Seconds by which a file may be shorter than its party's leg before that is called a gap: phones begin when they can.
SHORTER = 1.0


def paused_spans(recording: Recording, pauses: Iterable[Pause]) -> list[Span]:
    """(begin, end) of the pauses, in seconds from the recording's first frame, in order, joined where they touch.

    A pause that still goes on lasts to the end of the file. Before the recording began and after it ended there is
    nothing to pause. In a file with gaps in its media, what comes after a gap stands earlier than said here.
    """
    if recording.started_at is None:
        return []
    length = recording.frames / recording.rate if recording.frames and recording.rate else None
    spans: list[Span] = []
    for pause in sorted(pauses, key=lambda one: one.started_at):
        if pause.ended_by == "failed":
            continue
        begin = max(0.0, (pause.started_at - recording.started_at).total_seconds())
        end = (pause.ended_at or pause.until) - recording.started_at
        end_s = end.total_seconds() if length is None else min(length, end.total_seconds())
        if end_s <= begin:
            continue
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end_s))
        else:
            spans.append((begin, end_s))
    return [(round(begin, 3), round(end, 3)) for begin, end in spans]


def spans_of(recording: Recording) -> list[Span]:
    """The paused spans that the ledger has written down for a recording, in seconds from its first frame."""
    paused = [gap for gap in recording.gaps or [] if gap.get("cause") == "paused"]
    return [(float(gap["start_s"]), float(gap["end_s"])) for gap in paused]


def gaps_of(call: Call, recording: Recording, pauses: Iterable[Pause]) -> list[dict[str, Any]]:
    """The gaps of one file, as the ledger keeps them.

    Paused: ``start_s`` and ``end_s`` in the file. No media: only how much is missing is known, ``lost_s``.
    """
    gaps: list[dict[str, Any]] = [
        {"cause": "paused", "start_s": begin, "end_s": end} for begin, end in paused_spans(recording, pauses)
    ]
    lost = _expected(call, recording)
    if lost is not None and recording.frames and recording.rate and recording.state == "closed":
        lost -= recording.frames / recording.rate
        if lost > SHORTER:
            gaps.append({"cause": "no media", "start_s": None, "end_s": None, "lost_s": round(lost, 3)})
    return gaps


def _expected(call: Call, recording: Recording) -> float | None:
    """Seconds from the first frame to the end of the party's leg."""
    if recording.role in MESSAGES or recording.started_at is None:
        return None
    leg = next((leg for leg in call.legs if leg.uniqueid == recording.uniqueid), None)
    end: datetime | None = (leg.ended_at if leg is not None else None) or call.ended_at
    return (end - recording.started_at).total_seconds() if end is not None else None
