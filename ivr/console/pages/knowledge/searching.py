"""The list of articles, by words, norm, queue and kind; what is opened most when nothing is asked."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlencode

from nicegui import ui

from ivr.console.knowledge.content import KINDS, STATES, Kind, State
from ivr.console.pages.trends.choosing import linked, styles
from ivr.console.parts.form import choice, text_field
from ivr.console.parts.frame import element, empty
from ivr.console.security.permissions import Permission
from ivr.console.services import knowledge
from ivr.console.services.knowledge import Brief
from ivr.console.view import View
from ivr.core.language import Text

_LENGTHS = {"q": 200, "norm": 3, "queue": 64, "kind": 16, "state": 16, "overdue": 1}


async def build(view: View) -> None:
    """Fields, and what they find."""
    styles()
    given = {name: view.query.get(name, "")[:length] for name, length in _LENGTHS.items()}
    kind: Kind | None = given["kind"] if given["kind"] in get_args(Kind) else None  # type: ignore[assignment]
    state: State | None = given["state"] if given["state"] in get_args(State) else None  # type: ignore[assignment]
    _fields(view, given)
    found = await knowledge.search(
        view.console,
        view.who,
        query=given["q"],
        norm=given["norm"],
        queue=given["queue"],
        kind=kind,
        state=state,
        overdue=bool(given["overdue"]),
    )
    if not found:
        writes = view.who.may(Permission.KNOWLEDGE_WRITE)
        hint = Text("Lay the starting ones in: ivr knowledge import", "可导入初始文章：ivr knowledge import")
        empty(view, Text("No article.", "没有文章。"), hint if writes and not any(given.values()) else None)
        return
    if not any(given.values()):
        await _frequent(view)
    _list(view, found)


def _fields(view: View, given: dict[str, str]) -> None:
    def go(**changes: str) -> None:
        values = {name: value for name, value in (given | changes).items() if value}
        ui.navigate.to("/knowledge?" + urlencode(values) if values else "/knowledge")

    with element("div", "chosen"):
        query = text_field(
            view, Text("Search", "搜索"), given["q"], kind="search", name="q", width="320px",
            hint=Text("words in any language", "任意语言的关键词"), changed=lambda value: go(q=value),
        )  # fmt: skip
        query.element.props("data-search")
        text_field(
            view, Text("Norm", "规范"), given["norm"], name="norm", most=3, width="64px",
            changed=lambda value: go(norm=value.upper()),
        )  # fmt: skip
        everything = {"": view.say(Text("All kinds", "全部类型"))}
        kinds = everything | {name: view.say(title) for name, title in KINDS.items()}
        choice(view, Text("Kind", "类型"), kinds, given["kind"], name="kind", changed=lambda value: go(kind=value))
        queues = {"": view.say(Text("All queues", "全部队列"))} | {
            name: name for name in sorted(view.console.site().queues)
        }
        choice(view, Text("Queue", "队列"), queues, given["queue"], name="queue", changed=lambda value: go(queue=value))
        if view.who.may(Permission.KNOWLEDGE_WRITE):
            states = {"": view.say(Text("All states", "全部状态"))}
            states |= {name: view.say(title) for name, title in STATES.items()}
            choice(
                view, Text("State", "状态"), states, given["state"], name="state",
                changed=lambda value: go(state=value),
            )  # fmt: skip
            late = view.say(Text("To be reviewed", "待复查"))
            linked(late, "/knowledge?overdue=1", "button", here=bool(given["overdue"]))
            linked(view.say(Text("New article", "新建文章")), "/knowledge/new", "button")


async def _frequent(view: View) -> None:
    found = await knowledge.frequent(view.console, view.who, limit=6)
    if not found:
        return
    with element("section", "card"):
        element("h2", text=view.say(Text("Asked most often", "常见问题")))
        with element("p", "row-of"):
            for one in found:
                linked(f"{one.title} · {one.opened}", f"/knowledge/a/{one.slug}", "button")


def _list(view: View, found: list[Brief]) -> None:
    with element("section", "card").props("data-ready"), element("ul", "found-list"):
        for number, one in enumerate(found):
            with element("li").props(f'data-row="{number}"'):
                linked(one.title, f"/knowledge/a/{one.slug}")
                with element("span"):
                    _tags(view, one)
                element("p", "faint", text=one.beginning).props("data-words")


def _tags(view: View, one: Brief) -> None:
    element("span", text=" ")
    for norm in one.norms:
        element("span", "tag", text=norm)
    element("span", "tag", text=one.kind_name)
    if one.state != "published":
        element("span", "tag warn", text=one.state_name)
    if one.overdue:
        element("span", "tag bad", text=view.say(Text("to be reviewed", "待复查")))
    for queue in one.queues:
        element("span", "tag", text=queue)


__all__ = ["build"]
