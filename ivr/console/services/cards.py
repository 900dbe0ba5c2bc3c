"""Scorecards: what the machine found, what people said, what counts; with the places in the sound."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown, must_see_call
from ivr.core.language import Text
from ivr.reports.books import NO_BOOK, Book, books_of
from ivr.reports.work import places
from ivr.storage import quality
from ivr.storage.models import Dispute, Review
from ivr.storage.people import reviews as review_rows
from ivr.storage.work import Session
from recording.review import disputes as dispute_rules
from recording.review.cards import BLIND, automatic, first_slot, own_card, review_card, standing
from recording.review.disputes import RAISE_WITHIN
from recording.review.reviews import open_items
from recording.review.states import DISPUTE, REVIEW
from recording.scorecards import Line, Outcome
from recording.scorecards.card import Totals


class Sum(Shown):
    """A card's sum; ``percent`` is null where nothing counts."""

    points: float
    possible: float
    percent: float | None
    failed_all: bool
    undecided: int


class Item(Shown):
    """One item; a layer that says nothing, or is hidden from a blind reviewer, is null.

    ``verdict`` is the machine's word (said, not_said, cannot_tell, ...), ``at`` where its evidence is, seconds of the
    call; ``dispute`` the number of a dispute about it that who asks may know of.
    """

    item: str
    title: str
    norm: str
    section: str
    section_title: str
    weight: float
    fail_all: bool
    manual: bool
    automatic: Outcome | None
    reviewed: Outcome | None
    decided: Outcome | None
    final: Outcome | None
    verdict: str = ""
    at: float | None = None
    reason: str = ""
    comment: str = ""
    dispute: int | None = None
    may_dispute: bool = False


class ReviewHead(Shown):
    """A review without its values."""

    id: int
    call: int
    agent: str
    kind: str
    source: str
    reviewer: str
    state: str
    state_name: str
    opened_at: datetime
    submitted_at: datetime | None
    comment: str = ""


class DisputeHead(Shown):
    """A dispute as anybody may know of it."""

    id: int
    state: str
    state_name: str
    due_at: datetime
    overdue: bool


class CardView(Shown):
    """A scorecard of one agent's part in one call.

    ``blind``: who asks is to score it without seeing the machine's values and other people's; then the layers are
    his own and the sums null. ``draft`` is his own unsubmitted review, ``open`` what he has still to judge.
    """

    call: int
    agent: str
    blind: bool
    automatic: Sum | None
    final: Sum | None
    items: tuple[Item, ...]
    review: ReviewHead | None
    draft: ReviewHead | None
    open: tuple[str, ...] = ()
    disputes: tuple[DisputeHead, ...] = ()
    may_review: bool = False


async def agents(console: Console, who: Person, call_id: int) -> list[str]:
    """Whose cards of a call who asks may see; an agent only his own.

    Raises:
        Forbidden, NotFound: if he may not, or there is no such call for him.
    """
    who.must(Permission.CALLS_ALL, Permission.CALLS_OWN)
    async with console.database.read() as session:
        await must_see_call(session, who, call_id)
        found = {one.agent for one in await quality.list_scores(session, call_id)}
    return sorted(one for one in found if who.may(Permission.CALLS_ALL) or who.owns(one))


async def card(console: Console, who: Person, call_id: int, agent: str = "") -> CardView:
    """The card of an agent's part in a call; ``agent`` may be left out where there is one.

    Raises:
        Forbidden, NotFound: if he may not, or there is no such card for him.
    """
    found = await agents(console, who, call_id)
    if not found or (agent and agent not in found):
        raise NotFound(Text(f"call {call_id} has no such scorecard", f"通话 {call_id} 没有该评分表"))
    async with console.database.read() as session:
        return await view(console, session, who, call_id, agent or found[0])


