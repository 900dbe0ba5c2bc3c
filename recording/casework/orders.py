"""Work orders: an open problem has an owner and a due time (F2). Every change leaves a step and an audit row.

All functions work in the caller's writing transaction; ``by`` is who does it, ``now`` the time.
"""

from __future__ import annotations

from datetime import datetime

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit, calls
from ivr.storage.models import WorkOrder, WorkOrderStep
from ivr.storage.work import Session
from ivr.storage.work import orders as rows
from recording.casework.states import ORDER
from recording.review.people import person, prose

WORDS = Text("the text", "内容")
TITLE = Text("the title", "标题")
RESULT = Text("the result", "处理结果")
REASON = Text("the reason", "理由")


async def open_order(
    session: Session,
    title: str,
    *,
    owner: str,
    due_at: datetime,
    by: str,
    now: datetime,
    text: str = "",
    call_id: int | None = None,
) -> WorkOrder:
    """Give somebody a problem to solve until ``due_at``.

    Raises:
        UsageError: if title or owner is unusable, the due time is past, or there is no such call.
    """
    by, owner = person(by), person(owner)
    _ahead(due_at, now)
    if call_id is not None and await calls.get(session, call_id) is None:
        raise no_call(call_id)
    order = WorkOrder(
        call_id=call_id,
        title=short(title, TITLE),
        text=prose(text, WORDS),
        owner=owner,
        state="open",
        opened_by=by,
        opened_at=now,
        due_at=due_at,
        steps=[WorkOrderStep(at=now, by=by, action="open", state="open", text=owner)],
    )
    await rows.add(session, order)
    detail = {"call": call_id, "title": order.title, "owner": owner, "due": due_at.isoformat()}
    await audit.append(session, actor=by, action="order.open", object=f"order:{order.id}", at=now, detail=detail)
    return order


async def begin(session: Session, order_id: int, *, by: str, now: datetime) -> WorkOrder:
    """The work has begun.

    Raises:
        UsageError: if its state does not allow it.
    """
    return await _done(session, await held(session, order_id), "begin", "", by=by, now=now)


async def hand_on(session: Session, order_id: int, owner: str, *, by: str, now: datetime, text: str = "") -> WorkOrder:
    """Give it to another owner, who begins anew.

    Raises:
        UsageError: if its state does not allow it, or the owner is unusable.
    """
    order = await held(session, order_id)
    to = person(owner)
    words = prose(text, WORDS)
    order.owner = to
    return await _done(session, order, "hand_on", f"{to}: {words}" if words else to, by=by, now=now)


async def postpone(
    session: Session, order_id: int, due_at: datetime, *, by: str, now: datetime, reason: str
) -> WorkOrder:
    """Another due time, with a reason.

    Raises:
        UsageError: if its state does not allow it, the time is past or the reason missing.
    """
    order = await held(session, order_id)
    _ahead(due_at, now)
    why = prose(reason, REASON, needed=True)
    before, order.due_at = order.due_at, due_at
    return await _done(
        session, order, "postpone", why, by=by, now=now, before=before.isoformat(), due=due_at.isoformat()
    )


async def add_note(session: Session, order_id: int, text: str, *, by: str, now: datetime) -> WorkOrder:
    """Write down how it goes.

    Raises:
        UsageError: if it is over or the text missing.
    """
    order = await held(session, order_id)
    return await _done(session, order, "note", prose(text, WORDS, needed=True), by=by, now=now)


async def finish(session: Session, order_id: int, result: str, *, by: str, now: datetime) -> WorkOrder:
    """It is done, and what was done.

    Raises:
        UsageError: if it is over or the result missing.
    """
    return await _closed(session, order_id, "finish", prose(result, RESULT, needed=True), by=by, now=now)


async def cancel(session: Session, order_id: int, reason: str, *, by: str, now: datetime) -> WorkOrder:
    """It will not be done, and why.

    Raises:
        UsageError: if it is over or the reason missing.
    """
    return await _closed(session, order_id, "cancel", prose(reason, REASON, needed=True), by=by, now=now)


async def reopen(
    session: Session, order_id: int, due_at: datetime, *, by: str, now: datetime, reason: str
) -> WorkOrder:
    """What was done did not help: open again until ``due_at``.

    Raises:
        UsageError: if it is not done, the time is past or the reason missing.
    """
    order = await held(session, order_id)
    _ahead(due_at, now)
    why = prose(reason, REASON, needed=True)
    found = await _done(session, order, "reopen", why, by=by, now=now, due=due_at.isoformat())
    found.due_at, found.closed_at = due_at, None
    return found


def overdue(order: WorkOrder, now: datetime) -> bool:
    """Whether it should be done by now."""
    return order.state in {"open", "doing"} and order.due_at < now


async def held(session: Session, order_id: int) -> WorkOrder:
    """The work order, held until the transaction ends.

    Raises:
        UsageError: if there is none.
    """
    order = await rows.get(session, order_id, lock=True)
    if order is None:
        raise UsageError(
            Text(f"no work order {order_id}", f"没有工单 {order_id}"),
            cure=Text("look it up in the list of work orders", "请在工单列表中查找"),
        )
    return order


def no_call(call_id: int) -> UsageError:
    """What is said of a call there is not."""
    return UsageError(
        Text(f"no call {call_id}", f"没有通话 {call_id}"),
        cure=Text("look it up in the list of calls", "请在通话列表中查找"),
    )


def short(text: str, what: Text, most: int = 200) -> str:
    """``text`` on one line, as a title.

    Raises:
        UsageError: if it is missing or longer than ``most``.
    """
    found = " ".join(prose(text, what, needed=True).split())
    if len(found) > most:
        raise UsageError(
            Text(f"{what.en} is too long: {len(found)} characters", f"{what.zh}过长：{len(found)} 个字符"),
            cure=Text(f"at most {most}", f"不超过 {most} 个字符"),
        )
    return found


def _ahead(due_at: datetime, now: datetime) -> None:
    if due_at <= now:
        raise UsageError(
            Text("the due time is past", "期限已过"), cure=Text("give one in the future", "请给出将来的时间")
        )


async def _closed(session: Session, order_id: int, action: str, text: str, *, by: str, now: datetime) -> WorkOrder:
    order = await _done(session, await held(session, order_id), action, text, by=by, now=now)
    order.result, order.closed_at = text, now
    return order


async def _done(
    session: Session, order: WorkOrder, action: str, text: str, *, by: str, now: datetime, **detail: object
) -> WorkOrder:
    by = person(by)
    order.state = ORDER.after(order.state, action, str(order.id))
    await rows.step(
        session, WorkOrderStep(order_id=order.id, at=now, by=by, action=action, state=order.state, text=text)
    )
    await audit.append(
        session,
        actor=by,
        action=f"order.{action}",
        object=f"order:{order.id}",
        at=now,
        detail={"state": order.state, "owner": order.owner, "text": text, **detail},
    )
    return order


__all__ = [
    "add_note",
    "begin",
    "cancel",
    "finish",
    "hand_on",
    "held",
    "no_call",
    "open_order",
    "overdue",
    "postpone",
    "reopen",
    "short",
]
