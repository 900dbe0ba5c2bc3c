"""A flow as Mermaid text, for documents that draw it themselves."""

from __future__ import annotations

from collections.abc import Sequence

from dialplan.drawing.chart import BEGIN, HUMAN, Box, Chart
from dialplan.drawing.colours import FILL, INK, LINE, WRONG

_ENTITIES = {'"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", ";": "#59;", "|": "#124;"}
_ENTITIES |= {one: f"#{ord(one)};" for one in "\\[]{}()"}


def mermaid(charts: Sequence[Chart]) -> str:
    """A flowchart, a subgraph for each flow when there are several; ends with a line feed."""
    lines = ["flowchart TD"]
    for number, chart in enumerate(charts):
        several = len(charts) > 1
        if several:
            lines.append(f'  subgraph f{number}["{_text(chart.title)}"]')
        ids = {key: f"f{number}s{place}" for place, key in enumerate(chart.boxes)}
        for key, box in chart.boxes.items():
            lines.append(f"    {ids[key]}{_shape(box)}")
        for arrow in chart.arrows:
            label = f'|"{_text(arrow.label)}"|' if arrow.label else ""
            lines.append(f"    {ids[arrow.source]} -->{label} {ids[arrow.target]}")
        if several:
            lines.append("  end")
        for key, box in chart.boxes.items():
            lines.append(f"    class {ids[key]} {'wrong' if box.problems else f'is-{box.kind}'}")
    kinds = sorted({box.kind for chart in charts for box in chart.boxes.values()})
    lines += [
        f"  classDef is-{kind} fill:{FILL.get(kind, '#ffffff')},stroke:{LINE},color:{_ink(kind)}" for kind in kinds
    ]
    if any(box.problems for chart in charts for box in chart.boxes.values()):
        lines.append(f"  classDef wrong fill:#fdecea,stroke:{WRONG},stroke-width:3px,color:{INK}")
    return "\n".join(lines) + "\n"


def _ink(kind: str) -> str:
    return "#ffffff" if kind in (BEGIN, HUMAN) else INK


def _shape(box: Box) -> str:
    if box.kind in (BEGIN, HUMAN):
        return f'(["{_text(box.words)}"])'
    lines = [f"<b>{_text(box.name)}</b>", _text(box.words), _text(box.detail), _text(" ".join(box.problems))]
    words = "<br>".join(one for one in lines if one)
    return f'{{{{"{words}"}}}}' if box.kind in ("menu", "hours", "branch", "language") else f'["{words}"]'


def _text(text: str) -> str:
    kept = "".join(char if char.isprintable() else " " for char in text)
    return "".join(_ENTITIES.get(char, char) for char in kept)


__all__ = ["mermaid"]
