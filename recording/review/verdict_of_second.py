"""What a second reviewer's value does to a dispute."""

from __future__ import annotations

from datetime import datetime

from ivr.storage import audit
from ivr.storage.models import Dispute, Review
from ivr.storage.people import Session
from recording.review.states import DISPUTE


async def record(session: Session, dispute: Dispute, review: Review, *, by: str, now: datetime) -> None:
    """Take the disputed item's value from the submitted second review.

    The same value: the dispute is decided, the value stands. Another value: against a machine's verdict a person's
    word decides; against a person's, a third one must.
    """
    value = next(one.value for one in review.items if one.item == dispute.item)
    action = "agree" if value == dispute.disputed else "differ" if dispute.first_reviewer else "overrule"
    dispute.state = DISPUTE.after(dispute.state, action, str(dispute.id))
    dispute.second_value, dispute.answered_at = value, now
    if dispute.state != "split":
        dispute.value, dispute.decided_at, dispute.decided_by = value, now, by
    await audit.append(
        session,
        actor=by,
        action=f"dispute.{action}",
        object=f"dispute:{dispute.id}",
        at=now,
        detail={"item": dispute.item, "disputed": dispute.disputed, "second": value, "state": dispute.state},
    )
