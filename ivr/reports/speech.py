"""What was said and what was found in it, on the call's own time axis."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ivr.core.language import Text
from ivr.reports.model import Card, CardItem, Finding, Hit, Track, Utterance, Word
from ivr.storage.models import Score, Transcript, Verdict

PAUSE_S = 0.8


def utterances(tracks: Iterable[Track], transcripts: Mapping[int, Transcript]) -> tuple[Utterance, ...]:
    """What the parties said, in order of time; a pause of more than 0.8 s ends an utterance.

    A message is heard in the caller's own file too; it is told once, as the message.

    Args:
        transcripts: by id of the recording.
    """
    found: list[Utterance] = []
    tracks = list(tracks)
    messages = [
        (one.offset, one.offset + one.duration) for one in tracks if one.role == "voicemail" and one.id in transcripts
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
            offset + _number(row.get("start")),
            offset + max(_number(row.get("start")), _number(row.get("end"))),
            min(1.0, max(0.0, _number(row.get("conf"), 1.0))),
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


def findings(verdicts: Iterable[Verdict], tracks: Sequence[Track]) -> tuple[Finding, ...]:
    """Verdicts with their evidence at the time of the call."""
    offsets = {track.id: track.offset for track in tracks}
    caller = next((track.offset for track in tracks if track.role == "caller"), 0.0)
    found = []
    for row in verdicts:
        evidence = row.evidence or {}
        speaker = str(evidence.get("speaker") or "agent")
        # The row names the agent's file; where the caller's words were judged, the times are those of his.
        offset = caller if speaker == "caller" else offsets.get(row.recording_id or 0, 0.0)
        title = str(evidence.get("title") or row.rule)
        reason = str(evidence.get("reason") or "")
        found.append(
            Finding(
                rule=row.rule,
                norm=row.norm,
                title=Text(title, str(evidence.get("title_zh") or title)),
                forbidden=row.forbidden,
                value=row.value,
                passed=row.passed,
                score=row.score,
                start=None if row.start_s is None else offset + row.start_s,
                end=None if row.end_s is None else offset + row.end_s,
                heard=joined(str(evidence.get("heard") or "").split()),
                phrase=str(evidence.get("phrase") or ""),
                missing=_texts(evidence.get("missing")),
                missing_parts=_titles(evidence.get("missing_titles")),
                reason=Text(reason, str(evidence.get("reason_zh") or reason)),
                by=str(evidence.get("by") or ""),
                speaker=speaker,
                agent=row.agent,
                rulebook=row.rulebook,
                rulebook_version=row.rulebook_version,
                model=row.model,
                thresholds=row.thresholds,
                hits=_hits(evidence.get("hits"), offset),
            )
        )
    return tuple(found)


def cards(scores: Iterable[Score]) -> tuple[Card, ...]:
    """Scorecards as people read them."""
    found = []
    for row in scores:
        items = tuple(
            CardItem(
                rule=str(item.get("rule", "")),
                weight=_number(item.get("weight")),
                points=None if item.get("points") is None else _number(item.get("points")),
                value=str(item.get("value", "")),
                fail_all=bool(item.get("fail_all")),
            )
            for item in row.items
            if isinstance(item, dict)
        )
        found.append(
            Card(
                agent=row.agent,
                points=row.points,
                possible=row.possible,
                failed_all=row.failed_all,
                for_person=sum(item.value == "cannot_tell" for item in items),
                items=items,
                rulebook=row.rulebook,
                rulebook_version=row.rulebook_version,
            )
        )
    return tuple(found)


def _utterance(track: Track, group: Sequence[Word]) -> Utterance:
    end = max(word.end for word in group)
    return Utterance(track.role, track.agent, group[0].start, end, joined(word.text for word in group), tuple(group))


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff"


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _titles(value: Any) -> tuple[Text, ...]:
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []
    return tuple(Text(str(one.get("en", "")), str(one.get("zh", ""))) for one in rows)


def _hits(value: Any, offset: float) -> tuple[Hit, ...]:
    """The strong evidence, each place once: of what lies over one another, the most like its phrase."""
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []
    kept: list[Hit] = []
    for one in sorted(rows, key=lambda row: -_number(row.get("score"))):
        start, end = offset + _number(one.get("start")), offset + _number(one.get("end"))
        if one.get("strong") and not any(start < other.end and other.start < end for other in kept):
            kept.append(Hit(start, end, joined(str(one.get("heard") or "").split())))
    return tuple(sorted(kept, key=lambda hit: hit.start))


def _number(value: Any, default: float = 0.0) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return number if math.isfinite(number) else default
