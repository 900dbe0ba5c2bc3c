"""The scorecard of one agent's part in one call, as it stands: machine, reviewer, disputes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage import quality
from ivr.storage.models import Dispute, Review, ReviewItem, Score
from ivr.storage.people import Session, disputes, reviews
from recording.scorecards import Card, Line, Outcome, card_of

FIRST, SECOND, CALIBRATION = "first", "second", "calibration"
BLIND = (SECOND, CALIBRATION)
"""Kinds of review that see neither the machine's values nor other people's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A card and what it was made of.

    Args:
        score: the newest automatic score.
        review: the submitted review that counts; None if there is none.
        disputes: about this card, in any state.
    """

    call_id: int
    agent: str
    card: Card
    score: Score
    review: Review | None
    disputes: tuple[Dispute, ...]


def first_slot(call_id: int, agent: str) -> str:
    """Where the one review that counts is kept."""
    return f"{FIRST}:{call_id}:{agent}"


async def automatic(session: Session, call_id: int, agent: str | None = None) -> Score:
    """The newest automatic score of an agent's part.

    Args:
        agent: may be left out where the call has one agent.

    Raises:
        UsageError: if the call was not judged, has no such agent, or several.
    """
    found = {one.agent: one for one in await quality.list_scores(session, call_id)}
    if not found:
        raise UsageError(
            Text(f"call {call_id} has no scorecard", f"通话 {call_id} 没有评分表"),
            cure=Text("see that there is such a call and judge it: ivr qa run", "请确认通话存在并先评判：ivr qa run"),
        )
    if agent is None and len(found) == 1:
        return next(iter(found.values()))
    if agent is None or agent not in found:
        names = ", ".join(sorted(found))
        said = f" {agent!r:.80}" if agent else ""
        raise UsageError(
            Text(f"call {call_id}: which agent{said}?", f"通话 {call_id}：哪位坐席{said}？"),
            cure=Text(f"one of: {names}", f"可选：{names}"),
        )
    return found[agent]


async def standing(session: Session, call_id: int, agent: str | None = None) -> Standing:
    """The card as it stands.

    Raises:
        UsageError: as ``automatic``.
    """
    score = await automatic(session, call_id, agent)
    review = await reviews.in_slot(session, first_slot(call_id, score.agent))
    if review is not None and review.state != "submitted":
        review = None
    about = await disputes.of_card(session, call_id, score.agent)
    return Standing(call_id, score.agent, laid_over(score.items, review, about), score, review, tuple(about))


def laid_over(items: Sequence[Mapping[str, Any]], review: Review | None, about: Iterable[Dispute]) -> Card:
    """The card of a score's items, a submitted review and the disputes about it.

    Where there is a review, its own list of items counts: the rulebook may have changed since.
    """
    card = card_of(items) if review is None else review_card(review)
    return card.with_decisions({one.item: Outcome(one.value) for one in about if one.value})


def review_card(review: Review) -> Card:
    """The card as a review has it."""
    return Card(tuple(_line(item) for item in review.items))


def own_card(review: Review) -> Card:
    """The card of a reviewer's own values only: what he did not judge is undecided."""
    lines = review_card(review).lines
    return Card(
        tuple(
            Line(
                one.item,
                one.title,
                one.norm,
                one.section,
                one.weight,
                one.fail_all,
                one.manual,
                one.reviewed or Outcome.UNDECIDED,
            )
            for one in lines
        )
    )


def _line(item: ReviewItem) -> Line:
    return Line(
        item=item.item,
        title=title_of(item),
        norm=item.norm,
        section=item.section,
        weight=item.weight,
        fail_all=item.fail_all,
        manual=item.manual,
        automatic=Outcome(item.automatic),
        reviewed=Outcome(item.value) if item.value else None,
    )


def title_of(item: ReviewItem) -> Text:
    """An item's title for people."""
    return Text(str(item.title.get("en", item.item)), str(item.title.get("zh", item.item)))
