"""What was found in the words and in the sound: verdicts with their evidence, and scorecards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ivr.core.language import Text
from ivr.reports.books import NO_BOOK, Book
from ivr.reports.findings import NO_TEXT, Card, CardItem, Finding, Hit, Reading
from ivr.reports.speech import joined, number
from ivr.reports.tracks import Track
from ivr.storage.models import Score, Verdict
from recording.scorecards.score import GENERAL, MANUAL


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
                kind=row.kind or "phrase",
                section=str(evidence.get("section") or ""),
                measured=_measured(evidence.get("measured")),
            )
        )
    return tuple(found)


def cards(scores: Iterable[Score], books: Mapping[str, Book] | None = None) -> tuple[Card, ...]:
    """Scorecards as people read them.

    Args:
        books: what is known of the rulebooks, by name and full version (``service-zh 2+1f...``).
    """
    found = []
    for row in scores:
        book = (books or {}).get(f"{row.rulebook} {row.rulebook_version}", NO_BOOK)
        items = tuple(_item(item, book) for item in row.items if isinstance(item, dict))
        names = dict.fromkeys([*book.sections, *(item.section for item in items)])
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
                sections=tuple((name, book.section(name)) for name in names),
            )
        )
    return tuple(found)


def _item(item: Mapping[str, Any], book: Book) -> CardItem:
    rule = str(item.get("rule", ""))
    title = str(item.get("title") or rule)
    return CardItem(
        rule=rule,
        weight=number(item.get("weight")),
        points=None if item.get("points") is None else number(item.get("points")),
        value=str(item.get("value", "")),
        fail_all=bool(item.get("fail_all")),
        norm=str(item.get("norm", "")),
        section=str(item.get("section") or GENERAL),
        title=Text(title, str(item.get("title_zh") or title)),
        manual=item.get("value") == MANUAL,
        reason=book.reasons.get(rule, NO_TEXT),
    )


def _measured(value: Any) -> Reading | None:
    if not isinstance(value, dict) or value.get("value") is None:
        return None
    unit = str(value.get("unit") or "")
    best = value.get("best")
    return Reading(
        name=str(value.get("name") or ""),
        value=number(value.get("value")),
        unit=Text(unit, str(value.get("unit_zh") or unit)),
        at_least=None if value.get("at_least") is None else number(value.get("at_least")),
        at_most=None if value.get("at_most") is None else number(value.get("at_most")),
        best=(number(best[0]), number(best[1])) if isinstance(best, list | tuple) and len(best) == 2 else None,
    )


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _titles(value: Any) -> tuple[Text, ...]:
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []
    return tuple(Text(str(one.get("en", "")), str(one.get("zh", ""))) for one in rows)


def _hits(value: Any, offset: float) -> tuple[Hit, ...]:
    """The strong evidence, each place once: of what lies over one another, the most like its phrase."""
    rows = [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []
    kept: list[Hit] = []
    for one in sorted(rows, key=lambda row: -number(row.get("score"))):
        start, end = offset + number(one.get("start")), offset + number(one.get("end"))
        if one.get("strong") and not any(start < other.end and other.start < end for other in kept):
            kept.append(Hit(start, end, joined(str(one.get("heard") or "").split())))
    return tuple(sorted(kept, key=lambda hit: hit.start))
