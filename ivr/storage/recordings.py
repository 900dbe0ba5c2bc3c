"""The ledger of sound files: one row per file, whoever hears of it first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.inserts import insert_new
from ivr.storage.models import Call, Leg, Recording

_FIELDS = frozenset(
    {
        "agent",
        "started_at",
        "closed_at",
        "rate",
        "frames",
        "bytes",
        "sha256",
        "state",
        "gap_cause",
        "gaps",
        "linkedid",
        "role",
        "uniqueid",
    }
)


async def upsert(
    session: AsyncSession, file: str, *, linkedid: str, uniqueid: str, role: str, state: str = "open", **fields: Any
) -> Recording:
    """Write down a file, or what is newly known about it; joins it to its call if that is known.

    Args:
        file: path relative to the recordings folder.
        role: caller | agent | voicemail.
        state: open | closed | missing | broken.
        fields: agent, started_at, closed_at (UTC), rate (Hz), frames (samples), bytes, sha256, gap_cause; what is
            not named stays as it was.
    """
    row = {"linkedid": linkedid, "uniqueid": uniqueid, "role": role, "state": state, **fields}
    return (await upsert_all(session, {file: row}))[file]


async def upsert_all(session: AsyncSession, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Recording]:
    """:func:`upsert` for many files at once: fields by file, linkedid, uniqueid, role and state among them."""
    if not rows:
        return {}
    if unknown := set().union(*rows.values()) - _FIELDS:
        raise TypeError(f"not columns of a recording: {sorted(unknown)}")
    found = select(Call.linkedid, Call.id).where(Call.linkedid.in_({row["linkedid"] for row in rows.values()}))
    ids = dict((await session.execute(found)).all())
    known = await find_all(session, rows)
    for file, row in rows.items():
        if file not in known:
            await insert_new(session, Recording, {**row, "file": file, "call_id": ids.get(row["linkedid"])})
    kept = {one.file: one for one in await session.scalars(_of_files(rows).with_for_update())}
    for file, row in rows.items():
        for name, value in row.items():
            setattr(kept[file], name, value)
        if kept[file].call_id is None:
            kept[file].call_id = ids.get(row["linkedid"])
    await session.flush()
    return kept


async def find_all(session: AsyncSession, files: Collection[str]) -> dict[str, Recording]:
    """The rows there are of these files, by file."""
    return {row.file: row for row in await session.scalars(_of_files(files))}


def _of_files(files: Collection[str]) -> Select[Recording]:
    return select(Recording).where(Recording.file.in_(files))


async def over(session: AsyncSession, uniqueids: Collection[str], before: datetime) -> set[str]:
    """Those of the channels that had ended, or whose call had, before then."""
    query = (
        select(Leg.uniqueid)
        .join(Call, Call.id == Leg.call_id)
        .where(Leg.uniqueid.in_(uniqueids), or_(Leg.ended_at < before, Call.ended_at < before))
    )
    return set(await session.scalars(query))


async def find(session: AsyncSession, file: str) -> Recording | None:
    """The row of a file, by its path relative to the recordings folder."""
    return await session.scalar(select(Recording).where(Recording.file == file))


async def unlinked(session: AsyncSession, *, limit: int = 1000) -> Sequence[Recording]:
    """Recordings whose call is not known (audio without a call)."""
    query = select(Recording).where(Recording.call_id.is_(None)).order_by(Recording.id).limit(limit)
    return (await session.scalars(query)).all()


async def refused(session: AsyncSession, *, limit: int = 100) -> Sequence[Recording]:
    """Recordings of callers who refused, whose files have not been thrown away yet."""
    query = select(Recording).where(Recording.state == "refused", Recording.deleted_at.is_(None))
    return (await session.scalars(query.order_by(Recording.id).limit(limit))).all()


async def linkable(session: AsyncSession) -> bool:
    """Whether there are recordings that :func:`link` would join to a call."""
    by_call = select(Recording.id).join(Call, Call.linkedid == Recording.linkedid)
    by_leg = select(Recording.id).join(Leg, Leg.uniqueid == Recording.uniqueid)
    for query in (by_call, by_leg):
        if await session.scalar(query.where(Recording.call_id.is_(None)).limit(1)) is not None:
            return True
    return False


async def link(session: AsyncSession) -> int:
    """Join recordings to calls that became known later; returns how many."""
    by_call = select(Recording, Call.id).join(Call, Call.linkedid == Recording.linkedid)
    # A file begun under another linkedid, on a channel that came to a call later (attended transfer, supervisor).
    by_leg = select(Recording, Leg.call_id).join(Leg, Leg.uniqueid == Recording.uniqueid)
    linked = 0
    for query in (by_call, by_leg):
        for recording, call_id in (await session.execute(query.where(Recording.call_id.is_(None)))).all():
            recording.call_id = call_id
            linked += 1
        await session.flush()
    return linked


async def missing(session: AsyncSession, *, limit: int = 1000) -> Sequence[int]:
    """The ids of recordings whose file is missing, the oldest first."""
    query = select(Recording.id).where(Recording.state == "missing").order_by(Recording.id).limit(limit)
    return (await session.scalars(query)).all()