async def view(console: Console, session: Session, who: Person, call_id: int, agent: str) -> CardView:
    """The card as ``who`` sees it; who may see it was asked before."""
    mine = await review_rows.list_reviews(
        session, call_id=call_id, agent=agent, reviewer=who.login, state="draft", limit=10
    )
    blind = next((one for one in mine if one.kind in BLIND), None)
    if blind is not None:
        return _blind(who, blind, await _book(session, call_id, agent))
    now = console.clock.now()
    found = await standing(session, call_id, agent)
    where = await places.of_card(session, call_id, agent)
    book = _of_score(await books_of(session, [found.score]))
    draft = next(iter(mine), None)
    written = draft or found.review
    rows = {} if written is None else {one.item: one for one in written.items}
    lines = found.card if draft is None else review_card(draft)
    known = [one for one in found.disputes if dispute_rules.may_see(one, viewer_of(who, one))]
    by_item = {one.item: one.id for one in known}
    judged_at = (found.review.submitted_at if found.review else None) or found.score.created_at
    objects = who.owns(agent) and who.may(Permission.DISPUTE) and now - judged_at <= RAISE_WITHIN
    disputed = {one.item for one in found.disputes}
    return CardView(
        call=call_id,
        agent=agent,
        blind=False,
        automatic=_sum(found.card.automatic),
        final=_sum(found.card.final),
        items=tuple(
            _item(who, one, where, book).model_copy(
                update={
                    "reason": rows[one.item].reason if one.item in rows else "",
                    "comment": rows[one.item].comment if one.item in rows else "",
                    "dispute": by_item.get(one.item),
                    "may_dispute": objects and one.item not in disputed and one.standing is Outcome.FAIL,
                }
            )
            for one in lines.lines
        ),
        review=None if found.review is None else head(who, found.review),
        draft=None if draft is None else head(who, draft),
        open=() if draft is None else tuple(open_items(draft)),
        disputes=tuple(_dispute(who, one, now) for one in found.disputes),
        may_review=who.may(Permission.REVIEW)
        and not who.owns(agent)
        and draft is None
        and found.review is None
        and await _free(session, call_id, agent),
    )


def viewer_of(who: Person, dispute: Dispute) -> str:
    """Under which name somebody looks at a dispute."""
    return who.agent if who.owns(dispute.agent) else who.login


def head(who: Person, review: Review) -> ReviewHead:
    """A review without its values."""
    return ReviewHead(
        id=review.id,
        call=review.call_id,
        agent=review.agent,
        kind=review.kind,
        source=review.source,
        reviewer=review.reviewer,
        state=review.state,
        state_name=REVIEW.states[review.state].within(who.language),
        opened_at=review.opened_at,
        submitted_at=review.submitted_at,
        comment=review.comment,
    )


async def _free(session: Session, call_id: int, agent: str) -> bool:
    return await review_rows.in_slot(session, first_slot(call_id, agent)) is None


async def _book(session: Session, call_id: int, agent: str) -> Book:
    return _of_score(await books_of(session, [await automatic(session, call_id, agent)]))


def _of_score(books: Mapping[str, Book]) -> Book:
    return next(iter(books.values()), NO_BOOK)


def _blind(who: Person, review: Review, book: Book) -> CardView:
    rows = {one.item: one for one in review.items}
    return CardView(
        call=review.call_id,
        agent=review.agent,
        blind=True,
        automatic=None,
        final=None,
        items=tuple(
            _item(who, one, {}, book).model_copy(
                update={
                    "automatic": None,
                    "final": None,
                    "reviewed": None if one.final is Outcome.UNDECIDED else one.final,
                    "reason": rows[one.item].reason,
                    "comment": rows[one.item].comment,
                }
            )
            for one in own_card(review).lines
        ),
        review=None,
        draft=head(who, review),
        open=tuple(open_items(review)),
    )


def _item(who: Person, line: Line, where: Mapping[str, places.Place], book: Book) -> Item:
    place = where.get(line.item)
    return Item(
        item=line.item,
        title=line.title.within(who.language),
        norm=line.norm,
        section=line.section,
        section_title=book.section(line.section).within(who.language),
        weight=line.weight,
        fail_all=line.fail_all,
        manual=line.manual,
        automatic=line.automatic,
        reviewed=line.reviewed,
        decided=line.decided,
        final=line.final,
        verdict="" if place is None else place.value,
        at=None if place is None else place.at,
    )


def _sum(found: Totals) -> Sum:
    return Sum(
        points=found.points,
        possible=found.possible,
        percent=found.percent,
        failed_all=found.failed_all,
        undecided=found.undecided,
    )


def _dispute(who: Person, row: Dispute, now: datetime) -> DisputeHead:
    return DisputeHead(
        id=row.id,
        state=row.state,
        state_name=DISPUTE.states[row.state].within(who.language),
        due_at=row.due_at,
        overdue=dispute_rules.overdue(row, now),
    )


__all__ = ["CardView", "DisputeHead", "Item", "ReviewHead", "Sum", "agents", "card", "head", "view", "viewer_of"]
