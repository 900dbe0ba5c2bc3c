"""Work orders: an open problem with an owner and a due time (F2)."""

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
from ivr.storage.accounts import people
from ivr.storage.models import WorkOrder
from ivr.storage.work import Session
from ivr.storage.work import orders as rows
from recording.casework import orders as work
from recording.casework.states import ORDER, ORDER_OPEN

Which = Literal["open", "mine", "over", "all"]
Done = Callable[[Session, datetime], Awaitable[WorkOrder]]


class WorkOrderView(Shown):
    """A work order; ``actions`` are what who asks can do to it now."""

    id: int
    call: int | None
    title: str
    text: str
    owner: str
    state: str
    state_name: str
    opened_by: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    closed_at: datetime | None
    result: str
    actions: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()


class WorkOrders(Shown):
    """A page of the list, those due first; ``next`` is given as ``after`` for the next one, "" at the end."""

    orders: list[WorkOrderView]
    next: str = ""


async def list_orders(
    console: Console,
    who: Person,
    *,
    which: Which = "open",
    call: int | None = None,
    after: str = "",
    limit: int = PAGE,
) -> WorkOrders:
    """Work orders, overdue ones first; who may not see all calls sees those he owns or opened.

    Raises:
        Forbidden: if who asks may not.
        UsageError: if ``after`` is no page.
    """
    who.must(Permission.WORK)
    now = console.clock.now()
    states = {"open": ORDER_OPEN, "mine": ORDER_OPEN, "over": ("done", "cancelled"), "all": ()}[which]
    of = None if who.may(Permission.CALLS_ALL) and which != "mine" else names(who)
    async with console.database.read() as session:
        found = await rows.list_orders(
            session, states=states, of=of, call_id=call, after=cursor_of(after), limit=limit + 1
        )
    return WorkOrders(orders=[_view(who, one, now) for one in found[:limit]], next=next_after(found, limit))


async def show(console: Console, who: Person, order_id: int) -> WorkOrderView:
    """One work order with its history.

    Raises:
        Forbidden, NotFound: if who asks may not, or there is none for him.
    """
    who.must(Permission.WORK)
    async with console.database.read() as session:
        return _whole(console, who, await _seen(session, who, order_id))


async def open_order(
    console: Console, who: Person, title: str, *, owner: str, due_at: datetime, text: str = "", call: int | None = None
) -> WorkOrderView:
    """Give somebody a problem to solve.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
        UsageError: if the owner has no account, or something else is unusable.
    """
    who.must(Permission.WORK)
    now = console.clock.now()
    async with console.database.write() as session:
        if call is not None:
            await must_see_call(session, who, call)
        await must_exist(session, owner)
        order = await work.open_order(
            session, title, owner=owner, due_at=due_at, by=who.login, now=now, text=text, call_id=call
        )
        return _whole(console, who, await work.held(session, order.id))


async def begin(console: Console, who: Person, order_id: int) -> WorkOrderView:
    """The work has begun; raises as :func:`finish`."""
    return await _do(console, who, order_id, "begin", lambda s, now: work.begin(s, order_id, by=who.login, now=now))


async def hand_on(console: Console, who: Person, order_id: int, owner: str, text: str = "") -> WorkOrderView:
    """Give it to another owner; raises as :func:`finish`."""

    async def run(session: Session, now: datetime) -> WorkOrder:
        await must_exist(session, owner)
        return await work.hand_on(session, order_id, owner, by=who.login, now=now, text=text)

    return await _do(console, who, order_id, "hand_on", run)


async def postpone(console: Console, who: Person, order_id: int, due_at: datetime, reason: str) -> WorkOrderView:
    """Another due time; raises as :func:`finish`."""
    return await _do(
        console,
        who,
        order_id,
        "postpone",
        lambda s, now: work.postpone(s, order_id, due_at, by=who.login, now=now, reason=reason),
    )


