"""What was measured, in the picture: both at once, silences, hold music, pauses of the recording."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.drawing import WAVE_H, Axis, Box, Row
from ivr.reports.figures import moment, seconds
from ivr.reports.model import CallStory, Span
from ivr.reports.tracks import SoundStory
from ivr.reports.wording import pause_mark

NAMES = {
    "overlap": Text("both at once", "同时说话"),
    "interruption": Text("interruption", "打断"),
    "dead": Text("dead air", "双方静默"),
    "announced": Text("announced silence", "已说明的静默"),
    "music": Text("hold music", "等待音乐"),
    "paused": Text("recording paused", "录音暂停"),
}
"""The kinds of mark, for the legend."""
_TALK = ("caller", "agent")


def marks(axis: Axis, story: CallStory, rows: Sequence[Row]) -> tuple[Box, ...]:
    """The marks behind the waves; pauses last, as they cover what is under them."""
    tops = {row.party: row.y for row in rows}
    boxes: list[Box] = []
    for sound in story.sounds:
        for role, kind, span, title in measured(sound):
            top = tops.get((role, sound.agent if role == "agent" else ""))
            if top is not None:
                boxes.append(_box(axis, kind, span, top, title))
    for track in story.tracks:
        top = tops.get((track.role, track.agent if track.role == "agent" else ""))
        for gap in track.gaps:
            if gap.cause == "paused" and gap.start is not None and gap.end is not None and top is not None:
                span = (gap.start, gap.end)
                boxes.append(_box(axis, "paused", span, top, pause_mark(*span)))
    return tuple(boxes)


def kinds(stories: Iterable[CallStory]) -> tuple[str, ...]:
    """The kinds of mark these calls have, for the legend."""
    found = {kind for story in stories for sound in story.sounds for _, kind, _, _ in measured(sound)}
    found |= {"paused"} if any(story.pauses for story in stories) else set()
    return tuple(kind for kind in NAMES if kind in found)


def measured(sound: SoundStory) -> Iterator[tuple[str, str, Span, Text]]:
    """(role, kind, seconds of the call, title)."""
    features = sound.features
    for kind, spans in (("dead", features.dead_air), ("announced", features.announced)):
        for span in spans:
            for role in _TALK:
                yield role, kind, span, _title(kind, span)
    for one in features.overlaps:
        kind = "interruption" if one.interruption else "overlap"
        who = {"agent": Text(clean(sound.agent, 40) or "agent", clean(sound.agent, 40) or "坐席")}.get(
            one.began_last, Text("the caller", "来电者")
        )
        title = _title(kind, one.span)
        for role in _TALK:
            yield role, kind, one.span, Text(f"{title.en}, by {who.en}", f"{title.zh}（{who.zh}）")
    for role, party in (("agent", features.agent), ("caller", features.caller)):
        for span in party.hold_music if party is not None else ():
            yield role, "music", span, _title("music", span)


def _title(kind: str, span: Span) -> Text:
    place = f"{moment(span[0])}, {seconds(span[1] - span[0])}"
    return Text(f"{NAMES[kind].en} {place}", f"{NAMES[kind].zh} {place}")


def _box(axis: Axis, kind: str, span: Span, y: float, title: Text) -> Box:
    x = axis.x(span[0])
    return Box(kind, x, y, max(1.5, axis.x(span[1]) - x), WAVE_H, Text("", ""), title)
