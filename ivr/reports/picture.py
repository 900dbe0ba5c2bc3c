"""The geometry of a call's picture: everything laid out on one time axis, in units of the drawing (about pixels)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.figures import moment
from ivr.reports.model import CallStory, Finding, Track, Utterance, Wave
from ivr.reports.wording import hung_up, mark_of, party, phase_of, value_of

WIDTH = 1200.0
MOST_WIDTH = 3600.0
LEFT, RIGHT = 92.0, 12.0
LEAST_PER_SECOND = 3.0
FONT = 11.0
BAND_Y, BAND_H = 20.0, 18.0
KEY_Y, KEY_H = 44.0, 16.0
WAVES_Y = 68.0
WAVE_H, LANE_H, GAP = 52.0, 15.0, 8.0
MOST_LANES = 4
MOST_GAIN = 6.0
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)
_ROLES = ("caller", "agent", "voicemail")
GLYPHS = {"pass": "✓", "fail": "✗", "unsure": "?", "not_applicable": "–"}


@dataclass(frozen=True, slots=True)
class Box:
    """A coloured stretch; ``kind`` is its CSS class, ``label`` empty where there is no room for one."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    label: Text
    title: Text


@dataclass(frozen=True, slots=True)
class Cap:
    """A pressed key, a silence, or the hang-up."""

    kind: str
    x: float
    width: float
    label: str
    title: Text


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a moment: ``at`` is where the moment is, ``x`` where the text begins."""

    kind: str
    at: float
    until: float
    x: float
    y: float
    width: float
    text: Text
    title: Text


@dataclass(frozen=True, slots=True)
class Row:
    """One party: name, waveform, speech, what was said under it."""

    role: str
    name: Text
    y: float
    shapes: tuple[str, ...]
    files: tuple[Box, ...]
    speech: tuple[tuple[float, float], ...]
    labels: tuple[Label, ...]
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A call drawn; the template only writes it down."""

    width: float
    height: float
    right: float
    axis_end: float
    ticks: tuple[tuple[float, str], ...]
    phases: tuple[Box, ...]
    caps: tuple[Cap, ...]
    rows: tuple[Row, ...]
    bands: tuple[Box, ...]
    hits: tuple[Label, ...]
    hits_y: float
    end: Label | None
    summary: Text


class _Axis:
    """From seconds to the drawing."""

    def __init__(self, duration: float) -> None:
        self.duration = max(duration, 0.1)
        wanted = LEFT + RIGHT + self.duration * LEAST_PER_SECOND
        self.width = min(MOST_WIDTH, max(WIDTH, wanted))
        self.right = self.width - RIGHT
        self.scale = (self.right - LEFT) / self.duration

    def x(self, at: float) -> float:
        return LEFT + min(max(at, 0.0), self.duration) * self.scale

    def ticks(self) -> tuple[tuple[float, str], ...]:
        step = next((one for one in _STEPS if one * self.scale >= 64), _STEPS[-1])
        return tuple((self.x(at), moment(at).removesuffix(".0")) for at in range(0, int(self.duration) + 1, step))


class _Lanes:
    """Puts texts into as few lanes as they need."""

    def __init__(self, most: int = MOST_LANES) -> None:
        self._ends: list[float] = []
        self._most = most

    def place(self, x: float, width: float) -> int | None:
        """The lane with room at ``x``; None if there is none."""
        for lane, end in enumerate(self._ends):
            if end <= x:
                self._ends[lane] = x + width + 10
                return lane
        if len(self._ends) >= self._most:
            return None
        self._ends.append(x + width + 10)
        return len(self._ends) - 1

    @property
    def count(self) -> int:
        return len(self._ends)


