"""Rows of a page: plain HTML tables, dense, the same everywhere; tests and benchmarks wait for ``data-row``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ivr.console.parts.frame import element, empty
from ivr.console.parts.still import fill, still
from ivr.console.view import View
from ivr.core.language import Text

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column.

    Args:
        title: over it.
        cell: what stands in a row: a text, or it puts elements there itself and gives None.
        number: aligned to the right.
        hint: told on hover over the title, e.g. a formula.
        classes: of each cell, from its row.
    """

    title: Text
    cell: Callable[[Row], str | None]
    number: bool = False
    hint: Text | None = None
    classes: Callable[[Row], str] | None = None


def table(
    view: View,
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    *,
    label: Text,
    href: Callable[[Row], str] | None = None,
    nothing: Text | None = None,
) -> None:
    """A table of ``rows``, or that there are none; once drawn it does not change (:mod:`ivr.console.parts.still`).

    Args:
        label: what the table holds, for screen readers.
        href: where a row leads: by a click, or by Enter while it has the focus (arrows and j, k move).
        nothing: told instead when there are none.
    """
    rows = list(rows)
    if not rows:
        empty(view, nothing or Text("Nothing here.", "暂无数据。"))
        return
    with (
        still("div", "rows-around").props('data-ready tabindex="0" role="region"') as around,
        element("table", "rows") as made,
    ):
        around.props["aria-label"] = view.say(label)  # a keyboard scrolls it
        made.props["aria-label"] = view.say(label)
        with element("thead"), element("tr"):
            for column in columns:
                head = element("th", "num" if column.number else "", text=view.say(column.title) or " ")
                head.props["scope"] = "col"
                if column.hint is not None:
                    head.props["title"] = view.say(column.hint)
        with element("tbody"):
            for number, row in enumerate(rows):
                with element("tr") as line:
                    line.props["data-row"] = str(number)
                    if href is not None:
                        line.props["data-href"] = href(row)
                        line.props["tabindex"] = "0"
                    for column in columns:
                        _cell(column, row)


def _cell(column: Column[Row], row: Row) -> None:
    classes = " ".join(filter(None, ("num" if column.number else "", column.classes(row) if column.classes else "")))
    with element("td", classes):
        fill(column.cell(row) or "")


def pager(view: View, *, before: str | None, after: str | None) -> None:
    """Links to the page before and after; None where there is none."""
    with element("nav", "pager") as made:
        made.props["aria-label"] = view.say(Text("Pages of the list", "列表翻页"))
        for target, text, rel in (
            (before, Text("← Newer", "← 较新"), "prev"),
            (after, Text("Older →", "较旧 →"), "next"),
        ):
            if target is not None:
                link = element("a", "button", text=view.say(text)).props(f'rel="{rel}"')
                link.props["href"] = target


__all__ = ["Column", "pager", "table"]
