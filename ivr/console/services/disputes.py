"""Disputes: an agent objects, another scores blind, a third decides where they differ.

The rules are those of ``recording.review.disputes``. Who has an agent of his own decides nothing about that agent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from ivr.console.context import Console
from ivr.console.errors import Forbidden, NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.cards import viewer_of
from ivr.console.services.casework import Shown, blind_for, must_see_call
from ivr.core.language import Text
from ivr.storage.ledger import newest_scores
from ivr.storage.models import Dispute
from ivr.storage.people import disputes as rows
from ivr.storage.work import Session
from recording.review import disputes as work
from recording.review.states import DISPUTE
from recording.scorecards import card_of

OPEN = ("open", "assigned", "split")
Which = Literal["open", "for_me", "all"]
Done = Callable[[Session, datetime], Awaitable[Any]]


class DisputeView(Shown):
    """A dispute; item, values and reasons are null where who asks may not know them yet.

    ``actions`` are what he can do now: take, release, withdraw, uphold, change.
    """

    id: int
    call: int
    agent: str
    state: str
    state_name: str
    opened_at: datetime
    due_at: datetime
    overdue: bool
    second_reviewer: str
    second_review: int | None = None
    item: str | None = None
    title: str | None = None
    reason: str | None = None
    disputed: str | None = None
    first_reviewer: str | None = None
    second_value: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str | None = None
    value: str | None = None
    actions: tuple[str, ...] = ()


async def list_disputes(
    console: Console, who: Person, *, which: Which = "open", call: int | None = None, limit: int = 100
) -> list[DisputeView]:
    """Disputes, those due first; an agent's own. ``for_me``: those who asks can take, has, or can decide.

    Raises:
        Forbidden: if who asks may not.
        NotFound: if there is no such call for him.
    """
    who.must(Permission.DISPUTE, Permission.REVIEW, Permission.DECIDE, Permission.CALLS_ALL)
    all_ = who.may(Permission.CALLS_ALL)
    if not all_ and not who.agent:
        return []
    async with console.database.read() as session:
        if call is not None:
            await must_see_call(session, who, call)
        found = await rows.list_disputes(
            session,
            agent=None if all_ else who.agent,
            states=() if which == "all" else OPEN,
            call_id=call,
            limit=limit,
        )
        views = await _views(console, session, who, found)
    return [one for one in views if one.actions] if which == "for_me" else views


async def show(console: Console, who: Person, dispute_id: int) -> DisputeView:
    """One dispute.

    Raises:
        Forbidden, NotFound: if who asks may not, or there is none for him.
    """
    who.must(Permission.DISPUTE, Permission.REVIEW, Permission.DECIDE, Permission.CALLS_ALL)
    async with console.database.read() as session:
        return await _one(console, session, who, await _seen(session, who, dispute_id))


async def raise_dispute(console: Console, who: Person, call_id: int, item: str, reason: str) -> DisputeView:
    """Object to a failed item of one's own card.

    Raises:
        Forbidden: if who asks may not, or is no agent.
        NotFound: if it is not a call of his.
        UsageError: if the item did not fail, was disputed, it is too late, or the reason is missing.
    """
    who.must(Permission.DISPUTE)
    if not who.agent:
        raise Forbidden(Text("only an agent can object", "只有坐席可以申诉"))
    async with console.database.write() as session:
        await must_see_call(session, who, call_id)
        found = await work.raise_dispute(
            session, call_id, item, by=who.agent, now=console.clock.now(), reason=reason, agent=who.agent
        )
        return await _one(console, session, who, found)


async def take(console: Console, who: Person, dispute_id: int) -> DisputeView:
    """Become the second reviewer: a blind review of the whole call begins; raises as :func:`decide`."""
    return await _do(
        console,
        who,
        dispute_id,
        "take",
        (Permission.REVIEW,),
        lambda s, now: work.take(s, dispute_id, by=who.login, now=now),
    )


async def release(console: Console, who: Person, dispute_id: int) -> DisputeView:
    """Give it back unanswered; raises as :func:`decide`."""
    return await _do(
        console,
        who,
        dispute_id,
        "release",
        (Permission.REVIEW,),
        lambda s, now: work.release(s, dispute_id, by=who.login, now=now),
    )


async def withdraw(console: Console, who: Person, dispute_id: int) -> DisputeView:
    """The agent takes it back; raises as :func:`decide`."""
    return await _do(
        console,
        who,
        dispute_id,
        "withdraw",
        (Permission.DISPUTE,),
        lambda s, now: work.withdraw(s, dispute_id, by=who.agent, now=now),
    )


async def decide(console: Console, who: Person, dispute_id: int, *, change: bool, reason: str) -> DisputeView:
    """Settle a dispute on which two reviewers differ.

    Raises:
        Forbidden: if who asks may not: it is about himself, or he scored (a first reviewer may give in).
        NotFound: if there is none for him.
        UsageError: if its state does not allow it, or the reason is missing.
    """
    return await _do(
        console,
        who,
        dispute_id,
        "change" if change else "uphold",
        (Permission.DECIDE,),
        lambda s, now: work.decide(s, dispute_id, change=change, by=who.login, now=now, reason=reason),
    )


def actions(who: Person, row: Dispute) -> tuple[str, ...]:
    """What ``who`` can do to it now."""
    own = who.owns(row.agent) or who.login == row.agent
    found = []
    for action in DISPUTE.possible(row.state):
        if action == "withdraw":
            can = own and who.may(Permission.DISPUTE)
        elif action == "take":
            can = not own and who.may(Permission.REVIEW) and who.login != row.first_reviewer
        elif action == "release":
            can = row.second_reviewer == who.login and who.may(Permission.REVIEW)
        elif action in {"uphold", "change"}:
            third = who.login not in {row.first_reviewer, row.second_reviewer}
            can = not own and who.may(Permission.DECIDE) and (third or _gives_in(who, row, action))
        else:
            can = False  # agree, differ, overrule follow from the second review
        if can:
            found.append(action)
    return tuple(found)


def _gives_in(who: Person, row: Dispute, action: str) -> bool:
    return action == "change" and who.login == row.first_reviewer


async def _do(
    console: Console, who: Person, dispute_id: int, action: str, needs: tuple[Permission, ...], run: Done
) -> DisputeView:
    who.must(*needs)
    async with console.database.write() as session:
        row = await _seen(session, who, dispute_id)
        if (row.state, action) in DISPUTE.steps and action not in actions(who, row):
            raise Forbidden
        await run(session, console.clock.now())
        await session.flush()
        return await _one(console, session, who, await work.held(session, dispute_id))


async def _seen(session: Session, who: Person, dispute_id: int) -> Dispute:
    found = await rows.get(session, dispute_id)
    if found is None or not (who.may(Permission.CALLS_ALL) or who.owns(found.agent)):
        raise NotFound(Text(f"no dispute {dispute_id}", f"没有申诉 {dispute_id}"))
    return found


async def _one(console: Console, session: Session, who: Person, row: Dispute) -> DisputeView:
    return (await _views(console, session, who, [row]))[0]


async def _views(console: Console, session: Session, who: Person, found: Sequence[Dispute]) -> list[DisputeView]:
    """As ``who`` sees them; what the items are called is read for all at once."""
    blind = await blind_for(session, who)
    seen = [one for one in found if _may_see(who, one, blind)]
    scores = await newest_scores(session, {one.call_id for one in seen}) if seen else {}
    titles = {
        (score.call_id, score.agent, line.item): line.title.within(who.language)
        for rows_ in scores.values()
        for score in rows_
        for line in card_of(score.items).lines
    }
    named = {one.id: titles.get((one.call_id, one.agent, one.item), one.item) for one in seen}
    return [_view(console, who, one, named.get(one.id)) for one in found]


def _may_see(who: Person, row: Dispute, blind: set[tuple[int, str]]) -> bool:
    return (row.call_id, row.agent) not in blind and work.may_see(row, viewer_of(who, row))


def _view(console: Console, who: Person, row: Dispute, title: str | None) -> DisputeView:
    found = DisputeView(
        id=row.id,
        call=row.call_id,
        agent=row.agent,
        state=row.state,
        state_name=DISPUTE.states[row.state].within(who.language),
        opened_at=row.opened_at,
        due_at=row.due_at,
        overdue=work.overdue(row, console.clock.now()),
        second_reviewer=row.second_reviewer,
        second_review=row.second_review_id if who.login == row.second_reviewer else None,
        actions=actions(who, row),
    )
    if title is None:  # he may not know it yet
        return found
    return found.model_copy(
        update={
            "item": row.item,
            "title": title,
            "reason": row.reason,
            "disputed": row.disputed,
            "first_reviewer": row.first_reviewer,
            "second_value": row.second_value,
            "decided_at": row.decided_at,
            "decided_by": row.decided_by,
            "decision": row.decision,
            "value": row.value,
        }
    )


__all__ = ["DisputeView", "actions", "decide", "list_disputes", "raise_dispute", "release", "show", "take", "withdraw"]