def draw(story: CallStory) -> Picture:
    """A call's picture: phases, keys, each party's wave and words, the rules' hits."""
    axis = _Axis(story.duration)
    gain = _gain(story.tracks)
    rows: list[Row] = []
    y = WAVES_Y
    for role in _ROLES:
        tracks = [track for track in story.tracks if track.role == role]
        if not tracks:
            continue
        row, height = _row(axis, role, tracks, [one for one in story.utterances if one.speaker == role], y, gain)
        rows.append(row)
        y += height + GAP
    hits, lanes = _hits(axis, story, y + 6)
    height = y + 6 + max(1, lanes) * (LANE_H + 3) + 4
    return Picture(
        width=axis.width,
        height=height,
        right=axis.right,
        axis_end=y,
        ticks=axis.ticks(),
        phases=_phases(axis, story),
        caps=_caps(axis, story),
        rows=tuple(rows),
        bands=_bands(axis, story.findings, rows),
        hits=hits,
        hits_y=y + 6,
        end=_end(axis, story),
        summary=_summary(story),
    )


def text_width(text: str, size: float = FONT) -> float:
    """About how wide a text is drawn."""
    return sum(size if unicodedata.east_asian_width(letter) in "WF" else size * 0.56 for letter in text)


def shortened(text: str, width: float, size: float = FONT) -> str:
    """``text`` cut to about ``width``."""
    if text_width(text, size) <= width:
        return text
    room, kept = width - size, ""
    for letter in text:
        room -= text_width(letter, size)
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + "…" if kept else ""


def _phases(axis: _Axis, story: CallStory) -> tuple[Box, ...]:
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


def _caps(axis: _Axis, story: CallStory) -> tuple[Cap, ...]:
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


def _end(axis: _Axis, story: CallStory) -> Label | None:
    if story.under_way:
        return None
    x = axis.x(story.duration)
    when = moment(story.duration)
    return Label("hangup", x, x, x - 5, KEY_Y + 12, 0.0, hung_up(story.hung_up_by), Text(when, when))


def _row(
    axis: _Axis, role: str, tracks: Sequence[Track], said: Sequence[Utterance], y: float, gain: float
) -> tuple[Row, float]:
    middle = y + WAVE_H / 2
    shapes = tuple(_shape(axis, track, middle, gain) for track in tracks if track.wave)
    files = tuple(
        Box(
            "file",
            axis.x(track.offset),
            y,
            axis.x(track.offset + track.duration) - axis.x(track.offset),
            WAVE_H,
            Text("", ""),
            Text(clean(track.file, 128), clean(track.file, 128)),
        )
        for track in tracks
        if track.duration
    )
    spans = tuple((axis.x(start), axis.x(end)) for track in tracks for start, end in track.speech)
    lanes = _Lanes()
    labels = []
    for one in said:
        text = shortened(clean(one.text), 380)
        width = text_width(text)
        x = max(LEFT, min(axis.x(one.start), axis.right - width))
        lane = lanes.place(x, width)
        if lane is None:
            continue
        top = y + WAVE_H + 12 + lane * LANE_H
        title = f"{moment(one.start)} {clean(one.text)}"
        labels.append(
            Label(role, axis.x(one.start), axis.x(one.end), x, top, width, Text(text, text), Text(title, title))
        )
    agents = dict.fromkeys(clean(track.agent, 14) for track in tracks if track.agent)
    name = Text(", ".join(agents), "、".join(agents)) if role == "agent" and agents else party(role)
    row = Row(role, name, y, shapes, files, spans, tuple(labels), _problem(tracks))
    return row, WAVE_H + (4 + lanes.count * LANE_H if lanes.count else 0)


def _problem(tracks: Iterable[Track]) -> Text | None:
    """What is wrong with a party's files; None if nothing is."""
    for track in tracks:
        if track.state in {"missing", "broken"}:
            state = Text("file missing", "文件缺失") if track.state == "missing" else Text("file broken", "文件损坏")
            cause = f": {clean(track.gap_cause, 64)}" if track.gap_cause else ""
            return Text(state.en + cause, state.zh + cause)
        if track.state == "open":
            return Text("still recording", "录音未结束")
    return None


