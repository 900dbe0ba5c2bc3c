"""What waits for an answer of who looks: notes, complaints, disputes, work orders."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from ivr.console.pages.call.panel_work import acted, deciding, dispute_lines, note_acts, note_lines
from ivr.console.parts.frame import element
from ivr.console.parts.still import still
from ivr.console.parts.work import Section, due, heading, link
from ivr.console.security.permissions import Permission
from ivr.console.services import calibrations, complaints, disputes, notes, work_orders
from ivr.console.services.complaints import ComplaintView
from ivr.console.services.work_orders import WorkOrderView
from ivr.console.view import View
from ivr.core.language import Text

SHOWN = 10


async def build(view: View) -> None:
    """Each kind in a card of its own."""
    who = view.who
    if who.agent or who.may(Permission.COACH):
        await _section(view, _notes, "notes")
    if who.may(Permission.DISPUTE, Permission.REVIEW, Permission.DECIDE):
        await _section(view, _disputes, "disputes")
    if who.may(Permission.WORK):
        await _section(view, _complaints, "complaints")
        await _section(view, _orders, "orders")
    if who.may(Permission.REVIEW):
        await _section(view, _calibrations, "calibrations")


async def _section(view: View, draw: object, name: str) -> None:
    async def drawn() -> None:
        with still("div"):
            await draw(view, section)  # type: ignore[operator]

    section = Section(view, drawn, "card", name=name)
    await section.show()


async def _notes(view: View, section: Section) -> None:
    found = await notes.list_notes(view.console, view.who, which="open" if view.who.agent else "overdue")
    own = Text("Notes to me", "给我的记录")
    heading(view, own if view.who.agent else Text("Notes overdue", "逾期的记录"), len(found))
    for one in found[:SHOWN]:
        with element("div", "todo").props(f'data-note="{one.id}"'):
            note_lines(view, one)
            _call(view, one.call)
            note_acts(view, one, section)
    _nothing(view, found)


async def _disputes(view: View, section: Section) -> None:
    mine = not view.who.may(Permission.CALLS_ALL)
    found = await disputes.list_disputes(view.console, view.who, which="open" if mine else "for_me")
    heading(view, Text("My disputes", "我的申诉") if mine else Text("Disputes for me", "待我处理的申诉"), len(found))
    for one in found[:SHOWN]:
        with element("div", "todo").props(f'data-dispute="{one.id}"'):
            dispute_lines(view, one)
            _call(view, one.call, one.agent)
            with element("div", "acts"):
                for action in one.actions:
                    section.act(acted(action), deciding(view, one, action), do=f"dispute-{action}")
    _nothing(view, found)


async def _complaints(view: View, section: Section) -> None:
    all_ = view.who.may(Permission.CALLS_ALL)
    found: Sequence[ComplaintView] = (
        (await complaints.list_complaints(view.console, view.who, which="owed", limit=SHOWN)).complaints
        if all_
        else await complaints.to_account_for(view.console, view.who)
    )
    title = Text("Complaints owed an answer", "待答复投诉") if all_ else Text("Complaints about me", "针对我的投诉")
    heading(view, title, len(found))
    for one in found[:SHOWN]:
        with element("div", "todo"), element("div", "todo-head"):
            link(f"{one.id} · {' '.join(one.text.split())[:60]}", f"/complaints/{one.id}").props("data-words")
            due(view, one.due_at, overdue=one.overdue)
    _nothing(view, found)


async def _orders(view: View, section: Section) -> None:
    found: Sequence[WorkOrderView] = (
        await work_orders.list_orders(view.console, view.who, which="mine", limit=SHOWN)
    ).orders
    heading(view, Text("My work orders", "我的工单"), len(found))
    for one in found:
        with element("div", "todo todo-head"):
            link(f"{one.id} · {one.title}", f"/work-orders/{one.id}").props("data-words")
            due(view, one.due_at, overdue=one.overdue)
    _nothing(view, found)


async def _calibrations(view: View, section: Section) -> None:
    found = [
        one
        for one in await calibrations.list_calibrations(view.console, view.who, state="open", limit=SHOWN)
        if "score" in one.actions
    ]
    heading(view, Text("Calibration", "评分校准"), len(found))
    for one in found:
        with element("div", "todo todo-head"):
            link(f"{one.id} · {one.title}", f"/calibration/{one.id}").props("data-words")
            due(view, one.due_at)
    _nothing(view, found)


def _call(view: View, call: int | None, agent: str = "") -> None:
    if call is not None:
        text = view.say(Text(f"call {call}", f"通话 {call}"))
        with element("p"):
            link(text, f"/calls/{call}" + (f"?agent={quote(agent)}" if agent else ""))


def _nothing(view: View, found: Sequence[object]) -> None:
    if not found:
        element("p", "faint", text=view.say(Text("Nothing waits.", "暂无待办。")))


__all__ = ["build"]
