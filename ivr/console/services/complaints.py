"""Complaints: registered, investigated, answered in writing within 48 h, followed up, fed back (F3).

Everybody who may see a call registers a complaint about it. Leads deal with all of them, an agent sees those about
himself and those he registered, and gives his account of those about himself. Nobody deals with one about himself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import PAGE, Shown, Step, cursor_of, must_exist, must_see_call, names, next_after
from ivr.core.language import Text
from ivr.storage.models import Complaint
from ivr.storage.work import Session
from ivr.storage.work import complaints as rows
from recording.casework import complaints as work
from recording.casework.states import CAUSES, COMPLAINT

Which = Literal["owed", "follow_up", "feed_back", "over", "mine", "all"]
Done = Callable[[Session, datetime], Awaitable[Complaint]]

_STATES: dict[str, tuple[str, ...]] = {
    "owed": rows.OWED,
    "follow_up": ("answered",),
    "feed_back": ("answered", "content", "closed"),
    "over": rows.OVER,
    "mine": (*rows.OWED, "answered"),
    "all": (),
}


class ComplaintView(Shown):
    """A complaint.

    ``hours_left`` of the 48 until the written answer is due, negative when late, null when none is owed;
    ``in_time`` says whether the first answer was; ``contact`` is hidden ("•••") from who may not see numbers and does
    not deal with it;
    ``actions`` are what who asks can do to it now.
    """

    id: int
    call: int | None
    agent: str
    text: str
    contact: str
    owner: str
    state: str
    state_name: str
    registered_by: str
    registered_at: datetime
    due_at: datetime
    hours_left: float | None
    overdue: bool
    in_time: bool | None
    account: str
    accounted_at: datetime | None
    findings: str
    cause: str
    cause_name: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    feedback_to: str
    feedback: str
    fed_back_at: datetime | None
    closed_at: datetime | None
    actions: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class Complaints(Shown):
    """A page of the list, those due first; ``next`` is given as ``after`` for the next one, "" at the end."""

    complaints: list[ComplaintView]
    next: str = ""


async def list_complaints(
    console: Console,
    who: Person,
    *,
    which: Which = "owed",
    call: int | None = None,
    after: str = "",
    limit: int = PAGE,
) -> Complaints:
    """Complaints, overdue ones first; who may not see all calls sees those about himself and those he registered.

    Raises:
        Forbidden: if who asks may not.
        UsageError: if ``after`` is no page.
    """
    who.must(Permission.WORK)
    now = console.clock.now()
    of = None if who.may(Permission.CALLS_ALL) and which != "mine" else names(who)
    async with console.database.read() as session:
        found = await rows.list_complaints(
            session,
            states=_STATES[which],
            of=of,
            call_id=call,
            not_fed_back=which == "feed_back",
            after=cursor_of(after),
            limit=limit + 1,
        )
    return Complaints(complaints=[view(who, one, now) for one in found[:limit]], next=next_after(found, limit))


async def to_account_for(console: Console, who: Person) -> list[ComplaintView]:
    """Complaints about who asks of which he has not given his account yet (F5).

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.WORK)
    if not who.agent:
        return []
    now = console.clock.now()
    async with console.database.read() as session:
        found = await rows.list_complaints(session, states=rows.OWED, agent=who.agent, unaccounted=True)
    return [view(who, one, now) for one in found]


async def show(console: Console, who: Person, complaint_id: int) -> ComplaintView:
    """One complaint with its history.

    Raises:
        Forbidden, NotFound: if who asks may not, or there is none for him.
    """
    who.must(Permission.WORK)
    async with console.database.read() as session:
        return _whole(console, who, await _seen(session, who, complaint_id))


async def register(
    console: Console, who: Person, text: str, *, call: int | None = None, agent: str = "", contact: str = ""
) -> ComplaintView:
    """Write a complaint down; the 48 h run from now.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
        UsageError: if the text is missing, or the agent did not talk in that call.
    """
    who.must(Permission.WORK)
    async with console.database.write() as session:
        if call is not None:
            agents = await must_see_call(session, who, call)
            if agent and agent not in agents:
                raise NotFound(Text(f"{agent!r:.70} did not talk in this call", f"{agent!r:.70} 未参与该通话"))
        found = await work.register(
            session, text, by=who.login, now=console.clock.now(), call_id=call, agent=agent, contact=contact
        )
        return _whole(console, who, await work.held(session, found.id))


async def investigate(
    console: Console, who: Person, complaint_id: int, *, owner: str = "", findings: str = ""
) -> ComplaintView:
    """Look into it; raises as :func:`answer`, and NotFound if nobody has the owner's login."""

    async def run(session: Session, now: datetime) -> Complaint:
        if owner and (await must_exist(session, owner)).agent == (await work.held(session, complaint_id)).agent != "":
            raise work.not_himself()
        return await work.investigate(session, complaint_id, by=who.login, now=now, owner=owner, findings=findings)

    return await _do(console, who, complaint_id, "investigate", run)