def _shape(axis: _Axis, track: Track, middle: float, gain: float) -> str:
    """The waveform as an SVG path: along the highest samples and back along the lowest."""
    count = len(track.wave)
    half = WAVE_H / 2 - 1
    width = track.duration * axis.scale
    start = LEFT + track.offset * axis.scale
    xs = [min(axis.right, start + width * (index + 0.5) / count) for index in range(count)]
    highs = [middle - min(1.0, high * gain) * half for _, high in track.wave]
    lows = [middle - max(-1.0, low * gain) * half for low, _ in track.wave]
    there = " ".join(f"{x:.1f},{high:.1f}" for x, high in zip(xs, highs, strict=True))
    back = " ".join(f"{x:.1f},{low:.1f}" for x, low in zip(reversed(xs), reversed(lows), strict=True))
    return f"M{there} {back}Z"


def _gain(tracks: Iterable[Track]) -> float:
    """One gain for all parties, so that who is quiet looks quiet."""
    loudest = max((_loudest(track.wave) for track in tracks), default=0.0)
    return min(MOST_GAIN, 0.95 / loudest) if loudest > 0 else 1.0


def _loudest(wave: Wave) -> float:
    return max((max(-low, high) for low, high in wave), default=0.0)


def _bands(axis: _Axis, findings: Iterable[Finding], rows: Sequence[Row]) -> tuple[Box, ...]:
    """Where the evidence is, behind the wave of who said it."""
    tops = {row.role: row.y for row in rows}
    boxes = []
    for one in findings:
        top = tops.get(one.speaker)
        if top is None or one.start is None or one.mark == "not_applicable":
            continue
        end = one.start if one.end is None else one.end
        width = max(2.0, axis.x(end) - axis.x(one.start))
        boxes.append(Box(one.mark, axis.x(one.start), top, width, WAVE_H, Text("", ""), _hit_title(one)))
    return tuple(boxes)


def _hits(axis: _Axis, story: CallStory, y: float) -> tuple[tuple[Label, ...], int]:
    """The rules on the axis: where they were heard; what is missing stands at the end of the talk, dashed."""
    lanes = _Lanes(most=8)
    labels = []
    ends = [phase.end for phase in story.phases if phase.kind in {"talk", "hold"}]
    last = max(ends, default=story.duration)
    shown = [one for one in story.findings if one.mark != "not_applicable"]
    heard = sorted((one for one in shown if one.start is not None), key=lambda one: one.start or 0.0)
    absent = [one for one in shown if one.start is None and one.mark != "pass"]
    for one in (*heard, *absent):
        text = _hit_text(one)
        width = max(text_width(text.en), text_width(text.zh)) + 12
        at = axis.x(last if one.start is None else one.start)
        until = at if one.end is None else axis.x(one.end)
        wanted = at - width if one.start is None else at
        x = max(LEFT, min(wanted, axis.right - width))
        lane = lanes.place(x, width)
        if lane is None:
            continue
        kind = f"{one.mark} absent" if one.start is None else one.mark
        labels.append(Label(kind, at, max(until, at + 2), x, y + lane * (LANE_H + 3), width, text, _hit_title(one)))
    return tuple(labels), lanes.count


def _hit_text(one: Finding) -> Text:
    glyph = GLYPHS[one.mark]
    norm = f"{clean(one.norm, 16)} " if one.norm else ""
    return Text(
        f"{glyph} {norm}{shortened(clean(one.title.en), 200)}", f"{glyph} {norm}{shortened(clean(one.title.zh), 200)}"
    )


def _hit_title(one: Finding) -> Text:
    mark, value = mark_of(one.mark), value_of(one.value)
    heard = f" “{clean(one.heard, 200)}”" if one.heard else ""
    return Text(
        f"{clean(one.title.en)}: {value.en} ({mark.en}){heard}",
        f"{clean(one.title.zh)}：{value.zh}（{mark.zh}）{heard}",
    )


def _summary(story: CallStory) -> Text:
    """The picture in words, for who cannot see it."""
    phases = [phase for phase in story.phases if phase.end - phase.start >= 0.05]
    en = ", ".join(f"{phase_of(one.kind).en} {one.end - one.start:.1f} s" for one in phases)
    zh = "，".join(f"{phase_of(one.kind).zh} {one.end - one.start:.1f} 秒" for one in phases)
    end = hung_up(story.hung_up_by) if not story.under_way else Text("under way", "进行中")
    return Text(f"Timeline: {en}; {end.en}", f"时间线：{zh}；{end.zh}")
