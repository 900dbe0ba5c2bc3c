"""Calls and what belongs to them: legs, steps, queue visits, rings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Select, Table, insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from ivr.storage.inserts import insert_all_new, insert_new
from ivr.storage.models import Base, Call, Leg, QueueVisit, Recording, Step

_PARTS = ("legs", "steps", "visits", "recordings", "talks", "answers")
_PLAIN: Mapping[str, type[Base]] = {"legs": Leg, "steps": Step, "recordings": Recording}


async def get(session: AsyncSession, call_id: int) -> Call | None:
    """A call with its whole story: legs, steps, visits with rings, recordings."""
    return await session.scalar(whole_call().where(Call.id == call_id))


async def partly(session: AsyncSession, call_id: int, *parts: Literal["visits", "recordings"]) -> Call | None:
    """A call with these parts of its story alone; visits without rings."""
    found = {"visits": Call.visits, "recordings": Call.recordings}
    return await session.scalar(
        select(Call).where(Call.id == call_id).options(*(selectinload(found[p]) for p in parts))
    )


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
    await _take_strays(session, found)
    return found


async def hold_new(session: AsyncSession, begun: Mapping[str, datetime]) -> dict[str, Call]:
    """Make a row for each of these calls and hold it as :func:`hold` does; those that have one already are left out.

    Args:
        begun: when each call began, by linkedid.
    """
    if not begun:
        return {}
    # In order, so that two engines that make the same rows wait for each other one way only.
    rows = [{"linkedid": linkedid, "started_at": at} for linkedid, at in sorted(begun.items())]
    found = {call.linkedid: call for call in await insert_all_new(session, Call, rows)}
    for call in found.values():
        for part in _PARTS:
            set_committed_value(call, part, [])  # nobody can have told anything of it yet
    await _take_strays(session, found)
    return found


async def write_parts(session: AsyncSession, held: Iterable[Call]) -> None:
    """Write the legs, steps and recordings that were added to these calls, all of a kind in one statement.

    A session by itself would insert them one by one, to learn their ids. These rows get none here: the calls are not
    to be told on in this session.
    """
    # By table and the columns that are set: what is not set gets its column's default.
    new: dict[tuple[type[Base], tuple[str, ...]], list[dict[str, Any]]] = {}
    for part, kind in _PLAIN.items():
        names = {attribute.key: attribute.columns[0].name for attribute in inspect(kind).column_attrs}
        for call in held:
            rows = getattr(call, part)
            added = [row for row in rows if inspect(row).pending]
            if added:
                set_committed_value(call, part, rows)
            for row in added:
                session.expunge(row)
                values = {names[name]: value for name, value in row.__dict__.items() if name in names}
                values["call_id"] = call.id
                new.setdefault((kind, tuple(sorted(values))), []).append(values)
    for (kind, _), alike in new.items():
        await session.execute(insert(cast(Table, kind.__table__)), alike)


async def _take_strays(session: AsyncSession, found: Mapping[str, Call]) -> None:
    """Join recordings to these calls that were written down before their call was known."""
    homes = dict(found)
    # Begun under another linkedid, before its channel came to this call.
    channels = {leg.uniqueid: call for call in found.values() for leg in call.legs if leg.uniqueid != call.linkedid}
    for column, calls in ((Recording.linkedid, homes), (Recording.uniqueid, channels)):
        if not calls:
            continue
        for recording in await session.scalars(select(Recording).where(Recording.call_id.is_(None), column.in_(calls))):
            call = calls[getattr(recording, column.key)]
            recording.call_id = call.id
            call.recordings.append(recording)


def whole_call() -> Select[Call]:
    """A query for calls with their whole stories: legs, steps, visits with rings, recordings, talks, answers."""
    return select(Call).options(
        selectinload(Call.legs),
        selectinload(Call.steps),
        selectinload(Call.visits).selectinload(QueueVisit.rings),
        selectinload(Call.recordings),
        selectinload(Call.talks),
        selectinload(Call.answers),
    )
