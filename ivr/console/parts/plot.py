"""Plots, each with its table under it: who cannot see the one reads the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from ivr.console.parts.frame import element
from ivr.console.parts.table import Column, table
from ivr.console.view import View
from ivr.core.language import Text

# Distinguishable for the colour-blind, and readable on both themes (Okabe and Ito, slightly darkened).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#b26aa0", "#b58900", "#56b4e9", "#6b7280")


def plot(
    view: View,
    title: Text,
    options: dict[str, Any],
    head: Sequence[Text],
    rows: Sequence[Sequence[str | int | float | None]],
    *,
    n: int | None = None,
    height: int = 240,
) -> Element:
    """A plot of ECharts with its figures as a table under it.

    Args:
        options: of ECharts; colours and text styles are put in.
        head: titles of the table's columns, the first of the row's name.
        rows: of the table.
        n: number of cases, told beside the title; fewer than 5 are said to be few.
        height: in pixels.
    """
    plain = {
        "color": list(COLOURS),
        "textStyle": {"fontSize": 12},
        "animation": False,
        "grid": {"left": 48, "right": 16, "top": 28, "bottom": 28, "containLabel": False},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},  # never HTML from names
    }
    with element("section", "card") as made:
        with element("h2"):
            element("span", text=view.say(title))
            if n is not None:
                element("span", "faint", text=f" n={n:,}")
        if n is not None and n < 5:
            element(
                "p", "warn", text=view.say(Text("Few cases: do not conclude from this.", "样本过少，不宜据此下结论。"))
            )
        chart = ui.echart(plain | options).classes("plot").style(f"height: {height}px")
        chart.props["role"] = "img"
        chart.props["aria-label"] = view.say(title)
        with element("details"):
            element("summary", text=view.say(Text("Table", "数据表")))
            _table(view, title, head, rows)
    return made


def _table(view: View, title: Text, head: Sequence[Text], rows: Sequence[Sequence[str | int | float | None]]) -> None:
    def cell(at: int) -> Any:
        return lambda row: _shown(row[at])

    columns: list[Column[Any]] = [Column(text, cell(at), number=at > 0) for at, text in enumerate(head)]
    table(view, columns, rows, label=title)


def _shown(value: str | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def figure(view: View, name: Text, value: str, *, formula: Text | None = None, classes: str = "") -> Element:
    """One figure with its name under it; its formula on hover and for screen readers."""
    with element("div", f"figure {classes}") as made:
        element("b", text=value)
        element("span", text=view.say(name))
        if formula is not None:
            made.props["title"] = view.say(formula)
            made.props('tabindex="0" role="group"')
            made.props["aria-label"] = f"{view.say(name)} {value}. {view.say(formula)}"
    return made


__all__ = ["COLOURS", "figure", "plot"]
