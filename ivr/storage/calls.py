"""Calls and what belongs to them: legs, steps, queue visits, rings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.inserts import insert_new
from ivr.storage.models import Call, Leg, QueueVisit, Recording


async def get(session: AsyncSession, call_id: int) -> Call | None:
    """A call with its whole story: legs, steps, visits with rings, recordings."""
    return await session.scalar(whole_call().where(Call.id == call_id))


async def find(session: AsyncSession, linkedid: str) -> Call | None:
    """A call with its whole story by Asterisk's linkedid."""
    return await session.scalar(whole_call().where(Call.linkedid == linkedid))


async def of_channels(
    session: AsyncSession, channels: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Call, str]]:
    """The calls of channels by (linkedid, uniqueid), and whose channel it is there ("" for nobody's).

    The call with this linkedid, else the one to which the channel came later; without its story.
    """
    legs = select(Leg.uniqueid, Leg.agent, Leg.call_id).where(Leg.uniqueid.in_({one for _, one in channels}))
    known = (await session.execute(legs)).all()
    query = select(Call).where(Call.linkedid.in_({one for one, _ in channels}) | Call.id.in_({leg[2] for leg in known}))
    found = (await session.scalars(query)).all()
    by_linkedid = {call.linkedid: call for call in found}
    by_id = {call.id: call for call in found}
    homes: dict[tuple[str, str], tuple[Call, str]] = {}
    for linkedid, uniqueid in channels:
        its = [(by_id[call_id], agent) for one, agent, call_id in known if one == uniqueid]
        call = by_linkedid.get(linkedid) or next((call for call, _ in its), None)
        if call is not None:
            homes[linkedid, uniqueid] = call, next((agent for one, agent in its if one is call), "")
    return homes


async def list_calls(
    session: AsyncSession,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    outcome: str | None = None,
    number: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> Sequence[Call]:
    """Calls with their whole stories, the newest first.

    Args:
        since, until: bounds of the start, ``since <= started_at < until``.
        outcome: only calls with this outcome ("" = under way).
        number: only calls to this service number.
        limit: at most this many.
        offset: how many to skip.
    """
    query = whole_call().order_by(Call.started_at.desc(), Call.id.desc()).limit(limit).offset(offset)
    if since is not None:
        query = query.where(Call.started_at >= since)
    if until is not None:
        query = query.where(Call.started_at < until)
    if outcome is not None:
        query = query.where(Call.outcome == outcome)
    if number is not None:
        query = query.where(Call.number == number)
    return (await session.scalars(query)).all()


async def open_calls(session: AsyncSession) -> Sequence[str]:
    """Linkedids of the calls that have not ended, the oldest first."""
    query = select(Call.linkedid).where(Call.ended_at.is_(None)).order_by(Call.started_at)
    return (await session.scalars(query)).all()


async def ensure(session: AsyncSession, linkedid: str, started_at: datetime) -> bool:
    """Make sure that a row for the call exists; True if it was made now."""
    return await insert_new(session, Call, {"linkedid": linkedid, "started_at": started_at})


async def hold(session: AsyncSession, linkedids: Collection[str]) -> dict[str, Call]:
    """Those of the calls that exist, whole and locked until the transaction ends, by linkedid.

    Recordings that were written down before their call was known are joined to it here.
    """
    if not linkedids:
        return {}
    query = whole_call().where(Call.linkedid.in_(linkedids)).order_by(Call.linkedid).with_for_update(of=Call)
    found = {call.linkedid: call for call in await session.scalars(query)}
    strays = select(Recording).where(Recording.call_id.is_(None), Recording.linkedid.in_(found))
    for recording in await session.scalars(strays):
        found[recording.linkedid].recordings.append(recording)
    # Begun under another linkedid, before its channel came to this call.
    homes = {leg.uniqueid: call for call in found.values() for leg in call.legs if leg.uniqueid != call.linkedid}
    strays = select(Recording).where(Recording.call_id.is_(None), Recording.uniqueid.in_(homes))
    for recording in await session.scalars(strays):
        homes[recording.uniqueid].recordings.append(recording)
    return found


def whole_call() -> Select[Call]:
    """A query for calls with their whole stories: legs, steps, visits with rings, recordings, talks."""
    return select(Call).options(
        selectinload(Call.legs),
        selectinload(Call.steps),
        selectinload(Call.visits).selectinload(QueueVisit.rings),
        selectinload(Call.recordings),
        selectinload(Call.talks),
    )
