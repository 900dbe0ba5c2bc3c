"""Figures as text, and axes of plots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ivr.console.services.trends.quality import MeanTold, ShareTold
from ivr.console.services.trends.traffic import FigureTold
from ivr.console.view import View
from ivr.core.language import Text

NOTHING = "–"
FEW = 5
# Readable on light and on dark paper.
INK = "#7c8796"
LINE = "rgba(128,136,150,.3)"
FEW_TEXT = Text("fewer than 5 cases", "少于 5 例")


def value(one: FigureTold) -> str:
    """``93.4 %``; a dash where there is none."""
    return NOTHING if one.value is None else f"{one.value:.1f} {one.unit}"


def agent_title(view: View, name: str) -> str:
    """An agent as people call him; any other name as it is."""
    known = view.console.site().agents.get(name)
    return name if known is None else f"{known.name} · {name}"


def share(one: ShareTold | None) -> str:
    """``29.8 % (24.3–36.1)``."""
    if one is None:
        return NOTHING
    return f"{100 * one.value:.1f} % ({100 * one.low:.1f}–{100 * one.high:.1f})"


def mean(one: MeanTold) -> str:
    """``84.7 (81.0–88.3)``."""
    if one.value is None:
        return NOTHING
    text = f"{one.value:.1f}"
    return text if one.low is None or one.high is None else f"{text} ({one.low:.1f}–{one.high:.1f})"


def few(counts: int) -> str:
    """A class for what rests on few cases."""
    return "faint" if counts < FEW else ""


def rounded(value: float | None, digits: int = 1) -> float | None:
    """For a plot: None is a gap."""
    return None if value is None else round(value, digits)


def categories(names: Sequence[str], **more: Any) -> dict[str, Any]:
    """The axis of names."""
    label = {"color": INK} | more.pop("axisLabel", {})
    line = {"lineStyle": {"color": LINE}}
    axis = {"type": "category", "data": list(names), "axisTick": {"show": False}, "axisLine": line}
    return axis | {"axisLabel": label, "nameTextStyle": {"color": INK}} | more


def numbers(**more: Any) -> dict[str, Any]:
    """The axis of numbers."""
    label = {"color": INK} | more.pop("axisLabel", {})
    return {"type": "value", "splitLine": {"lineStyle": {"color": LINE}}, "axisLabel": label} | more


def per_cent() -> dict[str, Any]:
    """The axis of per cent."""
    return numbers(min=0, max=100, interval=25)


def legend() -> dict[str, Any]:
    """Which colour is what, over the plot."""
    return {"top": 0, "textStyle": {"color": INK}}


def bars_with_ends(lows: Sequence[float | None], highs: Sequence[float | None]) -> list[dict[str, Any]]:
    """Intervals as lines beside bars: two thin scatter marks an entry, for plots that know no error bars."""
    look = {"itemStyle": {"color": INK}, "symbol": "rect", "symbolSize": [10, 2]}
    mark = {"type": "scatter", "silent": True, "z": 5, "tooltip": {"show": False}} | look
    return [mark | {"data": list(lows)}, mark | {"data": list(highs)}]


__all__ = [
    "FEW",
    "FEW_TEXT",
    "NOTHING",
    "agent_title",
    "bars_with_ends",
    "categories",
    "few",
    "legend",
    "mean",
    "numbers",
    "per_cent",
    "rounded",
    "share",
    "value",
]