async def add_note(console: Console, who: Person, order_id: int, text: str) -> WorkOrderView:
    """Write down how it goes; raises as :func:`finish`."""
    return await _do(
        console, who, order_id, "note", lambda s, now: work.add_note(s, order_id, text, by=who.login, now=now)
    )


async def finish(console: Console, who: Person, order_id: int, result: str) -> WorkOrderView:
    """It is done.

    Raises:
        Forbidden: if who asks may not: he sees it, and it is another's to do.
        NotFound: if there is none for him.
        UsageError: if its state does not allow it, or the result is missing.
    """
    return await _do(
        console, who, order_id, "finish", lambda s, now: work.finish(s, order_id, result, by=who.login, now=now)
    )


async def cancel(console: Console, who: Person, order_id: int, reason: str) -> WorkOrderView:
    """It will not be done; raises as :func:`finish`."""
    return await _do(
        console, who, order_id, "cancel", lambda s, now: work.cancel(s, order_id, reason, by=who.login, now=now)
    )


async def reopen(console: Console, who: Person, order_id: int, due_at: datetime, reason: str) -> WorkOrderView:
    """Open it again; raises as :func:`finish`."""
    return await _do(
        console,
        who,
        order_id,
        "reopen",
        lambda s, now: work.reopen(s, order_id, due_at, by=who.login, now=now, reason=reason),
    )


async def owners(console: Console, who: Person) -> dict[str, str]:
    """Who can be given work: login to name.

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.WORK)
    async with console.database.read() as session:
        found = await people.list_accounts(session)
    return {one.login: one.title or one.login for one in found if one.disabled_at is None}


def may(who: Person, order: WorkOrder, action: str) -> bool:
    """Whether who asks may do this to an order he sees: leads all; others what is theirs.

    The owner works on it; who opened it may take it back, reopen it, postpone it, hand it on.
    """
    if who.may(Permission.CALLS_ALL):
        return True
    mine = names(who)
    if action in {"cancel", "reopen", "postpone"}:
        return order.opened_by in mine
    if action in {"begin", "finish"}:
        return order.owner in mine
    return bool({order.owner, order.opened_by} & mine)


async def _do(console: Console, who: Person, order_id: int, action: str, run: Done) -> WorkOrderView:
    who.must(Permission.WORK)
    async with console.database.write() as session:
        order = await _seen(session, who, order_id)
        if not may(who, order, action):
            raise Forbidden
        await run(session, console.clock.now())
        return _whole(console, who, await work.held(session, order_id))  # also where it is no longer his


async def _seen(session: Session, who: Person, order_id: int) -> WorkOrder:
    order = await rows.get(session, order_id)
    if order is None or not (who.may(Permission.CALLS_ALL) or {order.owner, order.opened_by} & names(who)):
        raise NotFound(Text(f"no work order {order_id}", f"没有工单 {order_id}"))
    return order


def _whole(console: Console, who: Person, order: WorkOrder) -> WorkOrderView:
    steps = tuple(Step.told(ORDER, one, who.language) for one in order.steps)
    return _view(who, order, console.clock.now()).model_copy(update={"steps": steps})


def _view(who: Person, row: WorkOrder, now: datetime) -> WorkOrderView:
    return WorkOrderView(
        id=row.id,
        call=row.call_id,
        title=row.title,
        text=row.text,
        owner=row.owner,
        state=row.state,
        state_name=ORDER.states[row.state].within(who.language),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        due_at=row.due_at,
        overdue=work.overdue(row, now),
        closed_at=row.closed_at,
        result=row.result,
        actions=tuple(action for action in ORDER.possible(row.state) if may(who, row, action)),
    )


__all__ = [
    "WorkOrderView",
    "WorkOrders",
    "add_note",
    "begin",
    "cancel",
    "finish",
    "hand_on",
    "list_orders",
    "may",
    "open_order",
    "owners",
    "postpone",
    "reopen",
    "show",
]
