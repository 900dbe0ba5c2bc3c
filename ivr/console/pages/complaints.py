"""Complaints: the list with the 48 h clock, overdue ones first, and one of them with its history."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import get_args

from nicegui import ui

from ivr.console.page import Page
from ivr.console.parts.case import acts, case, facts, history, tabs
from ivr.console.parts.frame import button, element
from ivr.console.parts.still import still
from ivr.console.parts.table import Column, pager, table
from ivr.console.parts.work import REASON, Asked, Section, ask, due, named, number_of, styles, words
from ivr.console.security.permissions import Permission
from ivr.console.services import complaints, work_orders
from ivr.console.services.complaints import ComplaintView, Which
from ivr.console.view import View
from ivr.core.language import Text
from recording.casework.states import CAUSES, COMPLAINT

TITLE = Text("Complaints", "投诉")
WHICH: dict[str, Text] = {
    "owed": Text("Answer owed", "待答复"),
    "follow_up": Text("To follow up", "待回访"),
    "feed_back": Text("To feed back", "待反馈"),
    "mine": Text("Mine", "我的"),
    "over": Text("Over", "已结束"),
    "all": Text("All", "全部"),
}
CLOCK = Text(
    "a written answer is due 48 h after the registration, and after a caller was not content (F3)",
    "登记后、以及来电者不满意后 48 小时内须书面答复（F3）",
)


async def build(view: View) -> None:
    """The list."""
    styles()
    chosen = view.query.get("which", "owed")
    which: Which = chosen if chosen in get_args(Which) else "owed"  # type: ignore[assignment]
    found = await complaints.list_complaints(view.console, view.who, which=which, after=view.query.get("after", ""))
    with element("div", "row-of"):
        button(view.say(Text("Register a complaint", "登记投诉")), view.does(lambda: _new(view)), main=True).props(
            'data-do="new-complaint"'
        )
    tabs(view, "/complaints", WHICH, which)
    columns = [
        Column[ComplaintView](Text("No.", "编号"), lambda one: str(one.id), number=True),
        Column[ComplaintView](Text("Complaint", "内容"), lambda one: _short(one.text)),
        Column[ComplaintView](Text("Agent", "坐席"), lambda one: one.agent),
        Column[ComplaintView](Text("State", "状态"), lambda one: one.state_name),
        Column[ComplaintView](Text("Answer due", "答复期限"), lambda one: _clock(view, one), hint=CLOCK),
        Column[ComplaintView](Text("Dealt with by", "负责人"), lambda one: one.owner),
        Column[ComplaintView](Text("Cause", "原因"), lambda one: one.cause_name),
        Column[ComplaintView](Text("Registered", "登记时间"), lambda one: view.at(one.registered_at, "%Y-%m-%d %H:%M")),
    ]
    table(
        view,
        columns,
        found.complaints,
        label=TITLE,
        href=lambda one: f"/complaints/{one.id}",
        nothing=Text("No complaints.", "没有投诉。"),
    )
    pager(view, before=None, after=f"/complaints?which={which}&after={found.next}" if found.next else None)


async def build_one(view: View) -> None:
    """One complaint."""
    styles()
    number = number_of(view, "complaint")

    async def draw(section: Section) -> None:
        found = await complaints.show(view.console, view.who, number)
        with still("div", "card").props("data-ready"):
            with element("div", "todo-head"):
                element("h2", text=view.say(Text(f"Complaint {found.id}", f"投诉 {found.id}")))
                element("span", "tag", text=found.state_name).props('data-part="state"')
                _clock(view, found)
                if found.in_time is not None:
                    said = Text("first answer within 48 h", "首次答复未超 48 小时")
                    late = Text("first answer later than 48 h", "首次答复超过 48 小时")
                    element(
                        "span",
                        "tag good" if found.in_time else "tag bad",
                        text=view.say(said if found.in_time else late),
                    )
            words(found.text)
            facts(view, _facts(view, found), found.call)
            for title, text in (
                (Text("The agent's account", "坐席书面说明"), found.account),
                (Text("Findings", "调查情况"), found.findings),
                (Text("Answer", "书面答复"), found.answer),
                (Text("Fed back", "反馈改进"), f"{found.feedback_to}: {found.feedback}" if found.feedback else ""),
            ):
                if text:
                    element("h3", text=view.say(title))
                    words(text)
            doing = partial(_doing, view, found)
            acts(section, "complaint", COMPLAINT.actions, found.actions, doing, {"answer", "account", "content"})
        history(view, found.steps)

    await case(view, "complaint", draw, Text("There is no such complaint for you.", "没有您可查看的该投诉。"))


async def new_complaint(view: View, *, call: int | None = None, agents: tuple[str, ...] = ()) -> ComplaintView | None:
    """Ask for a new complaint and register it; None if it was given up."""
    fields = [Asked("text", Text("What is complained of", "投诉内容"))]
    if agents:
        nobody = view.say(Text("nobody", "不针对坐席"))
        options = {"": nobody, **{one: one for one in agents}}
        fields.append(
            Asked("agent", Text("Agent complained of", "被投诉坐席"), "choice", options=options, needed=False)
        )
    fields.append(Asked("contact", Text("Where the written answer goes", "书面答复送达方式"), "text", needed=False))
    given = await ask(view, Text("Register a complaint", "登记投诉"), Text("Register", "登记"), *fields, told=CLOCK)
    if given is None:
        return None
    return await complaints.register(
        view.console, view.who, given["text"], call=call, agent=given.get("agent", ""), contact=given["contact"]
    )


async def _new(view: View) -> None:
    made = await new_complaint(view)
    if made is not None:
        ui.navigate.to(f"/complaints/{made.id}")


def _facts(view: View, found: ComplaintView) -> list[tuple[Text, str | Callable[[], None]]]:
    return [
        (Text("Agent", "坐席"), found.agent),
        (
            Text("Registered", "登记"),
            f"{found.registered_by}, {view.at(found.registered_at, '%Y-%m-%d %H:%M')}",
        ),
        (Text("Dealt with by", "负责人"), found.owner),
        (Text("Answer goes to", "答复送达"), found.contact),
        (Text("Cause", "原因"), found.cause_name),
        (
            Text("Answered", "答复"),
            f"{found.answered_by}, {view.at(found.answered_at, '%Y-%m-%d %H:%M')}" if found.answered_at else "",
        ),
        (Text("Closed", "结案"), view.at(found.closed_at, "%Y-%m-%d %H:%M")),
    ]


def _clock(view: View, one: ComplaintView) -> None:
    if one.hours_left is not None:
        due(view, one.due_at, overdue=one.overdue)
    elif one.in_time is not None:
        element("span", "faint", text=view.say(Text("answered", "已答复")))


def _doing(view: View, one: ComplaintView, action: str) -> Callable[[], Awaitable[object]]:
    console, who = view.console, view.who
    title = named(COMPLAINT.actions[action])
    written: dict[str, tuple[Text, bool, Callable[[str], Awaitable[object]]]] = {
        "account": (
            Text("What happened, in your words", "您的书面说明"),
            True,
            lambda text: complaints.give_account(console, who, one.id, text),
        ),
        "content": (
            Text("What the caller said", "回访情况"),
            False,
            lambda text: complaints.follow_up(console, who, one.id, content=True, text=text),
        ),
        "not_content": (
            Text("What the caller said", "回访情况"),
            True,
            lambda text: complaints.follow_up(console, who, one.id, content=False, text=text),
        ),
        "close": (REASON, True, lambda text: complaints.close(console, who, one.id, text)),
        "withdraw": (REASON, True, lambda text: complaints.withdraw(console, who, one.id, text)),
    }

    async def run() -> object:
        if action in written:
            label, needed, work = written[action]
            given = await ask(view, title, title, Asked("text", label, needed=needed))
            return False if given is None else await work(given["text"])
        more = {"investigate": _investigate, "answer": _answer, "feed_back": _feed_back}
        return await more[action](view, one, title)

    return run


async def _investigate(view: View, one: ComplaintView, title: Text) -> object:
    owners = await work_orders.owners(view.console, view.who)
    given = await ask(
        view,
        title,
        title,
        Asked("owner", Text("Dealt with by", "负责人"), "choice", one.owner or view.who.login, options=owners),
        Asked("findings", Text("Findings", "调查情况"), value=one.findings, needed=False),
    )
    if given is None:
        return False
    return await complaints.investigate(
        view.console, view.who, one.id, owner=given["owner"], findings=given["findings"]
    )


async def _answer(view: View, one: ComplaintView, title: Text) -> object:
    causes = {name: view.say(text) for name, text in CAUSES.items()}
    given = await ask(
        view,
        title,
        title,
        Asked("text", Text("The written answer", "书面答复")),
        Asked("cause", Text("Cause", "原因"), "choice", one.cause, options=causes),
    )
    if given is None:
        return False
    return await complaints.answer(view.console, view.who, one.id, given["text"], cause=given["cause"])


async def _feed_back(view: View, one: ComplaintView, title: Text) -> object:
    given = await ask(
        view,
        title,
        title,
        Asked("to", Text("To whom", "反馈对象"), "text"),
        Asked("text", Text("What is learnt from it", "改进内容")),
    )
    if given is None:
        return False
    return await complaints.feed_back(view.console, view.who, one.id, given["to"], given["text"])


def _short(text: str, most: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


PAGES = [
    Page("/complaints", TITLE, build, (Permission.WORK,), icon="feedback", key="m"),
    Page("/complaints/{complaint:int}", Text("Complaint", "投诉"), build_one, (Permission.WORK,)),
]

__all__ = ["PAGES", "new_complaint"]
