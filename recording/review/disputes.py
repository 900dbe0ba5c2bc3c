"""Disputes: an agent objects to a failed item, a blind second reviewer scores the call, a third decides if they differ.

All functions work in the caller's writing transaction; ``by`` is who does it, ``now`` the time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.models import Dispute, Review
from ivr.storage.people import Session
from ivr.storage.people import disputes as rows
from ivr.storage.people import reviews as review_rows
from recording.review.cards import SECOND, standing
from recording.review.people import person, prose
from recording.review.reviews import REASON, open_review, throw_away
from recording.review.states import DISPUTE
from recording.scorecards import Outcome

RAISE_WITHIN = timedelta(days=7)
"""After the review, or the judging where there is none, in which an agent may object."""
ANSWER_WITHIN = timedelta(days=5)
"""After the objection, in which it should be decided."""


async def raise_dispute(
    session: Session, call_id: int, item: str, *, by: str, now: datetime, reason: str, agent: str | None = None
) -> Dispute:
    """Object to a failed item of one's own card: once for an item, with a reason, within ``RAISE_WITHIN``.

    Raises:
        UsageError: if one of that is not so.
    """
    by = person(by)
    reason = prose(reason, REASON, needed=True)
    found = await standing(session, call_id, agent or by)
    if by != found.agent:
        raise UsageError(
            Text("only the agent himself can object", "只有坐席本人可以申诉"),
            cure=Text(f"--as {found.agent}", f"--as {found.agent}"),
        )
    before = await rows.find(session, call_id, by, item)
    if before is not None:
        raise UsageError(
            Text(
                f"this item was disputed before (dispute {before.id}, {DISPUTE.states[before.state].en})",
                f"该项目已申诉过（申诉 {before.id}，{DISPUTE.states[before.state].zh}）",
            ),
            cure=Text("an item can be disputed once", "每个项目只能申诉一次"),
        )
    line = found.card.line(item)
    if line is None or line.standing is not Outcome.FAIL:
        failed = ", ".join(one.item for one in found.card.lines if one.standing is Outcome.FAIL) or "—"
        raise UsageError(
            Text(
                f"{item!r:.60} is not a failed item of call {call_id}",
                f"{item!r:.60} 不是通话 {call_id} 的不合格项目",
            ),
            cure=Text(f"failed items: {failed}", f"不合格项目：{failed}"),
        )
    judged_at = (found.review.submitted_at if found.review else None) or found.score.created_at
    if now - judged_at > RAISE_WITHIN:
        raise UsageError(
            Text(
                f"too late: judged on {judged_at:%Y-%m-%d}, disputes are open for {RAISE_WITHIN.days} days",
                f"已过期：评定于 {judged_at:%Y-%m-%d}，申诉期为 {RAISE_WITHIN.days} 天",
            ),
            cure=Text("speak with the supervisor", "请与主管沟通"),
        )
    by_person = found.review is not None and line.reviewed is not None
    dispute = await rows.add(
        session,
        Dispute(
            call_id=call_id,
            agent=by,
            item=item,
            state="open",
            reason=reason,
            disputed=line.standing.value,
            review_id=found.review.id if found.review else None,
            first_reviewer=found.review.reviewer if found.review is not None and by_person else "",
            opened_at=now,
            due_at=now + ANSWER_WITHIN,
        ),
    )
    detail = {"call": call_id, "item": item, "reason": reason}
    await audit.append(session, actor=by, action="dispute.open", object=f"dispute:{dispute.id}", at=now, detail=detail)
    return dispute


async def take(session: Session, dispute_id: int, *, by: str, now: datetime) -> Review:
    """Become the second reviewer; returns the blind review to be filled.

    The reviewer scores the whole call and is not told which item is disputed.

    Raises:
        UsageError: if the dispute is not open, or ``by`` is the agent or the first reviewer.
    """
    by = person(by)
    dispute = await held(session, dispute_id)
    first = await _first_reviewer(session, dispute)
    if by in {dispute.agent, first}:
        raise UsageError(
            Text(
                "the second reviewer must be neither the agent nor the first reviewer",
                "第二评分人不能是坐席本人或首位评分人",
            ),
            cure=Text("another reviewer", "请换一位评分人"),
        )
    state = DISPUTE.after(dispute.state, "take", str(dispute.id))
    review = await open_review(
        session,
        dispute.call_id,
        by=by,
        now=now,
        agent=dispute.agent,
        kind=SECOND,
        slot=f"dispute:{dispute.id}",
        source="dispute",
    )
    if all(one.item != dispute.item for one in review.items):
        raise UsageError(
            Text(
                "the call was judged again by another rulebook, which no longer has the disputed item",
                "该通话已按另一规则重新评判，其中没有申诉的项目",
            ),
            cure=Text("the agent can withdraw the dispute", "坐席可以撤回申诉"),
        )
    dispute.state, dispute.second_reviewer, dispute.second_review_id = state, by, review.id
    await audit.append(session, actor=by, action="dispute.take", object=f"dispute:{dispute.id}", at=now)
    return review


async def release(session: Session, dispute_id: int, *, by: str, now: datetime) -> Dispute:
    """Give a dispute back unanswered; another can take it.

    Raises:
        UsageError: if ``by`` does not have it.
    """
    by = person(by)
    dispute = await held(session, dispute_id)
    state = DISPUTE.after(dispute.state, "release", str(dispute.id))
    if by != dispute.second_reviewer:
        raise UsageError(
            Text(f"dispute {dispute_id} is with {dispute.second_reviewer}", f"申诉由 {dispute.second_reviewer} 处理"),
            cure=Text("only he can give it back", "只有本人可以退回"),
        )
    await _drop_second(session, dispute, by=by, now=now)
    dispute.state, dispute.second_reviewer = state, ""
    await audit.append(session, actor=by, action="dispute.release", object=f"dispute:{dispute.id}", at=now)
    return dispute


async def withdraw(session: Session, dispute_id: int, *, by: str, now: datetime) -> Dispute:
    """Take an objection back.

    Raises:
        UsageError: if ``by`` is not the agent, or it is too late.
    """
    by = person(by)
    dispute = await held(session, dispute_id)
    if by != dispute.agent:
        raise UsageError(
            Text("only the agent himself can withdraw it", "只有坐席本人可以撤回"),
            cure=Text(f"--as {dispute.agent}", f"--as {dispute.agent}"),
        )
    state = DISPUTE.after(dispute.state, "withdraw", str(dispute.id))
    await _drop_second(session, dispute, by=by, now=now)
    dispute.state = state
    await audit.append(session, actor=by, action="dispute.withdraw", object=f"dispute:{dispute.id}", at=now)
    return dispute


async def decide(session: Session, dispute_id: int, *, change: bool, by: str, now: datetime, reason: str) -> Dispute:
    """Settle a dispute on which the two reviewers differ.

    Args:
        change: the second reviewer's value counts; else the disputed one stands.

    Raises:
        UsageError: if there is nothing to settle, the reason is missing, or ``by`` may not: not the agent, not the
            second reviewer; the first reviewer may give in only.
    """
    by = person(by)
    dispute = await held(session, dispute_id)
    state = DISPUTE.after(dispute.state, "change" if change else "uphold", str(dispute.id))
    if by in {dispute.agent, dispute.second_reviewer} or (by == dispute.first_reviewer and not change):
        raise UsageError(
            Text(
                "a third person decides; the first reviewer can only accept the second's value",
                "须由第三人裁定；首位评分人只能接受第二评分人的结果",
            ),
            cure=Text("somebody who scored neither time", "请由未参与评分的人裁定"),
        )
    dispute.decision = prose(reason, REASON, needed=True)
    dispute.state, dispute.decided_at, dispute.decided_by = state, now, by
    dispute.value = dispute.second_value if change else dispute.disputed
    detail = {"item": dispute.item, "value": dispute.value, "reason": dispute.decision}
    action = "dispute.change" if change else "dispute.uphold"
    await audit.append(session, actor=by, action=action, object=f"dispute:{dispute.id}", at=now, detail=detail)
    return dispute


def may_see(dispute: Dispute, viewer: str) -> bool:
    """Whether item, values and reason may be shown: to all once both have scored, before that to the two concerned."""
    return dispute.state not in {"open", "assigned"} or viewer in {dispute.agent, dispute.first_reviewer} - {""}


def overdue(dispute: Dispute, now: datetime) -> bool:
    """Whether it should have been decided by now."""
    return not DISPUTE.over(dispute.state) and dispute.due_at < now


async def held(session: Session, dispute_id: int) -> Dispute:
    """The dispute, held until the transaction ends.

    Raises:
        UsageError: if there is none.
    """
    dispute = await rows.get(session, dispute_id, lock=True)
    if dispute is None:
        raise UsageError(
            Text(f"no dispute {dispute_id}", f"没有申诉 {dispute_id}"),
            cure=Text("ivr qa dispute list shows those there are", "用 ivr qa dispute list 查看"),
        )
    return dispute


async def _first_reviewer(session: Session, dispute: Dispute) -> str:
    """Who made the review the dispute is about, also where he let the machine's verdict stand."""
    if dispute.review_id is None:
        return dispute.first_reviewer
    review = await review_rows.get(session, dispute.review_id)
    return review.reviewer if review is not None else dispute.first_reviewer


async def _drop_second(session: Session, dispute: Dispute, *, by: str, now: datetime) -> None:
    if dispute.second_review_id is None:
        return
    review = await review_rows.get(session, dispute.second_review_id, lock=True)
    dispute.second_review_id = None
    if review is not None and review.state == "draft":
        await throw_away(session, review, by=by, now=now)
