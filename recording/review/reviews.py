"""A person's review of a card: opened, items judged, submitted. Every change leaves an audit row.

All functions work in the caller's writing transaction; ``by`` is who does it, ``now`` the time.
"""

from __future__ import annotations

from datetime import datetime

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import audit
from ivr.storage.models import Review, ReviewItem
from ivr.storage.people import Session
from ivr.storage.people import disputes as dispute_rows
from ivr.storage.people import reviews as rows
from ivr.storage.people.spots import was_drawn
from recording.review import verdict_of_second
from recording.review.cards import BLIND, FIRST, automatic, first_slot, own_card, review_card
from recording.review.people import person, prose
from recording.review.states import REVIEW
from recording.scorecards import REVIEWED, Outcome, card_of

COMMENT = Text("the comment", "说明")
REASON = Text("the reason", "理由")


async def open_review(
    session: Session,
    call_id: int,
    *,
    by: str,
    now: datetime,
    agent: str | None = None,
    kind: str = FIRST,
    slot: str | None = None,
    source: str = "",
    calibration_id: int | None = None,
) -> Review:
    """A draft for one agent's part in one call.

    Args:
        kind: ``first`` counts; ``second`` and ``calibration`` are blind and count nothing by themselves.
        slot: the place there is one of; made from kind, call and agent when None.
        source: ``spot``, ``chosen``, ``dispute`` or ``calibration``; found out when empty.

    Raises:
        UsageError: if the call has no card, the place is taken, or the reviewer is the agent or was the first.
    """
    by = person(by)
    score = await automatic(session, call_id, agent)
    if by == score.agent:
        raise UsageError(
            Text("nobody reviews himself", "不能评自己的通话"), cure=Text("another reviewer", "请换一位评分人")
        )
    first = await rows.in_slot(session, first_slot(call_id, score.agent))
    if kind in BLIND and first is not None and first.reviewer == by and kind != "calibration":
        raise UsageError(
            Text("the second reviewer must not be the first one", "第二评分人不能是首位评分人"),
            cure=Text("another reviewer", "请换一位评分人"),
        )
    slot = slot or (first_slot(call_id, score.agent) if kind == FIRST else f"{kind}:{call_id}:{score.agent}")
    taken = await rows.in_slot(session, slot)
    if taken is not None:
        raise UsageError(
            Text(
                f"there is review {taken.id} of this already, by {taken.reviewer}, {REVIEW.states[taken.state].en}",
                f"已有评分 {taken.id}：{taken.reviewer}，{REVIEW.states[taken.state].zh}",
            ),
            cure=Text(f"ivr qa review show {taken.id}", f"ivr qa review show {taken.id}"),
        )
    if not source:
        source = "spot" if await was_drawn(session, call_id, score.agent) else "chosen"
    review = Review(
        slot=slot,
        call_id=call_id,
        agent=score.agent,
        run=score.run,
        rulebook=score.rulebook,
        rulebook_version=score.rulebook_version,
        kind=kind,
        source=source,
        calibration_id=calibration_id,
        reviewer=by,
        state="draft",
        opened_at=now,
        items=[
            ReviewItem(
                item=line.item,
                norm=line.norm,
                section=line.section,
                title={"en": line.title.en, "zh": line.title.zh},
                weight=line.weight,
                fail_all=line.fail_all,
                manual=line.manual,
                automatic=line.automatic.value,
            )
            for line in card_of(score.items).lines
        ],
    )
    await rows.add(session, review)
    detail = {"call": call_id, "agent": score.agent, "kind": kind, "source": source}
    await audit.append(session, actor=by, action="review.open", object=f"review:{review.id}", at=now, detail=detail)
    return review


async def judge_item(
    session: Session,
    review_id: int,
    item: str,
    value: Outcome | None,
    *,
    by: str,
    now: datetime,
    reason: str = "",
    comment: str = "",
) -> Review:
    """Say what an item came to; None takes it back.

    Args:
        reason: needed where the value differs from what the machine found for certain.

    Raises:
        UsageError: if it is another person's review, not a draft, has no such item, or the reason is missing.
    """
    review = await mine(session, review_id, by)
    REVIEW.after(review.state, "set", str(review.id))
    row = next((one for one in review.items if one.item == item), None)
    if row is None:
        names = ", ".join(one.item for one in review.items)
        raise UsageError(
            Text(f"review {review.id} has no item {item!r:.60}", f"评分 {review.id} 没有项目 {item!r:.60}"),
            cure=Text(f"one of: {names}", f"可选：{names}"),
        )
    if value is not None and value not in REVIEWED:
        raise ValueError(value)
    override = overrides(review, row, value)
    before = row.value
    row.reason = prose(reason, REASON, needed=override)
    row.comment = prose(comment, COMMENT)
    row.value = value.value if value else ""
    detail = {"item": item, "from": before, "to": row.value, "automatic": row.automatic, "reason": row.reason}
    await audit.append(session, actor=by, action="review.judge", object=f"review:{review.id}", at=now, detail=detail)
    return review


