"""Bars and lines of block characters for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text as Line

from ivr.core.language import Text

BARS_FROM = 100  # columns of the terminal
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
GAP = "·"


def bar(value: float | None, most: float, width: int = 10) -> str:
    """A bar of ``width`` characters for 0..``most``; a dot where there is no value."""
    if value is None:
        return GAP.ljust(width)
    if most <= 0:
        return " " * width
    eighths = round(8 * width * min(1.0, max(0.0, value / most)))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def sparkline(values: Sequence[float | None], *, low: float | None = None, high: float | None = None) -> str:
    """One character a value, from ``low`` to ``high`` (those of the values if not given); dots where there is none."""
    known = [one for one in values if one is not None]
    if not known:
        return GAP * len(values)
    floor = min(known) if low is None else low
    span = (max(known) if high is None else high) - floor

    def level(value: float | None) -> str:
        if value is None:
            return GAP
        place = round((value - floor) / span * (len(_LEVELS) - 1)) if span > 0 else 0
        return _LEVELS[min(len(_LEVELS) - 1, max(0, place))]

    return "".join(map(level, values))


def named(name: Text, drawn: str) -> Line:
    """A sparkline with what it shows before it."""
    return Line(f"{name}  ").append(drawn, style="cyan")
