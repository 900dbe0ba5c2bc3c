"""A flow as SVG: one file that loads nothing, every word escaped."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from dialplan.drawing.chart import BEGIN, HUMAN, Box, Chart
from dialplan.drawing.colours import FAINT, FILL, INK, LINE, WRONG
from dialplan.drawing.layout import Key, Layout, Point, Size, lay_out

MARGIN, TITLE, BETWEEN = 24.0, 34.0, 40.0
NAME, SMALL = 13.0, 11.0  # sizes of letters
PAD, MIN_WIDTH = 14.0, 92.0
LEADING = 16.0
_QUOTES = {'"': "&quot;"}
_FONT = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei','PingFang SC','Malgun Gothic',Arial,sans-serif"


def svg(charts: Sequence[Chart]) -> str:
    """The charts one below another; ends with a line feed.

    Raises:
        TooLargeError: if a chart has too many long arrows to be drawn.
    """
    parts: list[str] = []
    top, width = MARGIN, 0.0
    for chart in charts:
        drawn, size = _chart(chart)
        parts.append(f'<g transform="translate({MARGIN:g},{top:g})">{drawn}</g>')
        width, top = max(width, size[0]), top + size[1] + BETWEEN
    height = top - BETWEEN + MARGIN
    width += 2 * MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{_FONT}">\n<defs>{_head("tip", LINE)}{_head("up", FAINT)}'
        f'</defs>\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
    )
    return head + "\n".join(parts) + "\n</svg>\n"


def _head(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto" '
        f'markerUnits="userSpaceOnUse"><path d="M0 0.5 8 4 0 7.5z" fill="{colour}"/></marker>'
    )


def _chart(chart: Chart) -> tuple[str, Size]:
    sizes: dict[Key, Size] = {key: _size(box) for key, box in chart.boxes.items()}
    loops = [arrow for arrow in chart.arrows if arrow.source == arrow.target]
    arrows = [arrow for arrow in chart.arrows if arrow.source != arrow.target]
    words: list[Size | None] = [(_wide(one.label, SMALL) + 8, LEADING) if one.label else None for one in arrows]
    laid = lay_out(sizes, [(one.source, one.target, size) for one, size in zip(arrows, words, strict=True)])
    title_width = _wide(chart.title, 16)
    parts = [_text(0, 16, [(chart.title, 16.0, INK, True)], anchor="start"), f'<g transform="translate(0,{TITLE:g})">']
    parts += _lines(laid)
    parts += [_box(box, laid.centres[key], sizes[key]) for key, box in chart.boxes.items()]
    room = 0.0
    for loop in loops:
        drawn, right = _loop(laid.centres[loop.source], sizes[loop.source], loop.label)
        parts.append(drawn)
        room = max(room, right - laid.width)
    parts += [_label(one.label, line.label) for one, line in zip(arrows, laid.lines, strict=True) if line.label]
    parts.append("</g>")
    return "\n".join(parts), (max(laid.width + room, title_width), laid.height + TITLE)


def _lines(laid: Layout) -> Iterator[str]:
    for line in laid.lines:
        colour, tip = (FAINT, "up") if line.back else (LINE, "tip")
        dashes = ' stroke-dasharray="5 4"' if line.back else ""
        yield (
            f'<path d="{_curve(line.points)}" fill="none" stroke="{colour}" stroke-width="1.3"{dashes} '
            f'marker-end="url(#{tip})"/>'
        )


def _curve(points: Sequence[Point]) -> str:
    """A curve through the points that leaves and comes vertically."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in itertools.pairwise(points):
        half = (y + to_y) / 2
        path += f"C{x:.1f} {half:.1f} {to_x:.1f} {half:.1f} {to_x:.1f} {to_y:.1f}"
    return path


def _loop(centre: Point, size: Size, label: str) -> tuple[str, float]:
    """An arrow from a box to itself, at its right side."""
    x, y = centre[0] + size[0] / 2, centre[1]
    path = f"M{x:.1f} {y - 9:.1f}c26 -8 26 26 0 18"
    line = f'<path d="{path}" fill="none" stroke="{FAINT}" stroke-width="1.3" marker-end="url(#up)"/>'
    wide = _wide(label, SMALL)
    return line + (_label(label, (x + 26 + wide / 2, y)) if label else ""), x + 32 + wide


def _label(text: str, at: Point) -> str:
    wide = _wide(text, SMALL) + 6
    back = (
        f'<rect x="{at[0] - wide / 2:.1f}" y="{at[1] - 8:.1f}" width="{wide:.1f}" height="16" rx="3" fill="#ffffff"/>'
    )
    return back + _text(at[0], at[1] + 4, [(text, SMALL, INK, False)])


def _rows(box: Box) -> list[tuple[str, float, str, bool]]:
    """The lines in a box: words, size, colour, bold."""
    if box.kind in (BEGIN, HUMAN):
        return [(box.words, NAME, "#ffffff", True)]
    rows = [(box.name, NAME, INK, True), (box.words, SMALL, LINE, False)]
    if box.detail:
        rows.append((box.detail, SMALL, INK, False))
    if box.problems:
        rows.append(("⚠ " + " ".join(box.problems), SMALL, WRONG, True))
    return rows


def _size(box: Box) -> Size:
    rows = _rows(box)
    return max(MIN_WIDTH, *(_wide(text, size, bold=bold) + 2 * PAD for text, size, _, bold in rows)), (
        LEADING * len(rows) + 14
    )


def _box(box: Box, centre: Point, size: Size) -> str:
    (x, y), (width, height) = centre, size
    wrong = bool(box.problems)
    round_ = height / 2 if box.kind in (BEGIN, HUMAN) else 7
    dashes = ' stroke-dasharray="6 4"' if box.unreachable else ""
    rect = (
        f'<rect x="{x - width / 2:.1f}" y="{y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="{round_:g}" fill="{FILL.get(box.kind, "#ffffff")}" stroke="{WRONG if wrong else LINE}" '
        f'stroke-width="{2.5 if wrong else 1.1}"{dashes}/>'
    )
    title = escape(_plain(" ".join(one for one in (box.name, box.words, box.detail, *box.problems) if one)))
    rows = _rows(box)
    named = f' data-step="{escape(_plain(box.name), _QUOTES)}"' if box.name else ""
    words = _text(x, y - LEADING * len(rows) / 2 + 12, rows)
    return f'<g class="box is-{box.kind}"{named}><title>{title}</title>{rect}{words}</g>'


def _text(x: float, y: float, rows: Iterable[tuple[str, float, str, bool]], *, anchor: str = "middle") -> str:
    found = []
    for index, (text, size, colour, bold) in enumerate(rows):
        weight = ' font-weight="600"' if bold else ""
        found.append(
            f'<text x="{x:.1f}" y="{y + index * LEADING:.1f}" font-size="{size:g}" fill="{colour}"{weight} '
            f'text-anchor="{anchor}">{escape(_plain(text))}</text>'
        )
    return "".join(found)


def _plain(text: str) -> str:
    """Printable characters only: others are none that XML may hold."""
    return "".join(char if char.isprintable() else " " for char in text)


def _wide(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide the words are, in pixels."""
    ems = sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56 for char in text)
    return ems * size * (1.06 if bold else 1.0)


__all__ = ["svg"]
