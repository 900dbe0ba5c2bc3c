"""Scores by team, agent, day and hour, and violation rates of items with their intervals."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.trends.period import PeriodTold, Wanted, ground
from ivr.core.language import Text
from ivr.reports.quality.load import ERRORS_OVER
from ivr.reports.quality.model import Group, ItemRow
from ivr.reports.traffic.periods import midnight
from ivr.reports.trends import figures, read
from ivr.reports.trends.sums import ItemSums, ScoreSums
from recording.review.correction import Corrected
from recording.review.intervals import Share

By = Literal["day", "hour", "team", "agent"]


class MeanTold(BaseModel):
    """A mean of scores, per cent, with its interval of 95 %."""

    model_config = ConfigDict(frozen=True)

    n: int
    value: float | None
    low: float | None
    high: float | None


class GroupTold(BaseModel):
    """The scorecards of one day, hour, team or agent; ``name`` "" is the whole, or no team."""

    model_config = ConfigDict(frozen=True)

    name: str
    cards: int
    final: MeanTold = Field(description="the scores that count: machine, review and disputes")
    machine: MeanTold = Field(description="the machine's own scores")
    reviewed: int
    failed_all: int = Field(description="cards on which a fail-all item failed")
    undecided: int = Field(description="items nobody has decided")


class ScoresTold(BaseModel):
    """Scores of a period."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    by: str
    whole: GroupTold
    rows: list[GroupTold]


class ShareTold(BaseModel):
    """A share with its interval of 95 %; ``value``, ``low``, ``high`` are 0..1."""

    model_config = ConfigDict(frozen=True)

    count: int | None = Field(description="null of a corrected share")
    of: int
    value: float
    low: float
    high: float


class ItemTold(BaseModel):
    """One item of the scorecards of a period."""

    model_config = ConfigDict(frozen=True)

    item: str
    title: str
    norm: str
    section: str
    failed: ShareTold | None = Field(description="final failures, of the cards on which it counts")
    reported: ShareTold | None = Field(description="violations as the machine reported them, of its definite verdicts")
    corrected: ShareTold | None = Field(description="the same, corrected by the machine's measured errors")
    why: str = Field(description="why it is not corrected")
    unsure: int = Field(description="what the machine could not tell")
    undecided: int
    not_applicable: int
    reviewed: int


class ItemsTold(BaseModel):
    """Items of a period, the most often broken first."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    cards: int
    rows: list[ItemTold]


class ItemDay(BaseModel):
    """One item on one day."""

    model_config = ConfigDict(frozen=True)

    day: str
    failed: ShareTold | None
    unsure: int


class ItemOverTime(BaseModel):
    """One item of a period, day by day."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    whole: ItemTold
    days: list[ItemDay]


async def scores(console: Console, who: Person, wanted: Wanted, by: By) -> ScoresTold:
    """Mean scores with their intervals.

    Raises:
        Forbidden: if he may not see trends.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS)
    here = await ground(console, wanted)
    async with console.database.read() as session:
        whole = await read.scores(session, here.span, "whole", team=here.team, agent=here.agent)
        rows = await read.scores(session, here.span, by, team=here.team, agent=here.agent)
    return ScoresTold(
        period=here.told,
        by=by,
        whole=_group(figures.group("", whole.get((), ScoreSums()))),
        rows=[
            _group(figures.group(f"{key[0]:02d}:00" if by == "hour" else str(key[0]), sums))
            for key, sums in sorted(rows.items())
        ],
    )


async def items(console: Console, who: Person, wanted: Wanted) -> ItemsTold:
    """Violation rates by item.

    Raises:
        Forbidden: if he may not see trends.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS)
    here = await ground(console, wanted)
    end = midnight(here.span.last + timedelta(days=1), console.zone)
    async with console.database.read() as session:
        found = await read.items(session, here.span, team=here.team, agent=here.agent)
        titles = await read.item_names(session, here.span)
        errors = await read.machine_errors(session, end - ERRORS_OVER, end)
        whole = await read.scores(session, here.span, "whole", team=here.team, agent=here.agent)
    rows = [_item(figures.item_row(item, sums, titles, errors), sums) for item, sums in found.items()]
    rows.sort(key=lambda one: (-(one.failed.value if one.failed else -1.0), one.item))
    return ItemsTold(period=here.told, cards=whole.get((), ScoreSums()).cards, rows=rows)


async def one_item(console: Console, who: Person, wanted: Wanted, item: str) -> ItemOverTime:
    """One item day by day.

    Raises:
        Forbidden: if he may see neither trends nor rules.
        NotFound: if no scorecard of the period has it.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS, Permission.RULES)
    here = await ground(console, wanted)
    async with console.database.read() as session:
        days = await read.items(session, here.span, "day", team=here.team, agent=here.agent, item=item)
        titles = await read.item_names(session, here.span)
    if not days:
        raise NotFound(Text(f"no scorecard of this time has {item!r:.60}", f"该时段没有评分表含 {item!r:.60}"))
    whole = ItemSums()
    for sums in days.values():
        whole.add(sums)
    return ItemOverTime(
        period=here.told,
        whole=_item(figures.item_row(item, whole, titles), whole),
        days=[
            ItemDay(day=day, failed=_share(figures.item_row(item, sums, titles).failed), unsure=sums.unsure)
            for day, sums in sorted(days.items())
        ],
    )


def _group(one: Group) -> GroupTold:
    return GroupTold(
        name=one.name,
        cards=one.cards,
        final=MeanTold(n=one.final.n, value=one.final.value, low=one.final.low, high=one.final.high),
        machine=MeanTold(n=one.automatic.n, value=one.automatic.value, low=one.automatic.low, high=one.automatic.high),
        reviewed=one.reviewed,
        failed_all=one.failed_all,
        undecided=one.undecided,
    )


def _item(one: ItemRow, sums: ItemSums) -> ItemTold:
    return ItemTold(
        item=one.item,
        title=str(one.title),
        norm=one.norm,
        section=one.section,
        failed=_share(one.failed),
        reported=_share(one.rate.raw),
        corrected=_corrected(one.rate.corrected, sums.definite),
        why="" if one.rate.why is None else str(one.rate.why),
        unsure=sums.unsure,
        undecided=one.undecided,
        not_applicable=one.not_applicable,
        reviewed=one.reviewed,
    )


def _share(found: Share | None) -> ShareTold | None:
    if found is None:
        return None
    return ShareTold(count=found.count, of=found.of, value=found.value, low=found.low, high=found.high)


def _corrected(found: Corrected | None, of: int) -> ShareTold | None:
    return None if found is None else ShareTold(count=None, of=of, value=found.value, low=found.low, high=found.high)


__all__ = [
    "By",
    "GroupTold",
    "ItemDay",
    "ItemOverTime",
    "ItemTold",
    "ItemsTold",
    "MeanTold",
    "ScoresTold",
    "ShareTold",
    "items",
    "one_item",
    "scores",
]
