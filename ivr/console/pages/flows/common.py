"""What the pages of flows share."""

from __future__ import annotations

from collections.abc import Iterable

from nicegui import ui

from ivr.console.parts.frame import element
from ivr.console.parts.table import Column, table
from ivr.console.services.flows.models import ChangeTold, ProblemTold
from ivr.console.view import View
from ivr.core.language import Text

_TABS = (
    ("/flows", Text("Drawing and simulator", "流程图与模拟")),
    ("/flows/checks", Text("Checks and scenarios", "检查与场景")),
    ("/flows/versions", Text("Versions", "版本")),
)


def tabs(view: View, here: str) -> None:
    """Links to the pages of flows, and their style."""
    ui.add_head_html('<link rel="stylesheet" href="/static/flows.css">')
    with element("nav", "tabs").props(f'aria-label="{view.say(Text("Flows", "流程"))}"'):
        for path, title in _TABS:
            link = element("a", text=view.say(title)).props(f'href="{path}"')
            if path == here:
                link.props('aria-current="page"')


def problem_table(view: View, problems: Iterable[ProblemTold], *, nothing: Text) -> None:
    """Problems with where they are and how they are mended."""
    columns: list[Column[ProblemTold]] = [
        Column(Text("Where", "位置"), lambda one: one.where),
        Column(Text("Code", "代码"), lambda one: one.code, classes=_colour),
        Column(Text("What is wrong", "问题"), lambda one: one.text),
        Column(Text("How to mend it", "解决办法"), lambda one: one.cure),
    ]
    table(view, columns, problems, label=Text("Problems", "问题"), nothing=nothing)


def change_list(view: View, changes: Iterable[ChangeTold]) -> None:
    """What differs, under headings."""
    listed = list(changes)
    with element("div", "changes").props("data-changes tabindex=0 role=group") as around:
        around.props["aria-label"] = view.say(Text("Differences", "差异"))
        if not listed:
            element("p", "faint", text=view.say(Text("Both do the same.", "两者一致。")))
        for heading in dict.fromkeys(one.heading for one in listed):
            element("h3", text=heading)
            with element("ul"):
                for one in listed:
                    if one.heading == heading:
                        element("li", text=one.text)


def _colour(one: ProblemTold) -> str:
    return "bad" if one.severity == "error" else "warn"


__all__ = ["change_list", "problem_table", "tabs"]