async def give_account(console: Console, who: Person, complaint_id: int, text: str) -> ComplaintView:
    """The agent's own account; raises as :func:`answer`."""
    return await _do(
        console,
        who,
        complaint_id,
        "account",
        lambda s, now: work.give_account(s, complaint_id, text, by=who.agent, now=now),
    )


async def answer(console: Console, who: Person, complaint_id: int, text: str, *, cause: str) -> ComplaintView:
    """The written answer, and of what class the cause was.

    Raises:
        Forbidden: if who asks may not, or it is about himself.
        NotFound: if there is none for him.
        UsageError: if its state does not allow it, or something is missing.
    """
    return await _do(
        console,
        who,
        complaint_id,
        "answer",
        lambda s, now: work.answer(s, complaint_id, text, cause=cause, by=who.login, now=now),
    )


async def follow_up(
    console: Console, who: Person, complaint_id: int, *, content: bool, text: str = ""
) -> ComplaintView:
    """What the caller says of the answer; raises as :func:`answer`."""
    return await _do(
        console,
        who,
        complaint_id,
        "content" if content else "not_content",
        lambda s, now: work.follow_up(s, complaint_id, content=content, by=who.login, now=now, text=text),
    )


async def close(console: Console, who: Person, complaint_id: int, reason: str) -> ComplaintView:
    """End it though nobody knows that the caller is content; raises as :func:`answer`."""
    return await _do(
        console, who, complaint_id, "close", lambda s, now: work.close(s, complaint_id, reason, by=who.login, now=now)
    )


async def withdraw(console: Console, who: Person, complaint_id: int, reason: str) -> ComplaintView:
    """The caller takes it back; raises as :func:`answer`."""
    return await _do(
        console,
        who,
        complaint_id,
        "withdraw",
        lambda s, now: work.withdraw(s, complaint_id, reason, by=who.login, now=now),
    )


async def feed_back(console: Console, who: Person, complaint_id: int, to: str, text: str) -> ComplaintView:
    """What is learnt from it, and who was told; raises as :func:`answer`."""
    return await _do(
        console,
        who,
        complaint_id,
        "feed_back",
        lambda s, now: work.feed_back(s, complaint_id, to, text, by=who.login, now=now),
    )


def may(who: Person, complaint: Complaint, action: str) -> bool:
    """Whether who asks may do this to a complaint he sees."""
    himself = bool(complaint.agent) and complaint.agent in names(who)
    if action == "account":
        return who.owns(complaint.agent)
    return who.may(Permission.CALLS_ALL) and not himself


async def _do(console: Console, who: Person, complaint_id: int, action: str, run: Done) -> ComplaintView:
    who.must(Permission.WORK)
    async with console.database.write() as session:
        complaint = await _seen(session, who, complaint_id)
        if not may(who, complaint, action):
            raise Forbidden
        await run(session, console.clock.now())
        await session.flush()
        return _whole(console, who, await work.held(session, complaint_id))


async def _seen(session: Session, who: Person, complaint_id: int) -> Complaint:
    found = await rows.get(session, complaint_id)
    if found is None or not (
        who.may(Permission.CALLS_ALL) or {found.agent, found.owner, found.registered_by} & names(who)
    ):
        raise NotFound(Text(f"no complaint {complaint_id}", f"没有投诉 {complaint_id}"))
    return found


def _whole(console: Console, who: Person, complaint: Complaint) -> ComplaintView:
    steps = tuple(Step.told(COMPLAINT, one, who.language) for one in complaint.steps)
    return view(who, complaint, console.clock.now()).model_copy(update={"steps": steps})


def view(who: Person, row: Complaint, now: datetime) -> ComplaintView:
    """A complaint without its history, as ``who`` sees it."""
    owed = row.state in rows.OWED
    return ComplaintView(
        id=row.id,
        call=row.call_id,
        agent=row.agent,
        text=row.text,
        contact=row.contact if _may_write_to(who, row) else "•••",
        owner=row.owner,
        state=row.state,
        state_name=COMPLAINT.states[row.state].within(who.language),
        registered_by=row.registered_by,
        registered_at=row.registered_at,
        due_at=row.due_at,
        hours_left=round((row.due_at - now).total_seconds() / 3600, 2) if owed else None,
        overdue=work.overdue(row, now),
        in_time=work.kept_clock(row),
        account=row.account,
        accounted_at=row.accounted_at,
        findings=row.findings,
        cause=row.cause,
        cause_name=CAUSES[row.cause].within(who.language) if row.cause in CAUSES else "",
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        feedback_to=row.feedback_to,
        feedback=row.feedback,
        fed_back_at=row.fed_back_at,
        closed_at=row.closed_at,
        actions=tuple(action for action in COMPLAINT.possible(row.state) if may(who, row, action)),
    )


def _may_write_to(who: Person, row: Complaint) -> bool:
    return not row.contact or who.may(Permission.NUMBERS) or bool({row.owner, row.registered_by} & names(who))


__all__ = [
    "ComplaintView",
    "Complaints",
    "answer",
    "close",
    "feed_back",
    "follow_up",
    "give_account",
    "investigate",
    "list_complaints",
    "may",
    "register",
    "show",
    "to_account_for",
    "view",
    "withdraw",
]
