"""The rules in the picture: where their evidence is, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ivr.core.language import Text
from ivr.reports.arranged import shown_reading
from ivr.reports.clean import clean
from ivr.reports.drawing import LANE_H, LEFT, WAVE_H, Axis, Box, Label, Lanes, Row, shortened, text_width
from ivr.reports.findings import Finding
from ivr.reports.model import CallStory
from ivr.reports.tracks import Utterance, Word
from ivr.reports.wording import mark_of, value_of

GLYPHS = {"pass": "✓", "fail": "✗", "unsure": "?", "not_applicable": "–"}


def bands(axis: Axis, findings: Iterable[Finding], rows: Sequence[Row]) -> tuple[Box, ...]:
    """Where the evidence is, behind the wave of who said it."""
    tops = {row.party: row.y for row in rows}
    boxes = []
    for one in findings:
        top = tops.get((one.speaker, one.agent if one.speaker == "agent" else ""))
        if top is None:
            continue
        for place in one.places:
            width = max(2.0, axis.x(place.end) - axis.x(place.start))
            boxes.append(Box(one.mark, axis.x(place.start), top, width, WAVE_H, Text("", ""), _hit_title(one)))
    return tuple(boxes)


def hits(axis: Axis, story: CallStory, y: float) -> tuple[tuple[Label, ...], int]:
    """The rules on the axis: where they were heard; what is missing stands at the end of the talk, dashed."""
    lanes = Lanes(most=8)
    labels = []
    for one, moment in on_axis(story):
        text = _hit_text(one)
        en, zh = text_width(text.en) + 12, text_width(text.zh) + 12
        width = max(en, zh)
        at = axis.x(moment)
        wanted = at if one.located else at - width
        x = max(LEFT, min(wanted, axis.right - width))
        lane = lanes.place(x, width)
        if lane is None:
            continue
        if not one.located:  # these end where the talk ends
            kind, boxes = f"{one.mark} absent", ((x + width - en, en), (x + width - zh, zh))
        else:
            kind, boxes = one.mark, ((x, en), (x, zh))
        until = at if one.end is None else axis.x(one.end)
        top = y + lane * (LANE_H + 3)
        labels.append(Label(kind, at, max(until, at + 2), x, top, text, _hit_title(one), boxes))
    return tuple(labels), lanes.count


def on_axis(story: CallStory) -> list[tuple[Finding, float]]:
    """The rules that belong on the time axis, and where: what was heard in order of time, then what is missing."""
    ends = {talk.agent: talk.end for talk in story.talks}
    last = max(ends.values(), default=story.duration)
    # What was measured and is as it should be would only fill the picture.
    shown = [
        one for one in story.findings if one.mark != "not_applicable" and not (one.behaviour and one.mark == "pass")
    ]
    heard = sorted(((one, one.start or 0.0) for one in shown if one.located), key=lambda pair: pair[1])
    return heard + [(one, ends.get(one.agent, last)) for one in shown if not one.located and one.mark != "pass"]


def mark_on(word: Word, utterance: Utterance, findings: Iterable[Finding]) -> str:
    """How the rule counts that rests on a word; "" if none does."""
    middle = (word.start + word.end) / 2
    for one in findings:
        mine = one.speaker == utterance.speaker and (one.speaker != "agent" or one.agent == utterance.agent)
        if mine and not one.behaviour and any(place.start <= middle <= place.end for place in one.places):
            return one.mark
    return ""


def _hit_text(one: Finding) -> Text:
    glyph = GLYPHS[one.mark]
    norm = f"{clean(one.norm, 16)} " if one.norm else ""
    return Text(
        f"{glyph} {norm}{shortened(clean(one.title.en), 200)}", f"{glyph} {norm}{shortened(clean(one.title.zh), 200)}"
    )


def _hit_title(one: Finding) -> Text:
    mark, value = mark_of(one.mark), value_of(one.value)
    heard = f" “{clean(one.told, 200)}”" if one.heard and one.located else ""
    measured = shown_reading(one.measured) if one.measured is not None else None
    en, zh = (f" {clean(measured.en)}", f" {clean(measured.zh)}") if measured is not None else (heard, heard)
    return Text(
        f"{clean(one.title.en)}: {value.en} ({mark.en}){en}", f"{clean(one.title.zh)}：{value.zh}（{mark.zh}）{zh}"
    )
