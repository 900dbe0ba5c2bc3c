"""What is to be sealed, what is sealed: pages of rows, for work that can stop anywhere and go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import flag_modified

from ivr.storage.models import Base, Job, Recording, Transcript, Verdict
from ivr.storage.sealing import transcript_purpose, verdict_purpose

TABLES = ("transcripts", "verdicts")


async def recordings_to_seal(
    session: AsyncSession, kind: str, overdue: datetime, *, after: int = 0, limit: int = 100
) -> Sequence[Recording]:
    """Files not yet sealed on whose call this kind of work is done, or which were closed before ``overdue``.

    Args:
        after: only rows with a greater id.
    """
    done = exists().where(Job.call_id == Recording.call_id, Job.kind == kind, Job.state == "done")
    busy = exists().where(Job.call_id == Recording.call_id, Job.kind == kind, Job.state.in_(("queued", "running")))
    query = (
        select(Recording)
        .where(Recording.sealed_at.is_(None), Recording.state.in_(("closed", "broken")), Recording.sha256 != "")
        .where(or_(done, (Recording.closed_at < overdue) & ~busy), Recording.id > after)
    )
    return (await session.scalars(query.order_by(Recording.id).limit(limit))).all()


async def count_sealed(session: AsyncSession) -> tuple[int, int]:
    """How many files are sealed, and how many closed ones are not."""
    sealed = await session.scalar(select(func.count()).where(Recording.sealed_at.is_not(None))) or 0
    plain = select(func.count()).where(Recording.sealed_at.is_(None), Recording.state == "closed")
    return sealed, await session.scalar(plain) or 0


async def mark_sealed(session: AsyncSession, recording_id: int, at: datetime | None) -> None:
    """Write down that a file is sealed since ``at``, or (None) that it is not."""
    await session.execute(update(Recording).where(Recording.id == recording_id).values(sealed_at=at))


async def plain_rows(session: AsyncSession, table: str, *, after: int = 0, limit: int = 100) -> int | None:
    """Have the words of up to ``limit`` plain rows of a table sealed when the transaction is committed.

    Only in a writing transaction of a ``Database`` with a sealer.

    Returns:
        The last row's id, to go on after; None when there are no more.
    """
    rows: Sequence[Transcript | Verdict]
    if table == "transcripts":
        words = select(Transcript).where(Transcript.sealed.is_(None), Transcript.id > after)
        rows = (await session.scalars(words.order_by(Transcript.id).limit(limit))).all()
    else:
        found = select(Verdict).where(Verdict.sealed.is_(None), Verdict.id > after)
        rows = (await session.scalars(found.order_by(Verdict.id).limit(limit))).all()
    for row in rows:
        flag_modified(row, "words" if isinstance(row, Transcript) else "evidence")
    return rows[-1].id if rows else None


async def sealed_rows(
    session: AsyncSession, table: str, *, after: int = 0, limit: int = 200
) -> Sequence[tuple[int, str, bytes]]:
    """Ids, purposes and sealed bytes of rows."""
    if table == "transcripts":
        words = select(Transcript.id, Transcript.recording_id, Transcript.model, Transcript.pipeline, Transcript.sealed)
        words = words.where(Transcript.sealed.is_not(None), Transcript.id > after).order_by(Transcript.id).limit(limit)
        return [
            (row.id, transcript_purpose(row.recording_id, row.model, row.pipeline), row.sealed or b"")
            for row in await session.execute(words)
        ]
    found = select(Verdict.id, Verdict.call_id, Verdict.run, Verdict.rule, Verdict.agent, Verdict.sealed)
    found = found.where(Verdict.sealed.is_not(None), Verdict.id > after).order_by(Verdict.id).limit(limit)
    return [
        (row.id, verdict_purpose(row.call_id, row.run, row.rule, row.agent), row.sealed or b"")
        for row in await session.execute(found)
    ]


async def put_sealed(session: AsyncSession, table: str, row: int, before: bytes, sealed: bytes) -> bool:
    """Put sealed bytes in place of those before; False if somebody else changed them meanwhile."""
    model = _table(table)
    statement = (
        update(model).where(model.c.id == row, model.c.sealed == before).values(sealed=sealed).returning(model.c.id)
    )
    return (await session.execute(statement)).first() is not None


async def count_rows(session: AsyncSession, table: str, *, sealed: bool) -> int:
    """How many rows of a table are sealed, or are not."""
    column = _table(table).c.sealed
    return await session.scalar(select(func.count()).where(column.is_not(None) if sealed else column.is_(None))) or 0


async def wipe(session: AsyncSession) -> None:
    """Have SQLite overwrite with zeros what is deleted on this connection from now on; nothing on PostgreSQL."""
    if session.get_bind().dialect.name == "sqlite":
        await session.execute(text("PRAGMA secure_delete = ON"))


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


__all__ = [
    "TABLES", "count_rows", "count_sealed", "mark_sealed", "plain_rows", "put_sealed", "recordings_to_seal",
    "sealed_rows", "wipe",
]  # fmt: skip
