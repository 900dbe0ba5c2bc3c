"""Scorecards and reviews on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.cli.common import done, emit
from ivr.cli.people import fields, table
from ivr.core.language import Text

if TYPE_CHECKING:
    from ivr.storage.models import Review
    from recording.scorecards import Card, Outcome

REVIEW_FIELDS = (
    "id", "call_id", "agent", "kind", "source", "reviewer", "state", "opened_at", "submitted_at", "points", "possible",
    "failed_all", "rulebook", "rulebook_version", "comment",
)  # fmt: skip
"""Columns of a review for JSON."""


def show_review(review: Review, *, as_json: bool) -> None:
    """A review; what the machine found is left out where the reviewer is to judge without it."""
    from recording.review.cards import BLIND, review_card
    from recording.review.reviews import open_items
    from recording.review.states import REVIEW

    blind = review.kind in BLIND and review.state == "draft"
    missing = open_items(review)
    if as_json:
        items = [
            {
                **fields(one, "item", "norm", "section", "title", "weight", "fail_all", "manual", "value", "reason",
                         "comment"),
                **({} if blind else {"automatic": one.automatic}),
            }
            for one in review.items
        ]  # fmt: skip
        emit({**fields(review, *REVIEW_FIELDS), "open": missing, "items": items})
        return
    print_card(review_card(review), blind=blind)
    said = REVIEW.states[review.state]
    done(
        f"review {review.id} of call {review.call_id}, {review.agent}, by {review.reviewer}: {said.en}"
        + (f"; to be judged: {', '.join(missing)}" if missing and review.state == "draft" else ""),
        f"评分 {review.id}：通话 {review.call_id}，{review.agent}，评分人 {review.reviewer}，{said.zh}"
        + (f"；待评定：{', '.join(missing)}" if missing and review.state == "draft" else ""),
    )


def print_card(card: Card, *, blind: bool = False) -> None:
    """The lines of a card by section; layers that say nothing yet have no column."""
    layers: list[tuple[Text, list[str]]] = [
        (Text("machine", "机器"), ["·" if blind else _short(one.automatic) for one in card.lines]),
        (Text("reviewer", "人工"), [_short(one.reviewed) for one in card.lines]),
        (Text("dispute", "申诉"), [_short(one.decided) for one in card.lines]),
        (Text("counts", "最终"), ["·" if blind else _short(one.final) for one in card.lines]),
    ]
    layers = [(head, values) for head, values in layers if any(values)]
    heads = [Text("item", "项目"), Text("title", "名称"), Text("weight", "权重"), *(head for head, _ in layers)]
    rows: list[tuple[object, ...]] = []
    section = None
    for index, one in enumerate(card.lines):
        if one.section != section:
            section = one.section
            rows.append((f"[{section}]", *("" for _ in heads[1:])))
        item = one.item + (" !" if one.fail_all else "")
        rows.append((item, f"{one.title} {one.norm}", f"{one.weight:g}", *(values[index] for _, values in layers)))
    table(heads, rows, right=(2,), whole=(0, *range(2, len(heads))))


def _short(outcome: Outcome | None) -> str:
    from recording.scorecards.outcome import Outcome, name_of

    if outcome is None:
        return ""
    return str(Text("n/a", "不适用") if outcome is Outcome.NOT_APPLICABLE else name_of(outcome))


def percent(value: float | None) -> str:
    """A share of 100 for people."""
    return "—" if value is None else f"{value:.1f} %"
