"""Pictures of a quality report as plain shapes; the template only writes them down. Lengths are about pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.drawing import shortened
from ivr.reports.quality.model import Group, ItemRow, Point
from recording.review.intervals import Share

WIDTH = 660.0
ROW = 26.0
NAME_W = 190.0
_NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; ``strength`` is its opacity, 0..1."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: Text = _NOTHING
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    kind: str
    points: tuple[tuple[float, float], ...]
    title: Text = _NOTHING


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of measurement."""

    kind: str
    x: float
    y: float
    title: Text


@dataclass(frozen=True, slots=True)
class Word:
    """A text; ``anchor`` is start, middle or end."""

    kind: str
    x: float
    y: float
    text: Text
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture, drawn in this order: rectangles, strokes, dots, words."""

    width: float
    height: float
    summary: Text
    rects: tuple[Rect, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    dots: tuple[Dot, ...] = ()
    words: tuple[Word, ...] = ()


def trend(points: Sequence[Point], *, months: bool) -> Plot:
    """Mean final score over time, 0..100, with intervals; breaks where nothing was judged."""
    left, right, top, bottom = 34.0, WIDTH - 10, 10.0, 180.0
    known = [one for one in points if one.final.value is not None]
    floor = _floor([one.final.low if one.final.low is not None else one.final.value or 0.0 for one in known])

    def x(index: int) -> float:
        return left + (right - left) * (index + 0.5) / max(1, len(points))

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - floor) / (100.0 - floor)

    strokes = [Stroke("grid", ((left, y(value)), (right, y(value)))) for value in _grid(floor)]
    words = [Word("axis", left - 5, y(value) + 4, _same(f"{value:.0f}"), "end") for value in _grid(floor)]
    dots: list[Dot] = []
    run: list[tuple[float, float]] = []
    every = max(1, len(points) // 10)
    for index, one in enumerate(points):
        if months or index % every == 0:
            words.append(
                Word("axis", x(index), bottom + 16, _same(f"{one.day:%Y-%m}" if months else f"{one.day:%d}"), "middle")
            )
        if one.final.value is None:
            strokes += [Stroke("line", tuple(run))] if len(run) > 1 else []
            run = []
            continue
        at = (x(index), y(one.final.value))
        run.append(at)
        if one.final.low is not None and one.final.high is not None:
            strokes.append(Stroke("whisker", ((at[0], y(one.final.low)), (at[0], y(one.final.high)))))
        day = f"{one.day:%Y-%m}" if months else f"{one.day:%Y-%m-%d}"
        n = one.final.n
        dots.append(
            Dot(
                "final",
                *at,
                Text(f"{day}: {one.final.value:.1f} % of {n} cards", f"{day}：{one.final.value:.1f}%，{n} 份"),
            )
        )
    strokes += [Stroke("line", tuple(run))] if len(run) > 1 else []
    return Plot(
        WIDTH,
        bottom + 24,
        Text("Mean final score over time", "最终得分走势"),
        (),
        tuple(strokes),
        tuple(dots),
        tuple(words),
    )


def groups(found: Sequence[Group]) -> Plot:
    """Mean final scores side by side, with intervals."""
    left, right = NAME_W, WIDTH - 60
    rects: list[Rect] = []
    strokes: list[Stroke] = []
    words: list[Word] = []
    for index, one in enumerate(found):
        top = 6 + index * ROW
        words.append(Word("name", left - 8, top + 16, _same(shortened(clean(one.name, 64) or "—", NAME_W - 14)), "end"))
        rects.append(Rect("track", left, top + 5, right - left, 14))
        if one.final.value is None:
            words.append(Word("axis", left + 6, top + 16, Text("not measured", "未测量")))
            continue
        width = (right - left) * one.final.value / 100
        title = Text(f"{one.final.value:.1f} % of {one.final.n} cards", f"{one.final.value:.1f}%，{one.final.n} 份")
        rects.append(Rect("bar", left, top + 5, width, 14, title))
        if one.final.low is not None and one.final.high is not None:
            ends = [(left + (right - left) * value / 100, top + 12) for value in (one.final.low, one.final.high)]
            strokes.append(Stroke("whisker over", tuple(ends)))
        words.append(Word("value", right + 8, top + 16, _same(f"{one.final.value:.1f}")))
    return Plot(
        WIDTH,
        12 + len(found) * ROW,
        Text("Mean final score", "平均最终得分"),
        tuple(rects),
        tuple(strokes),
        (),
        tuple(words),
    )


def rates(items: Sequence[ItemRow]) -> Plot:
    """Violation rates: as the machine reported them, and corrected where they could be."""
    shown = [one for one in items if one.rate.raw is not None]
    left, right = NAME_W, WIDTH - 60
    most = max([0.1, *(_highest(one) for one in shown)])
    scale = (right - left) / most
    strokes: list[Stroke] = []
    dots: list[Dot] = []
    words: list[Word] = []
    bottom = 8 + len(shown) * ROW
    step = next((one for one in (0.02, 0.05, 0.1, 0.2, 0.25) if most / one <= 6), 0.25)
    for count in range(int(most / step + 1e-9) + 1):
        at = left + count * step * scale
        strokes.append(Stroke("grid", ((at, 4), (at, bottom))))
        words.append(Word("axis", at, bottom + 14, _same(f"{100 * count * step:.0f} %"), "middle"))
    for index, one in enumerate(shown):
        top = 6 + index * ROW
        name = Text(shortened(clean(one.title.en, 90), NAME_W - 14), shortened(clean(one.title.zh, 90), NAME_W - 14))
        words.append(Word("name", left - 8, top + 16, name, "end"))
        raw = one.rate.raw
        assert raw is not None
        strokes.append(Stroke("whisker", ((left + raw.low * scale, top + 9), (left + raw.high * scale, top + 9))))
        dots.append(Dot("raw", left + raw.value * scale, top + 9, _told(raw)))
        fixed = one.rate.corrected
        if fixed is not None:
            ends = (left + fixed.low * scale, top + 18), (left + fixed.high * scale, top + 18)
            strokes.append(Stroke("whisker corrected", ends))
            title = Text(
                f"corrected {100 * fixed.value:.1f} % ({100 * fixed.low:.1f}–{100 * fixed.high:.1f})",
                f"校正后 {100 * fixed.value:.1f}%（{100 * fixed.low:.1f}–{100 * fixed.high:.1f}）",
            )
            dots.append(Dot("corrected", left + fixed.value * scale, top + 18, title))
    return Plot(
        WIDTH,
        bottom + 22,
        Text("Violation rates by item", "各项目违规率"),
        (),
        tuple(strokes),
        tuple(dots),
        tuple(words),
    )


def heat(items: Sequence[ItemRow], agents: Sequence[str]) -> Plot:
    """Final failures by item and agent."""
    shown = [one for one in items if one.by_agent]
    left, top = NAME_W, 26.0
    width = min(110.0, (WIDTH * 2 - left - 10) / max(1, len(agents)))
    rects, words = [], []
    for column, agent in enumerate(agents):
        words.append(
            Word("axis", left + (column + 0.5) * width, 16, _same(shortened(clean(agent, 64), width - 6)), "middle")
        )
    for row, one in enumerate(shown):
        y = top + row * ROW
        name = Text(shortened(clean(one.title.en, 90), NAME_W - 14), shortened(clean(one.title.zh, 90), NAME_W - 14))
        words.append(Word("name", left - 8, y + 17, name, "end"))
        for column, agent in enumerate(agents):
            share = one.by_agent.get(agent)
            x = left + column * width
            rects.append(Rect("track", x + 1, y + 1, width - 2, ROW - 2))
            if share is None:
                continue
            rects.append(
                Rect("heat", x + 1, y + 1, width - 2, ROW - 2, _told(share), round(min(1.0, share.value * 1.4), 3))
            )
            words.append(Word("cell", x + width / 2, y + 17, _same(f"{100 * share.value:.0f} %"), "middle"))
    return Plot(
        max(WIDTH, left + width * len(agents) + 10),
        top + len(shown) * ROW + 6,
        Text("Final failures by item and agent", "各坐席各项目不合格率"),
        tuple(rects),
        (),
        (),
        tuple(words),
    )


def _told(share: Share) -> Text:
    text = f"{share.count} / {share.of} = {100 * share.value:.1f} % ({100 * share.low:.1f}–{100 * share.high:.1f})"
    return Text(text, text)


def _highest(one: ItemRow) -> float:
    fixed = one.rate.corrected
    return max(one.rate.raw.high if one.rate.raw else 0.0, fixed.high if fixed else 0.0)


def _floor(lows: Sequence[float]) -> float:
    """Where the axis of scores begins: 0, or a multiple of 20 under the lowest, at most 60."""
    return min(60.0, 20.0 * int(max(0.0, min(lows, default=0.0)) // 20))


def _grid(floor: float) -> list[float]:
    step = 10.0 if floor >= 60 else 20.0
    return [floor + step * count for count in range(int((100 - floor) / step) + 1)]


def _same(text: str) -> Text:
    return Text(text, text)
