"""Complaints: registered, investigated, answered in writing within 48 h, followed up until content, fed back (F3).

All functions that write work in the caller's writing transaction; ``by`` is who does it, ``now`` the time. The 48 h
are hours that pass, also over nights, week-ends and changes of the clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit, calls
from ivr.storage.models import Complaint, ComplaintStep
from ivr.storage.work import Session
from ivr.storage.work import complaints as rows
from recording.casework.orders import no_call, short
from recording.casework.states import CAUSES, COMPLAINT
from recording.review.people import person, prose

ANSWER_WITHIN = timedelta(hours=48)
"""After the registration, and after a caller was not content, in which a written answer is owed (F3)."""
WORDS = Text("the text", "内容")
ANSWER = Text("the answer", "答复")
REASON = Text("the reason", "理由")


async def register(
    session: Session,
    text: str,
    *,
    by: str,
    now: datetime,
    call_id: int | None = None,
    agent: str = "",
    contact: str = "",
) -> Complaint:
    """Write a complaint down; the clock runs from now.

    Args:
        agent: who is complained of; "" for nobody.
        contact: where the written answer goes.

    Raises:
        UsageError: if the text is missing, a name unusable, or there is no such call.
    """
    by = person(by)
    if call_id is not None and await calls.get(session, call_id) is None:
        raise no_call(call_id)
    complaint = Complaint(
        call_id=call_id,
        agent=person(agent) if agent else "",
        text=prose(text, WORDS, needed=True),
        contact=short(contact, Text("the contact", "联系方式")) if contact.strip() else "",
        state="registered",
        registered_by=by,
        registered_at=now,
        due_at=now + ANSWER_WITHIN,
        steps=[ComplaintStep(at=now, by=by, action="register", state="registered", text="")],
    )
    await rows.add(session, complaint)
    detail: dict[str, object] = {"call": call_id, "agent": complaint.agent, "due": complaint.due_at.isoformat()}
    await _told(session, complaint, "register", by=by, now=now, detail=detail)
    return complaint


async def investigate(
    session: Session, complaint_id: int, *, by: str, now: datetime, owner: str = "", findings: str = ""
) -> Complaint:
    """Somebody looks into it; and what he finds.

    Args:
        owner: who does it; ``by`` when empty and nobody does yet.

    Raises:
        UsageError: if its state does not allow it, or the owner is whom it is about.
    """
    complaint = await held(session, complaint_id)
    chosen = person(owner) if owner else complaint.owner or person(by)
    if chosen == complaint.agent:
        raise not_himself()
    words = prose(findings, Text("the findings", "调查情况"))
    complaint.owner = chosen
    if words:
        complaint.findings = words
    return await _done(session, complaint, "investigate", words or chosen, by=by, now=now)


async def give_account(session: Session, complaint_id: int, text: str, *, by: str, now: datetime) -> Complaint:
    """The agent's own written account (F5); a later one takes the place of the one before.

    Raises:
        UsageError: if it is not about ``by``, is answered already, or the text is missing.
    """
    complaint = await held(session, complaint_id)
    if not complaint.agent or person(by) != complaint.agent:
        raise UsageError(
            Text("only the agent it is about can give his account", "只有被投诉的坐席可以提交说明"),
            cure=Text(complaint.agent or "it is about nobody", complaint.agent or "该投诉不针对坐席"),
        )
    words = prose(text, Text("the account", "说明"), needed=True)
    found = await _done(session, complaint, "account", words, by=by, now=now)
    found.account, found.accounted_at = words, now
    return found


async def answer(session: Session, complaint_id: int, text: str, *, cause: str, by: str, now: datetime) -> Complaint:
    """The written answer, and of what class the cause was.

    Raises:
        UsageError: if nobody investigated, the text is missing, the class unknown, or it is about ``by``.
    """
    complaint = await held(session, complaint_id)
    if person(by) == complaint.agent:
        raise not_himself()
    if cause not in CAUSES:
        raise UsageError(
            Text(f"no class of cause {cause!r:.40}", f"没有原因类别 {cause!r:.40}"),
            cure=Text("one of: " + ", ".join(CAUSES), "可选：" + "、".join(CAUSES)),
        )
    words = prose(text, ANSWER, needed=True)
    found = await _done(session, complaint, "answer", words, by=by, now=now, cause=cause)
    found.answer, found.cause, found.answered_by, found.answered_at = words, cause, by, now
    found.first_answered_at = found.first_answered_at or now
    return found


async def follow_up(
    session: Session, complaint_id: int, *, content: bool, by: str, now: datetime, text: str = ""
) -> Complaint:
    """What the caller says of the answer. If he is not content it goes on, and another answer is owed within 48 h.

    Raises:
        UsageError: if it was not answered, or the words of a caller who is not content are missing.
    """
    complaint = await held(session, complaint_id)
    words = prose(text, Text("what the caller said", "回访情况"), needed=not content)
    if content:
        found = await _done(session, complaint, "content", words, by=by, now=now)
        return await _over(session, found, now)
    found = await _done(session, complaint, "not_content", words, by=by, now=now)
    found.due_at = now + ANSWER_WITHIN
    return found


async def close(session: Session, complaint_id: int, reason: str, *, by: str, now: datetime) -> Complaint:
    """End an answered complaint though nobody knows that the caller is content.

    Raises:
        UsageError: if it was not answered, or the reason is missing.
    """
    words = prose(reason, REASON, needed=True)
    found = await _done(session, await held(session, complaint_id), "close", words, by=by, now=now)
    return await _over(session, found, now)


async def withdraw(session: Session, complaint_id: int, reason: str, *, by: str, now: datetime) -> Complaint:
    """The caller takes it back, or it was registered by mistake.

    Raises:
        UsageError: if it was answered, or the reason is missing.
    """
    words = prose(reason, REASON, needed=True)
    found = await _done(session, await held(session, complaint_id), "withdraw", words, by=by, now=now)
    return await _over(session, found, now)


async def feed_back(session: Session, complaint_id: int, to: str, text: str, *, by: str, now: datetime) -> Complaint:
    """What is learnt from it, and who was told.

    Raises:
        UsageError: if it was not answered, or one of both is missing.
    """
    complaint = await held(session, complaint_id)
    whom = short(to, Text("whom it is fed back to", "反馈对象"))
    words = prose(text, WORDS, needed=True)
    found = await _done(session, complaint, "feed_back", f"{whom}: {words}", by=by, now=now)
    found.feedback_to, found.feedback, found.fed_back_at = whom, words, now
    return found


def overdue(complaint: Complaint, now: datetime) -> bool:
    """Whether a written answer is owed and late."""
    return complaint.state in rows.OWED and complaint.due_at < now


def kept_clock(complaint: Complaint) -> bool | None:
    """Whether the first answer came within 48 h; None while there is none."""
    if complaint.first_answered_at is None:
        return None
    return complaint.first_answered_at <= complaint.registered_at + ANSWER_WITHIN


async def held(session: Session, complaint_id: int) -> Complaint:
    """The complaint, held until the transaction ends.

    Raises:
        UsageError: if there is none.
    """
    complaint = await rows.get(session, complaint_id, lock=True)
    if complaint is None:
        raise UsageError(
            Text(f"no complaint {complaint_id}", f"没有投诉 {complaint_id}"),
            cure=Text("look it up in the list of complaints", "请在投诉列表中查找"),
        )
    return complaint


def not_himself() -> UsageError:
    """What is said to whom a complaint is about."""
    return UsageError(
        Text("nobody deals with a complaint about himself", "不能处理针对自己的投诉"),
        cure=Text("give your account; another investigates and answers", "请提交书面说明，由他人调查和答复"),
    )


async def _over(session: Session, complaint: Complaint, now: datetime) -> Complaint:
    complaint.closed_at = now
    if complaint.call_id is not None:
        await session.flush()
        if await rows.forget_contact(session, complaint.call_id):
            await session.refresh(complaint, ["contact"])
    return complaint


async def _done(
    session: Session, complaint: Complaint, action: str, text: str, *, by: str, now: datetime, **detail: object
) -> Complaint:
    by = person(by)
    complaint.state = COMPLAINT.after(complaint.state, action, str(complaint.id))
    await rows.step(
        session,
        ComplaintStep(complaint_id=complaint.id, at=now, by=by, action=action, state=complaint.state, text=text),
    )
    found = {"state": complaint.state, "owner": complaint.owner, "text": text, **detail}
    await _told(session, complaint, action, by=by, now=now, detail=found)
    return complaint


async def _told(
    session: Session, complaint: Complaint, action: str, *, by: str, now: datetime, detail: dict[str, object]
) -> None:
    await audit.append(
        session, actor=by, action=f"complaint.{action}", object=f"complaint:{complaint.id}", at=now, detail=detail
    )


__all__ = [
    "ANSWER_WITHIN",
    "answer",
    "close",
    "feed_back",
    "follow_up",
    "give_account",
    "held",
    "investigate",
    "kept_clock",
    "not_himself",
    "overdue",
    "register",
    "withdraw",
]