def overrides(review: Review, row: ReviewItem, value: Outcome | None) -> bool:
    """Whether ``value`` contradicts something the machine was sure of, in a review that counts."""
    if value is None or review.kind != FIRST:
        return False
    return Outcome(row.automatic) in REVIEWED and value.value != row.automatic


def open_items(review: Review) -> list[str]:
    """Items a reviewer has yet to decide: all of a blind review, else those the machine left open."""
    return [
        one.item
        for one in review.items
        if not one.value and (review.kind in BLIND or Outcome(one.automatic) is Outcome.UNDECIDED)
    ]


async def submit(
    session: Session,
    review_id: int,
    *,
    by: str,
    now: datetime,
    comment: str = "",
    leave_open: bool = False,
    confirm_rest: bool = False,
) -> Review:
    """Close a review; from now on it can be changed by a dispute only.

    Args:
        leave_open: items nobody can decide stay undecided; not for the second review of a dispute.
        confirm_rest: the reviewer has checked the machine's other verdicts too and says the same; not for blind
            reviews, which do not see them.

    Raises:
        UsageError: if it is another person's review, not a draft, or items are still to be judged.
    """
    review = await mine(session, review_id, by)
    state = REVIEW.after(review.state, "submit", str(review.id))
    if confirm_rest and review.kind in BLIND:
        raise UsageError(
            Text("a blind review confirms nothing: judge each item", "盲评不能“确认其余”：请逐项评定"),
            cure=Text("ivr qa review set", "ivr qa review set"),
        )
    for row in review.items if confirm_rest else ():
        if not row.value and Outcome(row.automatic) in REVIEWED:
            row.value = row.automatic
    dispute = await dispute_rows.of_review(session, review.id) if review.kind in BLIND else None
    missing = open_items(review)
    if missing and (not leave_open or dispute is not None):
        names = ", ".join(missing)
        raise UsageError(
            Text(f"not judged yet: {names}", f"尚未评定：{names}"),
            cure=Text("judge them, or leave them open: --leave-open", "请评定，或用 --leave-open 留作未决"),
        )
    card = review_card(review).final if review.kind == FIRST else own_card(review).final
    review.state, review.submitted_at, review.comment = state, now, prose(comment, COMMENT)
    review.points, review.possible, review.failed_all = card.points, card.possible, card.failed_all
    detail = {
        "call": review.call_id,
        "agent": review.agent,
        "points": card.points,
        "possible": card.possible,
        "failed_all": card.failed_all,
        "left_open": len(missing),
    }
    await audit.append(session, actor=by, action="review.submit", object=f"review:{review.id}", at=now, detail=detail)
    if dispute is not None:
        await verdict_of_second.record(session, dispute, review, by=by, now=now)
    return review


async def discard(session: Session, review_id: int, *, by: str, now: datetime, reason: str = "") -> Review:
    """Give up a draft; its place is free again.

    Raises:
        UsageError: if it is another person's review, not a draft, or belongs to a dispute (which is given back).
    """
    review = await mine(session, review_id, by)
    if await dispute_rows.of_review(session, review.id) is not None:
        raise UsageError(
            Text("this review was asked for by a dispute", "该评分属于申诉"),
            cure=Text("give the dispute back: ivr qa dispute release", "请退回申诉：ivr qa dispute release"),
        )
    return await throw_away(session, review, by=by, now=now, reason=reason)


async def throw_away(session: Session, review: Review, *, by: str, now: datetime, reason: str = "") -> Review:
    """Discard a draft, whoever it belongs to."""
    review.state = REVIEW.after(review.state, "discard", str(review.id))
    review.slot = f"discarded:{review.id}"
    detail = {"reason": prose(reason, REASON)}
    await audit.append(session, actor=by, action="review.discard", object=f"review:{review.id}", at=now, detail=detail)
    return review


async def mine(session: Session, review_id: int, by: str) -> Review:
    """The review, held until the transaction ends.

    Raises:
        UsageError: if there is none, or it is another person's.
    """
    by = person(by)
    review = await rows.get(session, review_id, lock=True)
    if review is None:
        raise no_such(review_id)
    if review.reviewer != by:
        raise UsageError(
            Text(f"review {review_id} is {review.reviewer}'s", f"评分 {review_id} 属于 {review.reviewer}"),
            cure=Text("only he can change it", "只有本人可以修改"),
        )
    return review


def no_such(review_id: int) -> UsageError:
    """What is said of a review there is not."""
    return UsageError(
        Text(f"no review {review_id}", f"没有评分 {review_id}"),
        cure=Text("ivr qa review list shows those there are", "用 ivr qa review list 查看"),
    )
