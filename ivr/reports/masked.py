"""A call's story without what its parties dictated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ivr.core.language import Text
from ivr.reports.findings import Finding, Hit
from ivr.reports.model import CallStory, Event, PathStep
from ivr.reports.speech import joined
from ivr.reports.tracks import Utterance, Word
from recording.keeping.redaction import MARKER, mask_text

if TYPE_CHECKING:
    from ivr.storage.models import Call
    from recording.keeping.secrets import CallSecrets

Spans = dict[tuple[str, str], list[tuple[float, float]]]


def masked_story(story: CallStory, call: Call, secrets: CallSecrets, *, phones: bool = False) -> CallStory:
    """The story with secrets replaced by a marker: words, evidence, and digits that were keyed in."""
    parties = {row.id: (row.role, row.agent) for row in call.recordings}
    spans: Spans = {}
    for secret in secrets.found:
        party = parties.get(secrets.recordings[secret.party], ("", ""))
        spans.setdefault(party, []).append((secret.start, secret.end))
    return replace(
        story,
        utterances=tuple(_utterance(one, spans) for one in story.utterances),
        findings=tuple(_finding(one, spans, phones) for one in story.findings),
        events=tuple(_event(one, phones) for one in story.events),
        path=tuple(_step(one, phones) for one in story.path),
    )


def _utterance(one: Utterance, spans: Spans) -> Utterance:
    mine = _of(spans, one.speaker, one.agent)
    words: list[Word] = []
    for word in one.words:
        if not _inside(mine, word.start, word.end):
            words.append(word)
        elif not words or words[-1].text != MARKER:
            words.append(replace(word, text=MARKER))
    if len(words) == len(one.words) and tuple(words) == one.words:
        return one
    return replace(one, words=tuple(words), text=joined(word.text for word in words))


def _finding(one: Finding, spans: Spans, phones: bool) -> Finding:
    mine = _of(spans, one.speaker, one.agent)
    heard = MARKER if one.start is not None and _inside(mine, one.start, one.end or one.start) else one.heard
    return replace(one, heard=mask_text(heard, phones=phones), hits=tuple(_hit(hit, mine, phones) for hit in one.hits))


def _hit(hit: Hit, mine: list[tuple[float, float]], phones: bool) -> Hit:
    heard = MARKER if _inside(mine, hit.start, hit.end) else mask_text(hit.heard, phones=phones)
    return replace(hit, heard=heard)


def _event(one: Event, phones: bool) -> Event:
    text = Text(mask_text(one.text.en, phones=phones), mask_text(one.text.zh, phones=phones))
    return replace(one, text=text, key=mask_text(one.key, phones=phones))


def _step(one: PathStep, phones: bool) -> PathStep:
    return replace(one, keys=tuple((mask_text(key, phones=phones), chosen) for key, chosen in one.keys))


def _of(spans: Spans, speaker: str, agent: str) -> list[tuple[float, float]]:
    """Spans of a party; of all agents where a finding names none."""
    return [
        span
        for (role, who), found in spans.items()
        if role == speaker and (not agent or not who or who == agent)
        for span in found
    ]


def _inside(spans: list[tuple[float, float]], start: float, end: float) -> bool:
    return any(start < last and max(end, start + 0.01) > first for first, last in spans)
