"""Sums of a span of days by something: kept days from their tables, the others from what was just counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.language import Text
from ivr.reports.trends.book import Span
from ivr.reports.trends.day import Day, ItemName
from ivr.reports.trends.keep import EVERY
from ivr.reports.trends.sums import ItemSums, ScoreSums, TrafficSums
from ivr.storage.models import (
    Call,
    ItemRollup,
    Review,
    ReviewItem,
    RollupItem,
    ScoreRollup,
    SurveyRollup,
    TrafficRollup,
)
from recording.review.correction import Errors
from recording.scorecards import Outcome

TrafficBy = Literal["whole", "day", "hour", "weekday", "queue", "agent"]
ScoreBy = Literal["whole", "day", "hour", "team", "agent"]
Key = tuple[str | int, ...]
Answers = Counter[str]


async def traffic(
    session: AsyncSession, span: Span, by: TrafficBy, *, queue: str = "", agent: str = ""
) -> dict[Key, TrafficSums]:
    """Traffic by something; ``weekday`` is by weekday and hour.

    Args:
        queue, agent: only of one of these.
    """
    table = TrafficRollup
    columns: dict[TrafficBy, tuple[Any, ...]] = {
        "whole": (),
        "day": (table.day,),
        "hour": (table.hour,),
        "weekday": (table.weekday, table.hour),
        "queue": (table.queue,),
        "agent": (table.agent,),
    }
    named: dict[TrafficBy, Callable[[Day, tuple[int, str, str]], Key]] = {
        "whole": lambda day, at: (),
        "day": lambda day, at: (day.day.isoformat(),),
        "hour": lambda day, at: (at[0],),
        "weekday": lambda day, at: (day.day.weekday(), at[0]),
        "queue": lambda day, at: (at[1],),
        "agent": lambda day, at: (at[2],),
    }
    every_queue = by == "queue" and not queue
    every_agent = by == "agent" and not agent
    query = _sums(table, columns[by], TrafficSums.names(), span)
    query = query.where(table.queue != "" if every_queue else table.queue == queue)
    query = query.where(table.agent != "" if every_agent else table.agent == agent)
    found = {key: TrafficSums.of(values) for key, values in await _rows(session, query, len(columns[by]))}
    for day in span.live:
        for at, sums in day.traffic.items():
            if (bool(at[1]) if every_queue else at[1] == queue) and (bool(at[2]) if every_agent else at[2] == agent):
                found.setdefault(named[by](day, at), TrafficSums()).add(sums)
    return found


async def scores(
    session: AsyncSession, span: Span, by: ScoreBy, *, team: str | None = None, agent: str | None = None
) -> dict[Key, ScoreSums]:
    """Scorecards by something; ``team`` and ``agent`` None: of all."""
    table = ScoreRollup
    columns: dict[ScoreBy, tuple[Any, ...]] = {
        "whole": (),
        "day": (table.day,),
        "hour": (table.hour,),
        "team": (table.team,),
        "agent": (table.agent,),
    }
    named: dict[ScoreBy, Callable[[Day, tuple[int, str, str]], Key]] = {
        "whole": lambda day, at: (),
        "day": lambda day, at: (day.day.isoformat(),),
        "hour": lambda day, at: (at[0],),
        "team": lambda day, at: (at[1],),
        "agent": lambda day, at: (at[2],),
    }
    query = _sums(table, columns[by], ScoreSums.names(), span)
    query = _only(query, table, team, agent)
    found = {key: ScoreSums.of(values) for key, values in await _rows(session, query, len(columns[by]))}
    for day in span.live:
        for at, sums in day.scores.items():
            if team in {None, at[1]} and agent in {None, at[2]}:
                found.setdefault(named[by](day, at), ScoreSums()).add(sums)
    return found


async def items(
    session: AsyncSession,
    span: Span,
    by: Literal["item", "day"] = "item",
    *,
    team: str | None = None,
    agent: str | None = None,
    item: str | None = None,
) -> dict[str, ItemSums]:
    """Items of scorecards by their id, or one item by day; ``team``, ``agent``, ``item`` None: all."""
    table = ItemRollup
    column = table.item if by == "item" else table.day
    query = _sums(table, (column,), ItemSums.names(), span)
    if team is None and agent is None:
        query = query.where(table.team == EVERY, table.agent == EVERY)
    else:
        query = _only(query, table, team, agent).where(table.team != EVERY)
    if item is not None:
        query = query.where(table.item == item)
    found = {str(key[0]): ItemSums.of(values) for key, values in await _rows(session, query, 1)}
    for day in span.live:
        for at, sums in day.items.items():
            if team in {None, at[0]} and agent in {None, at[1]} and item in {None, at[2]}:
                name = at[2] if by == "item" else day.day.isoformat()
                found.setdefault(name, ItemSums()).add(sums)
    return found


async def item_names(session: AsyncSession, span: Span) -> dict[str, ItemName]:
    """What the items are called."""
    found = {
        one.item: ItemName(Text(one.title_en, one.title_zh), one.norm, one.section)
        for one in await session.scalars(select(RollupItem))
    }
    for day in reversed(span.live):
        found.update(day.names)
    return found


async def surveys(
    session: AsyncSession,
    span: Span,
    by: Literal["whole", "queue", "agent", "day"],
    *,
    queue: str | None = None,
    agent: str | None = None,
) -> dict[str, dict[str, Answers]]:
    """How often each answer was given: by queue, agent or day ("" the whole), then by question; "" is no answer."""
    table = SurveyRollup
    columns: dict[str, Any] = {"queue": table.queue, "agent": table.agent, "day": table.day}
    picked = [columns[by]] if by in columns else []
    query = select(*picked, table.question, table.answer, func.sum(table.times)).where(
        table.day >= span.first.isoformat(), table.day <= span.last.isoformat()
    )
    if span.out:
        query = query.where(table.day.not_in(span.out))
    if queue is not None:
        query = query.where(table.queue == queue)
    if agent is not None:
        query = query.where(table.agent == agent)
    found: dict[str, dict[str, Answers]] = {}

    def count(name: str, question: str, answer: str, times: int) -> None:
        found.setdefault(name, {}).setdefault(question, Counter())[answer] += times

    for row in await session.execute(query.group_by(*picked, table.question, table.answer)):
        *name, question, answer, times = row
        count(str(name[0]) if name else "", question, answer, int(times))
    for day in span.live:
        for (of_queue, of_agent, question, answer), times in day.surveys.items():
            if queue in {None, of_queue} and agent in {None, of_agent}:
                names = {"queue": of_queue, "agent": of_agent, "day": day.day.isoformat()}
                count(names.get(by, ""), question, answer, times)
    return found


async def machine_errors(session: AsyncSession, since: datetime, until: datetime) -> dict[str, Errors]:
    """The machine's errors by item, from reviewed calls drawn by lot and begun in ``since <= t < until``.

    The same as ``recording.review.agreement.machine_errors``, counted by the database.
    """
    definite = (Outcome.PASS.value, Outcome.FAIL.value)
    query = (
        select(ReviewItem.item, ReviewItem.automatic, ReviewItem.value, func.count())
        .join(Review, Review.id == ReviewItem.review_id)
        .join(Call, Call.id == Review.call_id)
        .where(
            Review.state == "submitted",
            Review.kind == "first",
            Review.source == "spot",
            Call.started_at >= since,
            Call.started_at < until,
            ReviewItem.automatic.in_(definite),
            ReviewItem.value.in_(definite),
        )
        .group_by(ReviewItem.item, ReviewItem.automatic, ReviewItem.value)
    )
    found: dict[str, dict[tuple[str, str], int]] = {}
    for item, machine, person, times in await session.execute(query):
        found.setdefault(item, {})[machine, person] = times
    good, bad = definite
    return {
        item: Errors(
            true_positive=counts.get((bad, bad), 0),
            false_negative=counts.get((good, bad), 0),
            true_negative=counts.get((good, good), 0),
            false_positive=counts.get((bad, good), 0),
        )
        for item, counts in found.items()
    }


async def names(session: AsyncSession, span: Span) -> tuple[list[str], list[str]]:
    """Queues and agents that have figures in a span, in order of name."""
    table = TrafficRollup
    inside = [table.day >= span.first.isoformat(), table.day <= span.last.isoformat()]
    queues = set(await session.scalars(select(table.queue).where(*inside, table.agent == "").distinct()))
    agents = set(await session.scalars(select(table.agent).where(*inside, table.queue == "").distinct()))
    for day in span.live:
        queues |= {at[1] for at in day.traffic}
        agents |= {at[2] for at in day.traffic}
    return sorted(queues - {""}), sorted(agents - {""})


def _sums(table: Any, columns: tuple[Any, ...], numbers: tuple[str, ...], span: Span) -> Select[Any]:
    query = select(*columns, *(func.sum(getattr(table, name)) for name in numbers)).where(
        table.day >= span.first.isoformat(), table.day <= span.last.isoformat()
    )
    if span.out:
        query = query.where(table.day.not_in(span.out))
    return query.group_by(*columns) if columns else query


def _only(query: Select[Any], table: Any, team: str | None, agent: str | None) -> Select[Any]:
    if team is not None:
        query = query.where(table.team == team)
    return query if agent is None else query.where(table.agent == agent)


async def _rows(session: AsyncSession, query: Select[Any], keys: int) -> list[tuple[Key, tuple[Any, ...]]]:
    """Each row's key and numbers; a sum of nothing is no row."""
    found = []
    for row in await session.execute(query):
        if any(value is not None for value in row[keys:]):
            found.append((tuple(row[:keys]), tuple(row[keys:])))
    return found


__all__ = [
    "Answers",
    "Key",
    "ScoreBy",
    "TrafficBy",
    "item_names",
    "items",
    "machine_errors",
    "names",
    "scores",
    "surveys",
    "traffic",
]
