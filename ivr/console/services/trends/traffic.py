"""Indicators of waiting and handling (B1 to B4, B6): the whole, and by day, hour, queue or agent."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.trends.period import Ground, PeriodTold, Wanted, ground
from ivr.reports import figures as shown
from ivr.reports.indicators.model import Figures, Indicator
from ivr.reports.trends import figures, read
from ivr.reports.trends.sums import TrafficSums

By = Literal["day", "hour", "queue", "agent"]


class FigureTold(BaseModel):
    """An indicator with what it was made from."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    value: float | None = Field(description="per cent or seconds; null: nothing to count, or it cannot be told")
    unit: str
    numerator: float
    denominator: float
    formula: str = Field(description="in words, with target, reason and the other way of counting short abandons")
    norm: str = Field(description="id in the service norms")
    target: float | None
    parts: str = Field(description="what was divided, for people")


class RowTold(BaseModel):
    """The figures of one day, hour, queue or agent; ``name`` "" is the whole."""

    model_config = ConfigDict(frozen=True)

    name: str
    asked: int = Field(description="calls that asked for an agent; of an agent: talks")
    answered: int
    abandoned: int
    short: int
    unserved: int
    figures: list[FigureTold]

    def __getitem__(self, name: str) -> FigureTold:
        """One figure by its id."""
        return next(one for one in self.figures if one.id == name)


class TrafficTold(BaseModel):
    """Indicators of a period."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    by: str
    whole: RowTold
    rows: list[RowTold]


class HeatCell(BaseModel):
    """Calls that asked for an agent at one hour of one weekday."""

    model_config = ConfigDict(frozen=True)

    weekday: int = Field(description="0 is Monday")
    hour: int
    calls: int
    days: int = Field(description="such weekdays in the period, up to today")
    mean: float = Field(description="calls a day")


class HeatTold(BaseModel):
    """The load of a period by weekday and hour."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    calls: int
    cells: list[HeatCell]


class NamesTold(BaseModel):
    """What a period's figures can be restricted to."""

    model_config = ConfigDict(frozen=True)

    queues: list[str]
    agents: list[str]


async def traffic(console: Console, who: Person, wanted: Wanted, by: By) -> TrafficTold:
    """Answer rate, service level, speed of answer, handling time and more.

    Raises:
        Forbidden: if he may not see trends.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS)
    here = await ground(console, wanted)
    queue, agent = wanted.queue, wanted.agent
    async with console.database.read() as session:
        whole = await read.traffic(session, here.span, "whole", queue=queue, agent=agent)
        rows = await read.traffic(session, here.span, by, queue=queue, agent=agent)
        joined = [str(key[0]) for key in rows] if by == "queue" else (await read.names(session, here.span))[0]

    def told(name: str, sums: TrafficSums, *, of_queue: str, of_agent: bool) -> RowTold:
        if of_agent:
            found = figures.of_agent(sums, here.rules, queue=of_queue, states=here.span.states)
        else:
            found = figures.of_calls(sums, here.rules, queues=joined, queue=of_queue, states=here.span.states)
        return _row(name, found)

    def named(key: read.Key) -> str:
        return f"{key[0]:02d}:00" if by == "hour" else str(key[0])

    return TrafficTold(
        period=here.told,
        by=by,
        whole=told("", whole.get((), TrafficSums()), of_queue=queue, of_agent=bool(agent)),
        rows=[
            told(
                named(key),
                sums,
                of_queue=str(key[0]) if by == "queue" else queue,
                of_agent=bool(agent) or by == "agent",
            )
            for key, sums in sorted(rows.items())
        ],
    )


async def heat(console: Console, who: Person, wanted: Wanted) -> HeatTold:
    """How many calls asked for an agent at each hour of each weekday (B6).

    Raises:
        Forbidden: if he may not see trends.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS)
    here = await ground(console, wanted)
    async with console.database.read() as session:
        found = await read.traffic(session, here.span, "weekday", queue=wanted.queue, agent=wanted.agent)
    days = _weekdays(here)
    cells = [
        HeatCell(
            weekday=int(weekday),
            hour=int(hour),
            calls=sums.asked,
            days=days[int(weekday)],
            mean=sums.asked / days[int(weekday)] if days[int(weekday)] else 0.0,
        )
        for (weekday, hour), sums in sorted(found.items())
        if sums.asked
    ]
    return HeatTold(period=here.told, calls=sum(one.calls for one in cells), cells=cells)


async def names(console: Console, who: Person, wanted: Wanted) -> NamesTold:
    """Queues and agents with figures in a period.

    Raises:
        Forbidden: if he may not see trends.
        UsageError: if it is no period.
    """
    who.must(Permission.TRENDS)
    here = await ground(console, wanted)
    async with console.database.read() as session:
        queues, agents = await read.names(session, here.span)
    return NamesTold(queues=queues, agents=agents)


def _weekdays(here: Ground) -> Counter[int]:
    """How often each weekday comes in the period; days that are not added up do not count."""
    missing = set(here.span.missing)
    found: Counter[int] = Counter()
    day = here.span.first
    while day <= here.span.last:
        found[day.weekday()] += day not in missing
        day += timedelta(days=1)
    return found


def _row(name: str, found: Figures) -> RowTold:
    counts = found.counts
    return RowTold(
        name=name,
        asked=counts.asked,
        answered=counts.answered,
        abandoned=counts.abandoned,
        short=counts.short,
        unserved=counts.unserved,
        figures=[_figure(one) for one in found.indicators],
    )


def _figure(one: Indicator) -> FigureTold:
    return FigureTold(
        id=one.id,
        name=str(one.name),
        value=one.value,
        unit=one.unit,
        numerator=one.numerator,
        denominator=one.denominator,
        formula=str(shown.explained(one)),
        norm=one.norm,
        target=one.target,
        parts=shown.fraction(one),
    )


__all__ = [
    "By",
    "FigureTold",
    "HeatCell",
    "HeatTold",
    "NamesTold",
    "RowTold",
    "TrafficTold",
    "heat",
    "names",
    "traffic",
]
