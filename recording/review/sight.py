"""Who may see what: a blind reviewer sees neither the machine's values nor other people's until his own are in."""

from __future__ import annotations

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.models import Review
from ivr.storage.people import Session, calibrations
from ivr.storage.people import reviews as rows
from recording.review.cards import BLIND, CALIBRATION


async def refuse_the_blind(session: Session, call_id: int, agent: str, viewer: str) -> None:
    """Keep a card from somebody who is to score it blind.

    Raises:
        UsageError: if ``viewer`` has an unsubmitted blind review of it.
    """
    if not viewer:
        return
    drafts = await rows.list_reviews(
        session, call_id=call_id, agent=agent, reviewer=viewer, kinds=BLIND, state="draft", limit=1
    )
    if drafts:
        raise UsageError(
            Text("you score this call blind: first submit your own review", "您正在盲评该通话：请先提交自己的评分"),
            cure=Text(f"ivr qa review show {drafts[0].id}", f"ivr qa review show {drafts[0].id}"),
        )


async def hidden(session: Session, review: Review, viewer: str) -> bool:
    """Whether a review's values must not be shown to ``viewer``: drafts made blind, and calibration before its end."""
    if review.reviewer == viewer:
        return False
    if review.kind == CALIBRATION and review.calibration_id is not None:
        found = await calibrations.get(session, review.calibration_id)
        return found is None or found.state != "closed"
    return review.kind in BLIND and review.state == "draft"


async def refuse_hidden(session: Session, review: Review, viewer: str) -> None:
    """Keep a review from people who may not see it yet.

    Raises:
        UsageError: if it is hidden from ``viewer``, or he is to score the same card blind himself.
    """
    if await hidden(session, review, viewer):
        raise UsageError(
            Text("this review is blind: nobody else sees it yet", "该评分为盲评，暂不对他人显示"),
            cure=Text("wait until it is submitted, or the session closed", "请等待提交或校准结束"),
        )
    if review.reviewer != viewer:
        await refuse_the_blind(session, review.call_id, review.agent, viewer)
