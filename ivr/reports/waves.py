"""A party's row in the picture: waveform, speech, and what was said under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.drawing import LANE_H, LEFT, MOST_GAIN, WAVE_H, Axis, Box, Label, Lanes, Row, shortened, text_width
from ivr.reports.figures import moment
from ivr.reports.tracks import Track, Utterance, Wave
from ivr.reports.wording import cause_of, party, state_of


def row(
    axis: Axis, role: str, tracks: Sequence[Track], said: Sequence[Utterance], y: float, gain: float
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
    lanes = Lanes()
    labels = []
    for one in said:
        text = shortened(clean(one.text), 380)
        width = text_width(text)
        x = max(LEFT, min(axis.x(one.start), axis.right - width - 6))
        lane = lanes.place(x, width)
        if lane is None:
            continue
        top = y + WAVE_H + 12 + lane * LANE_H
        title = f"{moment(one.start)} {clean(one.text)}"
        labels.append(Label(role, axis.x(one.start), axis.x(one.end), x, top, Text(text, text), Text(title, title)))
    agent = tracks[0].agent if role == "agent" and tracks else ""
    name = Text(clean(agent, 14), clean(agent, 14)) if agent else party(role)
    found = Row(role, name, y, shapes, files, spans, tuple(labels), _problem(tracks), agent)
    return found, WAVE_H + (4 + lanes.count * LANE_H if lanes.count else 0)


def _problem(tracks: Iterable[Track]) -> Text | None:
    """What is wrong with a party's files; None if nothing is."""
    for track in tracks:
        if track.state not in {"", "closed"}:
            state = state_of(track.state)
            if not track.gap_cause:
                return state
            cause = cause_of(clean(track.gap_cause, 64))
            return Text(f"{state.en}: {cause.en}", f"{state.zh}：{cause.zh}")
    return None


def _shape(axis: Axis, track: Track, middle: float, gain: float) -> str:
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


def gain_of(tracks: Iterable[Track]) -> float:
    """One gain for all parties, so that who is quiet looks quiet."""
    loudest = max((_loudest(track.wave) for track in tracks), default=0.0)
    return min(MOST_GAIN, 0.95 / loudest) if loudest > 0 else 1.0


def _loudest(wave: Wave) -> float:
    return max((max(-low, high) for low, high in wave), default=0.0)
