"""Pages of calls by keyset: each begins where the one before ended, however far back that is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.reports.calls.narrowing import Asker, conditions, few
from ivr.reports.calls.query import CallQuery
from ivr.reports.calls.rows import CallRow, columns, recordings_of, row_of
from ivr.reports.calls.snippets import Snippet, snippets
from ivr.storage.models import AgentTalk, Call, CallFacts
from ivr.storage.search.index import matching
from ivr.storage.search.words import Term

PAGE, MOST_PAGE = 50, 200
MOST_COUNTED = 1000
AT_ONCE = 500  # rows of an export in one query
FIRST_STRETCH = 1000  # calls that are looked at for words at once; then four times as many, and so on

Place = tuple[datetime | float, int]
"""Where a page ends: what is sorted by, and the id."""

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
    backwards = bool(before)
    place = _place_of(query, after or before) if after or before else None
    descending = (query.order == "desc") != backwards
    numbers = await _ids(session, query, asker, place=place, descending=descending, limit=limit + 1)
    more, numbers = len(numbers) > limit, numbers[:limit]
    if backwards:
        numbers.reverse()
    quoted = await snippets(session, numbers, query.terms(), phones=not asker.numbers)
    calls = tuple([row async for row in these(session, numbers, quoted)])
    if not calls:
        return Page(())
    return Page(
        calls,
        _place(query, calls[0]) if (more if backwards else bool(after)) else None,
        _place(query, calls[-1]) if (backwards or more) else None,
    )


async def count(session: AsyncSession, query: CallQuery, asker: Asker, *, most: int = MOST_COUNTED) -> Found:
    """How many calls there are, counted up to ``most``."""
    found = list(conditions(query, asker))
    terms = query.terms()
    if len(found) + bool(terms) == 1 and query.sort == "time":  # an index knows it alone
        ids = matching(terms, asker.key, sqlite=asker.sqlite) if terms else found[0].ids
        if ids is not None:
            rows = (await session.scalars(ids.limit(8 * most))).all()  # a call may be in it more than once
            number = len(set(rows))
            if len(rows) < 8 * most or number > most:
                return Found(min(number, most), number > most)
    number = len(await _ids(session, query, asker, descending=query.order == "desc", limit=most + 1))
    return Found(min(number, most), number > most)


async def every(session: AsyncSession, query: CallQuery, asker: Asker, *, most: int) -> list[int]:
    """The ids of all calls, in their order, at most ``most``."""
    return await _ids(session, query, asker, descending=query.order == "desc", limit=most)


async def these(
    session: AsyncSession, calls: Sequence[int], quoted: Mapping[int, tuple[Snippet, ...]] = MappingProxyType({})
) -> AsyncIterator[CallRow]:
    """Rows of these calls, in this order."""
    for at in range(0, len(calls), AT_ONCE):
        numbers = list(calls[at : at + AT_ONCE])
        rows = {row.id: row for row in await session.execute(columns().where(Call.id.in_(numbers)))}
        states = await recordings_of(session, numbers)
        for number in numbers:
            if number in rows:
                yield row_of(rows[number], states.get(number, "none"), quoted.get(number, ()))


async def neighbours(session: AsyncSession, query: CallQuery, asker: Asker, call: int) -> tuple[int | None, int | None]:
    """The calls before and after ``call`` in the list of a query; None where there is none."""
    his = select(AgentTalk.id).where(AgentTalk.call_id == call, AgentTalk.agent == asker.agent).limit(1)
    if asker.agent is not None and await session.scalar(his) is None:
        return None, None
    here = [row async for row in these(session, [call])]
    if not here or (query.sort != "time" and _figure(query, here[0]) is None):
        return None, None
    place = _place_of(query, _place(query, here[0]))
    sides: list[int | None] = []
    for descending in (query.order != "desc", query.order == "desc"):
        found = await _ids(session, query, asker, place=place, descending=descending, limit=1)
        sides.append(next(iter(found), None))
    return sides[0], sides[1]


async def _ids(
    session: AsyncSession,
    query: CallQuery,
    asker: Asker,
    *,
    place: Place | None = None,
    descending: bool,
    limit: int,
) -> list[int]:
    """Ids of the calls of a query, in order, behind a place."""
    found = list(conditions(query, asker))
    terms = query.terms()
    indexed = [one.ids for one in found if one.ids is not None]
    if terms:
        indexed.append(matching(terms, asker.key, sqlite=asker.sqlite))
    narrow = await few(session, indexed)
    if narrow is not None and not narrow:
        return []
    rows = select(Call.id, *_keys(query)).join(CallFacts, CallFacts.call_id == Call.id, isouter=query.sort == "time")
    rows = rows.where(*(one.where for one in found))
    if query.sort != "time":
        rows = rows.where(_FIGURES[query.sort].is_not(None))
    if narrow is not None:
        rows = rows.where(Call.id.in_(sorted(narrow)))
    if not terms:
        return [row[0] for row in await session.execute(_behind(query, rows, place, descending).limit(limit))]
    return await _with_words(session, query, asker, rows, terms, place, descending=descending, limit=limit)


async def _with_words(
    session: AsyncSession,
    query: CallQuery,
    asker: Asker,
    rows: Select[Any],
    terms: Sequence[Term],
    place: Place | None,
    *,
    descending: bool,
    limit: int,
) -> list[int]:
    """Those of ``rows`` in which the words were said, in order: a stretch of rows, then which of them have the words.

    To ask the index call by call would seek every word anew each time; the stretches grow, so even words that hardly
    anybody says are found with a few of them.
    """
    found: list[int] = []
    stretch = FIRST_STRETCH
    while True:
        some = (await session.execute(_behind(query, rows, place, descending).limit(stretch))).all()
        if some:
            numbers = [row[0] for row in some]
            within = (min(numbers), max(numbers))
            said = set(await session.scalars(matching(terms, asker.key, sqlite=asker.sqlite, within=within)))
            found += [number for number in numbers if number in said][: limit - len(found)]
            place = (some[-1][1], some[-1][2])
        if len(some) < stretch or len(found) >= limit:
            return found
        stretch *= 4


def _keys(query: CallQuery) -> tuple[Any, Any]:
    return (Call.started_at, Call.id) if query.sort == "time" else (_FIGURES[query.sort], CallFacts.call_id)


def _behind(query: CallQuery, rows: Select[Any], place: Place | None, descending: bool) -> Select[Any]:
    """Rows in order, behind a place."""
    first, second = _keys(query)
    if place is not None:
        value, number = place
        if descending:
            rows = rows.where(first <= value, or_(first < value, second < number))
        else:
            rows = rows.where(first >= value, or_(first > value, second > number))
    return rows.order_by(*(key.desc() if descending else key.asc() for key in (first, second)))


def _figure(query: CallQuery, row: CallRow) -> float | None:
    return {"wait": row.wait_s, "talk": row.talk_s, "score": row.score}[query.sort]


def _place(query: CallQuery, row: CallRow) -> str:
    if query.sort == "time":
        return f"{row.started_at.astimezone(UTC).strftime(_TIME)}_{row.id}"
    return f"{_figure(query, row)!r}_{row.id}"


def _place_of(query: CallQuery, place: str) -> Place:
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
