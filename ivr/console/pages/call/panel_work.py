"""What people do about a call, in its panel: disputes, notes to the agent, call notes, work orders, complaints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from nicegui import ui

from ivr.console.pages.complaints import new_complaint
from ivr.console.pages.work_orders import new_order
from ivr.console.parts.frame import element
from ivr.console.parts.work import REASON, Asked, Section, ask, due, heading, link, named, words
from ivr.console.security.permissions import Permission
from ivr.console.services import call_notes, complaints, disputes, notes, work_orders
from ivr.console.services.casework import due_of
from ivr.console.services.disputes import DisputeView
from ivr.console.services.notes import NoteView
from ivr.console.view import View
from ivr.core.language import Text
from recording.review.coaching import KINDS, Kind
from recording.review.states import DISPUTE, NOTE
from recording.scorecards import Outcome
from recording.scorecards.outcome import name_of

Done = Callable[[], Awaitable[object]]


async def about_disputes(view: View, call: int, section: Section) -> None:
    """The call's disputes, and what can be done with them."""
    if not view.who.may(Permission.DISPUTE, Permission.REVIEW, Permission.DECIDE, Permission.CALLS_ALL):
        return
    found = await disputes.list_disputes(view.console, view.who, which="all", call=call)
    if not found:
        return
    heading(view, Text("Disputes", "申诉"), len(found))
    for one in found:
        with element("div", "todo").props(f'data-dispute="{one.id}"'):
            dispute_lines(view, one)
            with element("div", "acts"):
                for action in one.actions:
                    section.act(
                        acted(action),
                        deciding(view, one, action),
                        main=action in {"take", "change"},
                        do=f"dispute-{action}",
                    )


def dispute_lines(view: View, one: DisputeView) -> None:
    """What may be known of a dispute."""
    with element("div", "todo-head"):
        element("b", text=f"#{one.id} {one.title or ''}".strip())
        element("span", "tag", text=one.state_name)
        if one.value is None or not one.value:
            due(view, one.due_at, overdue=one.overdue)
    if one.reason:
        words(one.reason)
    if one.second_value and one.disputed:
        first, second = view.say(name_of(Outcome(one.disputed))), view.say(name_of(Outcome(one.second_value)))
        element(
            "p",
            "faint",
            text=view.say(Text(f"disputed: {first}; second: {second}", f"申诉的结果：{first}；二次：{second}")),
        )
    if one.decision:
        words(f"{one.decided_by}: {one.decision}")


def acted(action: str) -> Text:
    """What can be done with a dispute, on a button."""
    return Text("Take it and score blind", "受理并盲评") if action == "take" else named(DISPUTE.actions[action])


def deciding(view: View, one: DisputeView, action: str) -> Done:
    """What a button of a dispute does."""
    console, who = view.console, view.who

    async def run() -> object:
        if action == "take":
            taken = await disputes.take(console, who, one.id)
            ui.navigate.to(f"/calls/{one.call}?agent={quote(one.agent)}")  # nothing blind is left on it
            return taken
        if action == "release":
            return await disputes.release(console, who, one.id)
        if action == "withdraw":
            return await disputes.withdraw(console, who, one.id)
        title = named(DISPUTE.actions[action])
        given = await ask(view, title, Text("Decide", "裁定"), Asked("reason", REASON))
        if given is None:
            return False
        return await disputes.decide(console, who, one.id, change=action == "change", reason=given["reason"])

    return run


async def about_notes(view: View, call: int, agents: tuple[str, ...], section: Section) -> None:
    """Notes to the call's agents, and writing one."""
    found = await notes.list_notes(view.console, view.who, which="all", call=call)
    others = tuple(one for one in agents if not view.who.owns(one))
    writes = bool(others) and view.who.may(Permission.COACH)
    if not found and not writes:
        return
    heading(view, Text("Notes to the agent", "给坐席的记录"), len(found))
    for one in found:
        with element("div", "todo").props(f'data-note="{one.id}"'):
            note_lines(view, one)
            note_acts(view, one, section)
    if writes:
        with element("div", "acts"):
            for kind in Kind:
                section.act(named(KINDS[kind]), _writing(view, call, others, kind), do=f"note-{kind.value}")


def note_lines(view: View, one: NoteView) -> None:
    """A note as it stands."""
    with element("div", "todo-head"):
        element("b", text=one.kind_name)
        element("span", "tag", text=one.state_name)
        element("span", "faint", text=f"{one.author} → {one.agent}")
        if one.due_at is not None and one.closed_at is None:
            due(view, one.due_at, overdue=one.overdue)
    words(one.text)
    if one.answer:
        words(f"{one.agent}: {one.answer}", "faint")


