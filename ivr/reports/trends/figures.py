"""Sums as figures people know: indicators with formula and denominator, groups, items with intervals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from ivr.core.language import Text
from ivr.reports.indicators.formulas import Sums, indicators_of, share
from ivr.reports.indicators.handling import (
    NO_STATES,
    SHARED,
    handling_time,
    occupancy_untold,
    pickup_rate,
    pickup_time,
    three_rings,
)
from ivr.reports.indicators.model import Counts, Figures, Indicator, Rules
from ivr.reports.quality.model import Group, ItemRow
from ivr.reports.trends.day import ItemName
from ivr.reports.trends.sums import ItemSums, ScoreSums, TrafficSums
from recording.review.correction import Errors, rate
from recording.review.intervals import wilson


def of_calls(sums: TrafficSums, rules: Rules, *, queues: Collection[str], queue: str = "", states: bool) -> Figures:
    """The figures of calls, as ``Reckoner`` reckons them.

    Args:
        queues: that they joined.
        queue: of one queue only, "" of all together.
        states: whether agents' states were on record.
    """
    names = {queue} if queue else set(queues)
    found = Sums(
        asked=sums.asked,
        answered=sums.answered,
        abandoned=sums.abandoned,
        short=sums.short,
        in_time=sums.in_time,
        waited_s=sums.waited_s,
        levels=frozenset(rules.level(name) for name in names),
    )
    waiting = indicators_of(found, short_abandon_s=rules.short_abandon_s, count_short=rules.count_short)
    targets = {rules.targets.get(name) for name in names}
    if len(targets) == 1:  # queues of different targets have none together
        target = targets.pop()
        waiting = tuple(replace(one, target=target) if one.id == "service_level" else one for one in waiting)
    counts = Counts(sums.asked, sums.answered, sums.abandoned, sums.short, sums.unserved)
    busy = occupancy_untold(SHARED) if queue else _occupancy(sums, states=states)
    return Figures(counts, (*waiting, _rings(sums, rules), _handling(sums, states=states), busy))


def of_agent(sums: TrafficSums, rules: Rules, *, queue: str = "", states: bool) -> Figures:
    """One agent's figures, or several agents' together; ``queue`` as with :func:`of_calls`."""
    return Figures(
        Counts(asked=sums.asked, answered=sums.answered),
        (
            _filled(pickup_rate(()), sums.picked, sums.owed),
            _rings(sums, rules),
            _filled(pickup_time(()), sums.pickup_s, sums.pickups),
            _handling(sums, states=states),
            occupancy_untold(SHARED) if queue else _occupancy(sums, states=states),
        ),
    )


def group(name: str, sums: ScoreSums) -> Group:
    """The scores of an agent, a team, or all."""
    return Group(name, sums.cards, sums.final, sums.machine, sums.reviewed, sums.failed_all, sums.undecided)


def item_row(
    item: str, sums: ItemSums, names: Mapping[str, ItemName], errors: Mapping[str, Errors] | None = None
) -> ItemRow:
    """One item with its violation rate, corrected by the machine's errors where they are known well enough."""
    known = names.get(item)
    return ItemRow(
        item=item,
        title=known.title if known is not None and known.title.en else Text(item, item),
        norm=known.norm if known is not None else "",
        section=known.section if known is not None else "",
        failed=wilson(sums.failed, sums.counted),
        rate=rate(sums.reported, sums.definite, (errors or {}).get(item, Errors())),
        undecided=sums.undecided,
        not_applicable=sums.not_applicable,
        reviewed=sums.reviewed,
    )


def _rings(sums: TrafficSums, rules: Rules) -> Indicator:
    return _filled(three_rings((), rules.three_rings_s), sums.rings_in_time, sums.rings)


def _handling(sums: TrafficSums, *, states: bool) -> Indicator:
    return _filled(handling_time((), {} if states else None), sums.handling_s, sums.handled)


def _occupancy(sums: TrafficSums, *, states: bool) -> Indicator:
    blank = occupancy_untold(NO_STATES)
    return _filled(replace(blank, reason=None), sums.busy_s, sums.ready_s) if states else blank


def _filled(blank: Indicator, numerator: float, denominator: float) -> Indicator:
    per_cent = blank.unit == "%"
    value = share(numerator, denominator) if per_cent else numerator / denominator if denominator else None
    return replace(blank, value=value, numerator=numerator, denominator=denominator)


__all__ = ["group", "item_row", "of_agent", "of_calls"]
