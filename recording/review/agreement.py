"""What doubly judged calls say about the reviewers, and reviewed calls about the machine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ivr.core.language import Text
from ivr.storage.models import Review
from recording.review.cards import title_of
from recording.review.correction import Errors
from recording.review.kappa import Kappa, cohen
from recording.scorecards import Outcome


@dataclass(frozen=True, slots=True)
class ItemKappa:
    """How far the first and the second reviewer agree on one item."""

    item: str
    title: Text
    kappa: Kappa


def between_reviewers(
    firsts: Iterable[Review], seconds: Iterable[Review], disputed: Collection[tuple[int, str, str]] = ()
) -> list[ItemKappa]:
    """Agreement per item, over calls that were judged twice; only values both gave themselves count.

    Args:
        firsts, seconds: submitted reviews.
        disputed: (call, agent, item) to leave out: they were judged twice because somebody objected, so they would
            make reviewers look worse than they are.
    """
    by_card = {(one.call_id, one.agent): one for one in firsts}
    titles: dict[str, Text] = {}
    pairs: dict[str, list[tuple[str, str]]] = {}
    seen: set[tuple[int, str]] = set()
    for second in seconds:
        card = (second.call_id, second.agent)
        first = by_card.get(card)
        if first is None or first.reviewer == second.reviewer or card in seen:
            continue  # a call counts once, however often it was disputed
        seen.add(card)
        other = {one.item: one.value for one in second.items if one.value}
        for row in first.items:
            if row.value and row.item in other and (*card, row.item) not in disputed:
                titles.setdefault(row.item, title_of(row))
                pairs.setdefault(row.item, []).append((row.value, other[row.item]))
    return [ItemKappa(item, titles[item], cohen(pairs[item])) for item in sorted(pairs)]


def machine_errors(reviews: Iterable[Review]) -> Mapping[str, Errors]:
    """The machine's errors per item, from submitted reviews of calls that were drawn by lot.

    Only items count that a person judged himself, and of which the machine had a definite verdict. A violation is an
    item that failed.
    """
    found: dict[str, list[int]] = {}
    for review in reviews:
        for row in review.items:
            machine, person = Outcome(row.automatic), Outcome(row.value) if row.value else None
            if person is None or not machine.counts or not person.counts:
                continue
            counts = found.setdefault(row.item, [0, 0, 0, 0])
            if person is Outcome.FAIL:
                counts[0 if machine is Outcome.FAIL else 1] += 1
            else:
                counts[2 if machine is Outcome.PASS else 3] += 1
    return {item: Errors(*counts) for item, counts in found.items()}
