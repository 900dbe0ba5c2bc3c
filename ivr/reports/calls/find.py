"""Pages of calls by keyset: each begins where the one before ended, however far back that is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.calls.narrowing import Asker, conditions, few
from ivr.reports.calls.query import CallQuery
from ivr.reports.calls.rows import CallRow, columns, recordings_of, row_of
from ivr.reports.calls.snippets import snippets
from ivr.storage.models import Call, CallFacts

PAGE, MOST_PAGE = 50, 200
MOST_COUNTED = 1000
AT_ONCE = 500  # rows of an export in one query

_TIME = "%Y%m%dT%H%M%S.%f"
_PLACE = re.compile(r"\A([0-9T.e+-]{1,40})_([0-9]{1,9})\Z")
_FIGURES: dict[str, Any] = {"wait": CallFacts.wait_s, "talk": CallFacts.talk_s, "score": CallFacts.score}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of calls.

    Args:
        calls: in the order that was asked for.
        before: where the page before begins; None on the first.
        after: where the next one begins; None on the last.
    """

    calls: tuple[CallRow, ...]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """How many calls there are: ``count``, or more than that."""

    count: int
    more: bool = False


async def page(
    session: AsyncSession, query: CallQuery, asker: Asker, *, after: str = "", before: str = "", limit: int = PAGE
) -> Page:
    """A page of calls.

    Args:
        after, before: what the page before or after this one gave; the first when neither is given.
        limit: rows.

    Raises:
        UsageError: if the words cannot be searched for, or ``after`` is nothing a page gave.
    """
    narrowed = await _narrowed(session, query, asker, columns())
    if narrowed is None:
        return Page(())
    backwards = bool(before)
    descending = (query.order == "desc") != backwards
    if place := after or before:
        narrowed = narrowed.where(_beyond(query, place, descending=descending))
    ordered = _ordered(query, narrowed, descending=descending).limit(limit + 1)
    rows = list((await session.execute(ordered)).all())
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows.reverse()
    numbers = [row.id for row in rows]
    states = await recordings_of(session, numbers)
    quoted = await snippets(session, numbers, query.terms())
    calls = tuple(row_of(row, states.get(row.id, "none"), quoted.get(row.id, ())) for row in rows)
    if not calls:
        return Page(())
    return Page(
        calls,
        _place(query, calls[0]) if (more if backwards else bool(after)) else None,
        _place(query, calls[-1]) if (backwards or more) else None,
    )


async def count(session: AsyncSession, query: CallQuery, asker: Asker, *, most: int = MOST_COUNTED) -> Found:
    """How many calls there are, counted up to ``most``."""
    narrowed = await _narrowed(session, query, asker, _ids())
    if narrowed is None:
        return Found(0)
    number = await session.scalar(select(func.count()).select_from(narrowed.limit(most + 1).subquery())) or 0
    return Found(min(number, most), number > most)


async def every(session: AsyncSession, query: CallQuery, asker: Asker, *, most: int) -> list[int]:
    """The ids of all calls, in their order, at most ``most``."""
    narrowed = await _narrowed(session, query, asker, _ids())
    if narrowed is None:
        return []
    return list(await session.scalars(_ordered(query, narrowed, descending=query.order == "desc").limit(most)))


async def these(session: AsyncSession, calls: list[int]) -> AsyncIterator[CallRow]:
    """Rows of these calls, in this order."""
    for at in range(0, len(calls), AT_ONCE):
        numbers = calls[at : at + AT_ONCE]
        rows = {row.id: row for row in await session.execute(columns().where(Call.id.in_(numbers)))}
        states = await recordings_of(session, numbers)
        for number in numbers:
            if number in rows:
                yield row_of(rows[number], states.get(number, "none"))


async def neighbours(session: AsyncSession, query: CallQuery, asker: Asker, call: int) -> tuple[int | None, int | None]:
    """The calls before and after ``call`` in the list of a query; None where there is none, or it is not in it."""
    found = (await session.execute(columns().where(Call.id == call))).first()
    narrowed = await _narrowed(session, query, asker, _ids())
    if found is None or narrowed is None:
        return None, None
    here = row_of(found, "none")
    if query.sort != "time" and _figure(query, here) is None:
        return None, None
    place = _place(query, here)
    sides: list[int | None] = []
    for descending in (query.order != "desc", query.order == "desc"):
        beyond = narrowed.where(_beyond(query, place, descending=descending))
        sides.append(await session.scalar(_ordered(query, beyond, descending=descending).limit(1)))
    return sides[0], sides[1]


def _ids() -> Select[Any]:
    return select(Call.id).outerjoin(CallFacts, CallFacts.call_id == Call.id)


async def _narrowed(session: AsyncSession, query: CallQuery, asker: Asker, rows: Select[Any]) -> Select[Any] | None:
    """The query with its conditions; None if it is known already that nothing fits."""
    found = list(conditions(query, asker))
    narrow = await few(session, found)
    if narrow is not None and not narrow:
        return None
    for condition in found:
        rows = rows.where(condition.where)
    if query.sort != "time":
        rows = rows.where(_FIGURES[query.sort].is_not(None))
    return rows if narrow is None else rows.where(Call.id.in_(sorted(narrow)))


def _keys(query: CallQuery) -> tuple[Any, Any]:
    return (Call.started_at, Call.id) if query.sort == "time" else (_FIGURES[query.sort], CallFacts.call_id)


def _ordered(query: CallQuery, rows: Select[Any], *, descending: bool) -> Select[Any]:
    return rows.order_by(*(key.desc() if descending else key.asc() for key in _keys(query)))


def _beyond(query: CallQuery, place: str, *, descending: bool) -> ColumnElement[bool]:
    first, second = _keys(query)
    value, number = _place_of(query, place)
    if descending:
        return and_(first <= value, or_(first < value, second < number))
    return and_(first >= value, or_(first > value, second > number))


def _figure(query: CallQuery, row: CallRow) -> float | None:
    return {"wait": row.wait_s, "talk": row.talk_s, "score": row.score}[query.sort]


def _place(query: CallQuery, row: CallRow) -> str:
    if query.sort == "time":
        return f"{row.started_at.astimezone(UTC).strftime(_TIME)}_{row.id}"
    return f"{_figure(query, row)!r}_{row.id}"


def _place_of(query: CallQuery, place: str) -> tuple[datetime | float, int]:
    fits = _PLACE.match(place)
    try:
        if fits is not None and query.sort == "time":
            return datetime.strptime(fits[1], _TIME).replace(tzinfo=UTC), int(fits[2])
        if fits is not None:
            return float(fits[1]), int(fits[2])
    except ValueError:
        pass
    raise UsageError(
        Text("no such page of the list", "列表没有这一页"), cure=Text("begin with the first", "请从第一页开始")
    )


__all__ = ["MOST_COUNTED", "MOST_PAGE", "PAGE", "Found", "Page", "count", "every", "neighbours", "page", "these"]
