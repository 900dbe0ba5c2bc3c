"""Work orders: the list, overdue ones first, and one of them with its history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import get_args

from ivr.console.page import Page
from ivr.console.parts.case import acts, case, facts, history, tabs
from ivr.console.parts.frame import button, element
from ivr.console.parts.still import still
from ivr.console.parts.table import Column, pager, table
from ivr.console.parts.work import (
    REASON,
    Asked,
    Section,
    ask,
    due,
    named,
    number_of,
    styles,
    when,
    words,
)
from ivr.console.security.permissions import Permission
from ivr.console.services import work_orders
from ivr.console.services.casework import due_of
from ivr.console.services.work_orders import Which, WorkOrderView
from ivr.console.view import View
from ivr.core.language import Text
from recording.casework.states import ORDER

TITLE = Text("Work orders", "工单")
WHICH: dict[str, Text] = {
    "open": Text("To be done", "待办"),
    "mine": Text("Mine", "我的"),
    "over": Text("Over", "已结束"),
    "all": Text("All", "全部"),
}
DUE = Asked("due", Text("Due on", "期限"), "date")
WHY = Asked("reason", REASON)


async def build(view: View) -> None:
    """The list."""
    styles()
    chosen = view.query.get("which", "open")
    which: Which = chosen if chosen in get_args(Which) else "open"  # type: ignore[assignment]
    found = await work_orders.list_orders(view.console, view.who, which=which, after=view.query.get("after", ""))
    with element("div", "row-of"):
        button(view.say(Text("New work order", "新建工单")), view.does(lambda: _new(view)), main=True).props(
            'data-do="new-order"'
        )
    tabs(view, "/work-orders", WHICH, which)
    columns = [
        Column[WorkOrderView](Text("No.", "编号"), lambda one: str(one.id), number=True),
        Column[WorkOrderView](Text("Title", "标题"), lambda one: one.title),
        Column[WorkOrderView](Text("Owner", "负责人"), lambda one: one.owner),
        Column[WorkOrderView](Text("State", "状态"), lambda one: one.state_name),
        Column[WorkOrderView](Text("Due", "期限"), lambda one: _due(view, one)),
        Column[WorkOrderView](Text("Call", "通话"), lambda one: "" if one.call is None else str(one.call), number=True),
        Column[WorkOrderView](Text("Opened by", "建立人"), lambda one: one.opened_by),
        Column[WorkOrderView](
            Text("Opened", "建立时间"), lambda one: view.at(one.opened_at, "%Y-%m-%d %H:%M"), classes=when
        ),
    ]
    table(
        view,
        columns,
        found.orders,
        label=TITLE,
        href=lambda one: f"/work-orders/{one.id}",
        nothing=Text("No work orders.", "没有工单。"),
    )
    pager(view, before=None, after=f"/work-orders?which={which}&after={found.next}" if found.next else None)


async def build_one(view: View) -> None:
    """One work order."""
    styles()
    number = number_of(view, "order")

    async def draw(section: Section) -> None:
        found = await work_orders.show(view.console, view.who, number)
        with still("div", "card").props("data-ready"):
            with element("div", "todo-head"):
                element("h2", text=f"{found.id} · {found.title}").props("data-words")
                element("span", "tag", text=found.state_name).props('data-part="state"')
            rows: list[tuple[Text, str | Callable[[], None]]] = [
                (Text("Due", "期限"), lambda: _due(view, found)),
                (Text("Owner", "负责人"), found.owner),
                (Text("Opened", "建立"), f"{found.opened_by}, {view.at(found.opened_at, '%Y-%m-%d %H:%M')}"),
                (Text("Closed", "结束"), view.at(found.closed_at, "%Y-%m-%d %H:%M")),
            ]
            facts(view, rows, found.call)
            if found.text:
                words(found.text)
            if found.result:
                element("h3", text=view.say(Text("Result", "结果")))
                words(found.result)
            acts(section, "order", ORDER.actions, found.actions, partial(_doing, view, found), {"finish"})
        history(view, found.steps)

    # Who hands on what he does not lead sees it no more.
    await case(view, "order", draw, Text("This work order is not yours.", "该工单不属于您。"))


async def new_order(view: View, *, call: int | None = None, title: str = "") -> WorkOrderView | None:
    """Ask for a new work order and open it; None if it was given up."""
    owners = await work_orders.owners(view.console, view.who)
    given = await ask(
        view,
        Text("New work order", "新建工单"),
        Text("Open it", "建立"),
        Asked("title", Text("Title", "标题"), "text", title),
        Asked("text", Text("What is to be done", "内容"), needed=False),
        Asked(
            "owner",
            Text("Owner", "负责人"),
            "choice",
            view.who.login,
            options={login: f"{name} ({login})" if name != login else login for login, name in owners.items()},
        ),
        DUE,
    )
    if given is None:
        return None
    return await work_orders.open_order(
        view.console,
        view.who,
        given["title"],
        owner=given["owner"],
        due_at=due_of(given["due"], view.console.zone),
        text=given["text"],
        call=call,
    )


async def _new(view: View) -> None:
    from nicegui import ui

    made = await new_order(view)
    if made is not None:
        ui.navigate.to(f"/work-orders/{made.id}")


def _due(view: View, one: WorkOrderView) -> None:
    if one.closed_at is None:
        due(view, one.due_at, overdue=one.overdue)
    else:
        element("span", "faint", text=view.at(one.due_at, "%m-%d %H:%M"))


def _doing(view: View, one: WorkOrderView, action: str) -> Callable[[], Awaitable[object]]:
    console, who, zone = view.console, view.who, view.console.zone
    title = named(ORDER.actions[action])
    written: dict[str, tuple[Text, Callable[[str], Awaitable[object]]]] = {
        "note": (Text("Note", "说明"), lambda text: work_orders.add_note(console, who, one.id, text)),
        "finish": (Text("What was done", "处理结果"), lambda text: work_orders.finish(console, who, one.id, text)),
        "cancel": (REASON, lambda text: work_orders.cancel(console, who, one.id, text)),
    }

    async def run() -> object:
        if action == "begin":
            return await work_orders.begin(console, who, one.id)
        if action in written:
            label, work = written[action]
            given = await ask(view, title, title, Asked("text", label))
            return False if given is None else await work(given["text"])
        if action == "hand_on":
            owners = await work_orders.owners(console, who)
            given = await ask(
                view,
                title,
                title,
                Asked("owner", Text("Owner", "负责人"), "choice", one.owner, options=owners),
                Asked("text", Text("Note", "说明"), needed=False),
            )
            return (
                False
                if given is None
                else await work_orders.hand_on(console, who, one.id, given["owner"], given["text"])
            )
        given = await ask(view, title, title, DUE, WHY)
        if given is None:
            return False
        change = work_orders.postpone if action == "postpone" else work_orders.reopen
        return await change(console, who, one.id, due_of(given["due"], zone), given["reason"])

    return run


PAGES = [
    Page("/work-orders", TITLE, build, (Permission.WORK,), icon="assignment", key="o"),
    Page("/work-orders/{order:int}", Text("Work order", "工单"), build_one, (Permission.WORK,)),
]

__all__ = ["PAGES", "new_order"]
