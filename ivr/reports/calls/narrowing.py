"""Filters as conditions; and which of them few calls fit.

A database that is asked for the newest 50 of 100,000 calls can walk back in time until it has them, or begin with the
calls that fit one filter and sort them. Which is quicker depends on how many fit, and SQLite does not know that. So
each filter that an index carries is asked first for a bounded number of calls: where it has fewer, the list begins
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from ivr.reports.calls.query import CallQuery
from ivr.storage.models import (
    AgentTalk,
    Call,
    CallFacts,
    Complaint,
    Dispute,
    QueueVisit,
    Recording,
    Review,
    Verdict,
    WorkOrder,
)

FEW = 2000  # calls with which a list begins

_VALUES = {"hit": ("said", "met"), "missed": ("not_said", "not_met"), "unsure": ("cannot_tell",)}
_LEFT: dict[str, Any] = {"complaint": Complaint, "work_order": WorkOrder, "dispute": Dispute}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter.

    Args:
        where: on a row of ``calls`` joined with its facts; no index is to be used for it.
        ids: the calls that fit it, where an index finds them.
    """

    where: ColumnElement[bool]
    ids: Select[Any] | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """On whose behalf is asked.

    Args:
        agent: only calls in which he talked; None: all.
        numbers: whether he may see callers' numbers.
        key: with which words of the index are hashed.
        sqlite: which database is asked.
        zone: of the site.
    """

    agent: str | None
    numbers: bool
    key: bytes | None
    sqlite: bool
    zone: tzinfo


def conditions(query: CallQuery, asker: Asker) -> Iterator[Condition]:
    """All filters of a query but its words, and the rule of rows."""
    since, until = query.bounds(asker.zone)
    if since is not None:
        yield Condition(Call.started_at >= since)
    if until is not None:
        yield Condition(Call.started_at < until)
    if asker.agent is not None:
        yield _talked(asker.agent)
    if query.agent:
        yield _talked(query.agent)
    if query.queue:
        waited = QueueVisit.queue == query.queue
        yield Condition(exists().where(QueueVisit.call_id == Call.id, waited), select(QueueVisit.call_id).where(waited))
    if query.outcome:
        outcome = "" if query.outcome == "open" else query.outcome
        yield Condition(func.coalesce(Call.outcome, "") == outcome, select(Call.id).where(Call.outcome == outcome))
    if query.language:
        yield Condition(Call.language == query.language)
    if query.number:
        yield Condition(Call.number == query.number)
    if query.caller:
        fits = _caller(query.caller, asker)
        yield Condition(fits, select(Call.id).where(fits))
    yield from _judged(query)
    yield from _left_behind(query)


async def few(session: AsyncSession, found: Iterable[Select[Any]]) -> set[int] | None:
    """The calls that are in all of these which have few; None if each of them has many."""
    narrow: set[int] | None = None
    for ids in found:
        rows = (await session.scalars(ids.limit(FEW + 1))).all()  # a call may be in it more than once
        if len(rows) <= FEW:
            narrow = set(rows) if narrow is None else narrow.intersection(rows)
            if not narrow:
                return narrow
    return narrow


def _talked(agent: str) -> Condition:
    his = AgentTalk.agent == agent
    return Condition(exists().where(AgentTalk.call_id == Call.id, his), select(AgentTalk.call_id).where(his))


def _caller(digits: str, asker: Asker) -> ColumnElement[bool]:
    """Who may see numbers finds them by their end. Who may not finds by the last four digits, or by a whole number.

    More than four of the last digits would let him try out the rest, one by one.
    """
    end = Call.caller.like("%" + digits)  # digits, +, *, # only
    if asker.numbers or len(digits) == 4:
        return end
    return Call.caller == digits


def _judged(query: CallQuery) -> Iterator[Condition]:
    if query.score_min is not None or query.score_max is not None:
        low, high = query.score_min or 0.0, 100.0 if query.score_max is None else query.score_max
        fits = and_(CallFacts.score >= low, CallFacts.score <= high)
        yield Condition(fits, select(CallFacts.call_id).where(fits))
    if query.rule:
        said = [Verdict.rule == query.rule]
        if query.verdict:
            said.append(Verdict.value.in_(_VALUES[query.verdict]))
        newest = Verdict.run == CallFacts.run
        yield Condition(
            exists().where(Verdict.call_id == Call.id, newest, *said),
            select(Verdict.call_id).join(CallFacts, CallFacts.call_id == Verdict.call_id).where(newest, *said),
        )
    elif query.verdict:
        figure = CallFacts.failed if query.verdict == "missed" else CallFacts.unsure
        yield Condition(figure > 0)


def _left_behind(query: CallQuery) -> Iterator[Condition]:
    if query.has == "review":
        done = Review.state == "submitted"
        yield Condition(exists().where(Review.call_id == Call.id, done), select(Review.call_id).where(done))
    elif query.has:
        kind = _LEFT[query.has]
        ids = select(kind.call_id).where(kind.call_id.is_not(None))
        yield Condition(exists().where(kind.call_id == Call.id), ids)
    if not query.recording:
        return
    its = Recording.call_id == Call.id
    if query.recording == "none":
        yield Condition(~exists().where(its))
        return
    states = {"kept": ("closed",), "deleted": ("deleted", "deleting"), "faulty": ("missing", "broken", "refused")}
    fits = Recording.state.in_(states[query.recording])
    yield Condition(exists().where(its, fits), select(Recording.call_id).where(fits, Recording.call_id.is_not(None)))


__all__ = ["FEW", "Asker", "Condition", "conditions", "few"]
