"""Notes to agents: coaching, commendations, warnings, next steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Note


async def add(session: AsyncSession, note: Note) -> Note:
    """Keep a new note; returns it with its id."""
    session.add(note)
    await session.flush()
    return note


async def get(session: AsyncSession, note_id: int, *, lock: bool = False) -> Note | None:
    """A note; ``lock`` holds it until the transaction ends."""
    query = select(Note).where(Note.id == note_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_notes(
    session: AsyncSession,
    *,
    agent: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    states: Collection[str] = (),
    overdue_at: datetime | None = None,
    call_id: int | None = None,
    limit: int = 1000,
) -> Sequence[Note]:
    """Notes, those due first, then the newest.

    Args:
        overdue_at: only those that are not done and were due before this time.
    """
    query = select(Note).order_by(Note.due_at.is_(None), Note.due_at, Note.id.desc()).limit(limit)
    if agent is not None:
        query = query.where(Note.agent == agent)
    if kind is not None:
        query = query.where(Note.kind == kind)
    if state is not None:
        query = query.where(Note.state == state)
    if states:
        query = query.where(Note.state.in_(states))
    if call_id is not None:
        query = query.where(Note.call_id == call_id)
    if overdue_at is not None:
        query = query.where(Note.due_at < overdue_at, Note.state.in_(("open", "acknowledged")))
    return (await session.scalars(query)).all()


async def counts(
    session: AsyncSession,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    agent: str | None = None,
) -> dict[tuple[str, str, bool], int]:
    """How many notes that were not withdrawn there are, by (agent, kind, whether it is a next step)."""
    query = (
        select(Note.agent, Note.kind, Note.step, func.count())
        .where(Note.state != "withdrawn")
        .group_by(Note.agent, Note.kind, Note.step)
    )
    if since is not None:
        query = query.where(Note.created_at >= since)
    if until is not None:
        query = query.where(Note.created_at < until)
    if agent is not None:
        query = query.where(Note.agent == agent)
    return {(who, kind, bool(step)): count for who, kind, step, count in await session.execute(query)}
