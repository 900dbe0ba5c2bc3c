"""What was said, on the call's own time axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ivr.reports.tracks import Track, Utterance, Word
from ivr.storage.models import Transcript
from ivr.storage.models.recordings import MESSAGES

PAUSE_S = 0.8
LOW_CONFIDENCE = 0.5
"""Below it a word was hardly understood."""


def utterances(tracks: Iterable[Track], transcripts: Mapping[int, Transcript]) -> tuple[Utterance, ...]:
    """What the parties said, in order of time; a pause of more than 0.8 s ends an utterance.

    A message is heard in the caller's own file too; it is told once, as the message.

    Args:
        transcripts: by id of the recording.
    """
    found: list[Utterance] = []
    tracks = list(tracks)
    messages = [
        (one.offset, one.offset + one.duration) for one in tracks if one.role in MESSAGES and one.id in transcripts
    ]
    for track in tracks:
        transcript = transcripts.get(track.id)
        if transcript is None:
            continue
        group: list[Word] = []
        for word in words(transcript.words, track.offset):
            if track.role == "caller" and any(start <= word.start <= end for start, end in messages):
                continue
            if group and word.start - group[-1].end > PAUSE_S:
                found.append(_utterance(track, group))
                group = []
            group.append(word)
        if group:
            found.append(_utterance(track, group))
    return tuple(sorted(found, key=lambda one: (one.start, one.end)))


def words(rows: Sequence[Any], offset: float) -> list[Word]:
    """The words of a transcript, shifted to the call's axis, in order of time."""
    found = [
        Word(
            str(row.get("word", "")),
            offset + number(row.get("start")),
            offset + max(number(row.get("start")), number(row.get("end"))),
            min(1.0, max(0.0, number(row.get("conf"), 1.0))),
        )
        for row in rows
        if isinstance(row, dict) and row.get("word")
    ]
    return sorted(found, key=lambda word: word.start)


def joined(texts: Iterable[str]) -> str:
    """Words as one line: no space between two Han characters."""
    line = ""
    for text in texts:
        if line and text and not (_is_han(line[-1]) and _is_han(text[0])):
            line += " "
        line += text
    return line


def _utterance(track: Track, group: Sequence[Word]) -> Utterance:
    end = max(word.end for word in group)
    return Utterance(track.role, track.agent, group[0].start, end, joined(word.text for word in group), tuple(group))


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff"


def number(value: Any, default: float = 0.0) -> float:
    """A finite number from what a row holds, or ``default``."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return default
    return found if math.isfinite(found) else default