def note_acts(view: View, one: NoteView, section: Section) -> None:
    """The buttons of a note."""
    console, who = view.console, view.who

    async def acknowledge() -> object:
        title = named(NOTE.actions["acknowledge"])
        label = Text("Your own account, if you wish", "您的说明（可不填）")
        given = await ask(view, title, title, Asked("answer", label, needed=False))
        return False if given is None else await notes.acknowledge(console, who, one.id, given["answer"])

    async def withdraw() -> object:
        title = named(NOTE.actions["withdraw"])
        given = await ask(view, title, title, Asked("reason", REASON))
        return False if given is None else await notes.withdraw(console, who, one.id, given["reason"])

    work: dict[str, Done] = {
        "acknowledge": acknowledge,
        "finish": lambda: notes.finish(console, who, one.id),
        "withdraw": withdraw,
    }
    with element("div", "acts"):
        for action in one.actions:
            section.act(named(NOTE.actions[action]), work[action], main=action == "acknowledge", do=f"note-{action}")


def _writing(view: View, call: int, agents: tuple[str, ...], kind: Kind) -> Done:
    async def run() -> object:
        fields = [Asked("text", Text("What is said to the agent", "内容"))]
        if len(agents) > 1:
            options = {one: one for one in agents}
            fields.insert(0, Asked("agent", Text("Agent", "坐席"), "choice", options=options))
        if kind is Kind.COACHING:
            label = Text("Due on (in a week, if empty)", "期限（不填则为一周）")
            fields.append(Asked("due", label, "date", needed=False))
        given = await ask(view, named(KINDS[kind]), Text("Write", "提交"), *fields)
        if given is None:
            return False
        return await notes.write(
            view.console,
            view.who,
            given.get("agent", agents[0]),
            kind,
            given["text"],
            due_at=due_of(given["due"], view.console.zone) if given.get("due") else None,
            call=call,
        )

    return run


async def about_the_caller(view: View, call: int, agents: tuple[str, ...], section: Section) -> None:
    """What the call was about, and what is left to do: call notes, work orders, complaints."""
    if not view.who.may(Permission.WORK):
        return
    written = await call_notes.of_call(view.console, view.who, call)
    heading(view, Text("Call notes", "通话记录"), len(written))
    for one in written:
        with element("div", "todo").props('data-part="call-note"'):
            with element("div", "todo-head"):
                element("span", "faint", text=f"{one.by}, {view.at(one.at, '%m-%d %H:%M')}")
                if one.solved is not None:
                    said = Text("solved", "已解决") if one.solved else Text("not solved", "未解决")
                    element("span", "tag good" if one.solved else "tag warn", text=view.say(said))
            words(one.problem)
            if one.solution:
                words(f"→ {one.solution}")
            if one.opinion:
                words(f"“{one.opinion}”", "faint")
    with element("div", "acts"):
        section.act(Text("Call note", "通话记录"), _noting(view, call), do="call-note")
    orders = (await work_orders.list_orders(view.console, view.who, which="all", call=call)).orders
    heading(view, Text("Work orders", "工单"), len(orders))
    for order in orders:
        with element("div", "todo todo-head"):
            link(f"{order.id} · {order.title}", f"/work-orders/{order.id}").props("data-words")
            element("span", "tag", text=order.state_name)
            if order.closed_at is None:
                due(view, order.due_at, overdue=order.overdue)
    with element("div", "acts"):

        async def open_order() -> object:
            return await new_order(view, call=call) or False

        section.act(Text("Work order", "工单"), open_order, do="new-order")
    found = (await complaints.list_complaints(view.console, view.who, which="all", call=call)).complaints
    heading(view, Text("Complaints", "投诉"), len(found))
    for complaint in found:
        with element("div", "todo todo-head"):
            text = " ".join(complaint.text.split())[:60]
            link(f"{complaint.id} · {text}", f"/complaints/{complaint.id}").props("data-words")
            element("span", "tag", text=complaint.state_name)
            if complaint.hours_left is not None:
                due(view, complaint.due_at, overdue=complaint.overdue)
    with element("div", "acts"):

        async def register() -> object:
            return await new_complaint(view, call=call, agents=agents) or False

        section.act(Text("Complaint", "投诉"), register, do="new-complaint")


def _noting(view: View, call: int) -> Done:
    async def run() -> object:
        unknown = {
            "": view.say(Text("not known yet", "尚不清楚")),
            "yes": view.say(Text("yes", "是")),
            "no": view.say(Text("no", "否")),
        }
        title = Text("Call note", "通话记录")
        given = await ask(
            view,
            title,
            Text("Write", "提交"),
            Asked("problem", Text("Problem", "问题")),
            Asked("solution", Text("Solution", "解决办法"), needed=False),
            Asked("opinion", Text("The caller's opinion", "来电者意见"), needed=False),
            Asked("solved", Text("Solved?", "是否解决"), "choice", options=unknown, needed=False),
        )
        if given is None:
            return False
        return await call_notes.write(
            view.console,
            view.who,
            call,
            given["problem"],
            solution=given["solution"],
            opinion=given["opinion"],
            solved={"yes": True, "no": False}.get(given["solved"]),
        )

    return run


__all__ = [
    "about_disputes",
    "about_notes",
    "about_the_caller",
    "acted",
    "deciding",
    "dispute_lines",
    "note_acts",
    "note_lines",
]
