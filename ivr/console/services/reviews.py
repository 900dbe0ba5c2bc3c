"""Reviews: people score calls. The rules are those of ``recording.review.reviews``; nobody scores himself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.cards import CardView, ReviewHead, head, view
from ivr.console.services.casework import PAGE, must_see_call
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.models import Review
from ivr.storage.people import reviews as rows
from ivr.storage.work import Session
from recording.review import reviews as work
from recording.review.sight import refuse_hidden
from recording.scorecards import Outcome

Done = Callable[[Session, datetime], Awaitable[Review]]


async def list_reviews(
    console: Console, who: Person, *, call: int | None = None, state: str | None = None, limit: int = PAGE
) -> list[ReviewHead]:
    """Reviews without their values, the newest first: one's own, or all of a call.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
    """
    who.must(Permission.REVIEW)
    async with console.database.read() as session:
        if call is not None:
            await must_see_call(session, who, call)
        found = await rows.list_reviews(
            session, call_id=call, reviewer=who.login if call is None else None, state=state, limit=limit
        )
    # a comment tells of values, which who scores the call blind must not know
    return [
        head(who, one) if one.reviewer == who.login else head(who, one).model_copy(update={"comment": ""})
        for one in found
    ]


async def show(console: Console, who: Person, review_id: int) -> ReviewHead:
    """One review, if it is not hidden from who asks.

    Raises:
        Forbidden: if who asks may not, it is blind and not over, or he is to score the same call blind.
        NotFound: if there is none.
    """
    who.must(Permission.REVIEW)
    async with console.database.read() as session:
        found = await rows.get(session, review_id)
        if found is None:
            raise _none(review_id)
        try:
            await refuse_hidden(session, found, who.login)
        except UsageError as error:
            raise Forbidden(error.message) from error
        return head(who, found)


async def start(console: Console, who: Person, call_id: int, agent: str = "", *, second: bool = False) -> CardView:
    """Begin a review of an agent's part in a call, in the first layer that counts, or a blind second one.

    Raises:
        Forbidden: if who asks may not, or it is his own part.
        NotFound: if there is no such call.
        UsageError: if there is no such card, or it is reviewed already.
    """
    who.must(Permission.REVIEW)
    kind = "second" if second else "first"
    async with console.database.write() as session:
        await must_see_call(session, who, call_id)
        found = await work.open_review(
            session, call_id, by=who.login, now=console.clock.now(), agent=agent or None, kind=kind
        )
        if who.owns(found.agent):
            raise Forbidden(Text("nobody reviews himself", "不能评自己的通话"))
        return await view(console, session, who, call_id, found.agent)


async def judge(
    console: Console,
    who: Person,
    review_id: int,
    item: str,
    value: Outcome | None,
    *,
    reason: str = "",
    comment: str = "",
) -> CardView:
    """Say what an item came to; None takes it back.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such review of his.
        UsageError: if it is submitted, has no such item, or contradicts the machine without a reason.
    """
    return await _do(
        console,
        who,
        review_id,
        lambda s, now: work.judge_item(
            s, review_id, item, value, by=who.login, now=now, reason=reason, comment=comment
        ),
    )


async def submit(
    console: Console,
    who: Person,
    review_id: int,
    *,
    comment: str = "",
    leave_open: bool = False,
    confirm_rest: bool = False,
) -> CardView:
    """Close a review; raises as :func:`judge`, and UsageError if items are still to be judged."""
    return await _do(
        console,
        who,
        review_id,
        lambda s, now: work.submit(
            s,
            review_id,
            by=who.login,
            now=now,
            comment=comment,
            leave_open=leave_open,
            confirm_rest=confirm_rest,
        ),
    )


async def discard(console: Console, who: Person, review_id: int, reason: str = "") -> CardView:
    """Give up a draft; raises as :func:`judge`."""
    return await _do(
        console, who, review_id, lambda s, now: work.discard(s, review_id, by=who.login, now=now, reason=reason)
    )


async def _do(console: Console, who: Person, review_id: int, run: Done) -> CardView:
    who.must(Permission.REVIEW)
    async with console.database.write() as session:
        found = await rows.get(session, review_id)
        if found is None or found.reviewer != who.login:
            raise _none(review_id)
        if who.owns(found.agent):
            raise Forbidden(Text("nobody reviews himself", "不能评自己的通话"))
        await run(session, console.clock.now())
        await session.flush()
        return await view(console, session, who, found.call_id, found.agent)


def _none(review_id: int) -> NotFound:
    return NotFound(Text(f"no review {review_id} of yours", f"您没有评分 {review_id}"))


__all__ = ["discard", "judge", "list_reviews", "show", "start", "submit"]
