"""A call drawn on one time axis; the template only writes it down."""

from __future__ import annotations

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.drawing import (
    BAND_H,
    BAND_Y,
    GAP,
    KEY_Y,
    LANE_H,
    LEFT,
    WAVES_Y,
    Axis,
    Box,
    Cap,
    Label,
    Picture,
    Row,
    text_width,
)
from ivr.reports.figures import moment
from ivr.reports.hits import bands, hits
from ivr.reports.marks import marks
from ivr.reports.model import CallStory
from ivr.reports.waves import gain_of, row
from ivr.reports.wording import hung_up, phase_of

_ROLES = ("caller", "agent", "voicemail", "statement")


def draw(story: CallStory) -> Picture:
    """A call's picture: phases, keys, each party's wave and words, the rules' hits."""
    axis = Axis(story.duration)
    gain = gain_of(story.tracks)
    rows: list[Row] = []
    y = WAVES_Y
    for role, agent in _parties(story):
        tracks = [track for track in story.tracks if track.role == role and _agent(role, track.agent) == agent]
        said = [one for one in story.utterances if one.speaker == role and _agent(role, one.agent) == agent]
        one, height = row(axis, role, tracks, said, y, gain)
        rows.append(one)
        y += height + GAP
    labels, lanes = hits(axis, story, y + 6)
    height = y + 6 + lanes * (LANE_H + 3) + 4
    return Picture(
        width=axis.width,
        height=height,
        right=axis.right,
        axis_end=y,
        ticks=axis.ticks(),
        phases=_phases(axis, story),
        caps=_caps(axis, story),
        rows=tuple(rows),
        bands=bands(axis, story.findings, rows),
        marks=marks(axis, story, rows),
        hits=labels,
        hits_y=y + 6,
        end=_end(axis, story),
        summary=_summary(story),
    )


def _parties(story: CallStory) -> list[tuple[str, str]]:
    """(role, agent) of each row: the caller first, agents by the order of their files."""
    found = dict.fromkeys((track.role, _agent(track.role, track.agent)) for track in story.tracks)
    return sorted((one for one in found if one[0] in _ROLES), key=lambda one: _ROLES.index(one[0]))


def _agent(role: str, agent: str) -> str:
    return agent if role == "agent" else ""


def _phases(axis: Axis, story: CallStory) -> tuple[Box, ...]:
    boxes = []
    for phase in story.phases:
        x, width = axis.x(phase.start), axis.x(phase.end) - axis.x(phase.start)
        name, who = phase_of(phase.kind), clean(phase.who, 40)
        seconds = phase.end - phase.start
        title = Text(f"{name.en} {who} {seconds:.1f} s", f"{name.zh} {who} {seconds:.1f} 秒")
        long = Text(f"{name.en} {who}".strip(), f"{name.zh} {who}".strip())
        label = next((one for one in (long, name) if max(text_width(one.en), text_width(one.zh)) + 8 <= width), None)
        if width >= 0.4:
            boxes.append(Box(phase.kind, x, BAND_Y, width, BAND_H, label or Text("", ""), title))
    return tuple(boxes)


def _caps(axis: Axis, story: CallStory) -> tuple[Cap, ...]:
    caps: list[Cap] = []
    free = LEFT
    for event in story.events:
        if event.kind in {"key", "invalid", "digits"}:
            label = clean(event.key, 8) or ("•••" if event.kind == "digits" else "✗")
        elif event.kind == "timeout":
            label = "…"
        else:
            continue
        width = max(15.0, text_width(label) + 8)
        x = max(axis.x(event.at) - width / 2, free)
        free = x + width + 2
        title = Text(
            f"{moment(event.at)} {event.step}: {event.text.en}", f"{moment(event.at)} {event.step}：{event.text.zh}"
        )
        if free <= axis.right:
            caps.append(Cap(event.kind, x, width, label, title))
    return tuple(caps)


def _end(axis: Axis, story: CallStory) -> Label | None:
    if story.under_way:
        return None
    x = axis.x(story.duration)
    when = moment(story.duration)
    return Label("hangup", x, x, x - 5, KEY_Y + 12, hung_up(story.hung_up_by), Text(when, when))


def _summary(story: CallStory) -> Text:
    """The picture in words, for who cannot see it."""
    phases = [phase for phase in story.phases if phase.end - phase.start >= 0.05]
    en = ", ".join(f"{phase_of(one.kind).en} {one.end - one.start:.1f} s" for one in phases)
    zh = "，".join(f"{phase_of(one.kind).zh} {one.end - one.start:.1f} 秒" for one in phases)
    end = hung_up(story.hung_up_by) if not story.under_way else Text("under way", "进行中")
    return Text(f"Timeline: {en}; {end.en}", f"时间线：{zh}；{end.zh}")
