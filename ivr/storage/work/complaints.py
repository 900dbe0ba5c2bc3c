"""Complaints with their history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.models import Complaint, ComplaintStep, Recording

OWED = ("registered", "investigating")
"""States in which a written answer is owed."""
OVER = ("content", "closed", "withdrawn")


async def add(session: AsyncSession, complaint: Complaint) -> Complaint:
    """Keep a new complaint with its steps; returns it with its id."""
    session.add(complaint)
    await session.flush()
    return complaint


async def step(session: AsyncSession, row: ComplaintStep) -> None:
    """Keep what was done to a complaint."""
    session.add(row)
    await session.flush()


async def get(session: AsyncSession, complaint_id: int, *, lock: bool = False) -> Complaint | None:
    """A complaint with its history; ``lock`` holds it until the transaction ends."""
    query = select(Complaint).options(selectinload(Complaint.steps)).where(Complaint.id == complaint_id)
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(of=Complaint) if lock else query)


async def list_complaints(
    session: AsyncSession,
    *,
    states: Collection[str] = (),
    of: Collection[str] | None = None,
    agent: str | None = None,
    call_id: int | None = None,
    unaccounted: bool = False,
    not_fed_back: bool = False,
    after: tuple[datetime, int] | None = None,
    limit: int = 100,
) -> Sequence[Complaint]:
    """Complaints without their history, those whose answer is due first.

    Args:
        states: only in one of these.
        of: only those that one of these registered, investigates or is complained of.
        agent: only those about him.
        unaccounted: only those of which the agent has not given his account.
        not_fed_back: only those of which nobody has been told.
        after: time due and id of the last row of the page before.
    """
    query = select(Complaint).order_by(Complaint.due_at, Complaint.id).limit(limit)
    if states:
        query = query.where(Complaint.state.in_(states))
    if of is not None:
        query = query.where(or_(Complaint.registered_by.in_(of), Complaint.owner.in_(of), Complaint.agent.in_(of)))
    if agent is not None:
        query = query.where(Complaint.agent == agent)
    if call_id is not None:
        query = query.where(Complaint.call_id == call_id)
    if unaccounted:
        query = query.where(Complaint.accounted_at.is_(None))
    if not_fed_back:
        query = query.where(Complaint.fed_back_at.is_(None))
    if after is not None:
        at, last = after
        query = query.where(or_(Complaint.due_at > at, and_(Complaint.due_at == at, Complaint.id > last)))
    return (await session.scalars(query)).all()


async def count_owed(session: AsyncSession, now: datetime) -> tuple[int, int]:
    """How many answers are owed, and how many of those are overdue."""
    query = select(func.count(), func.count().filter(Complaint.due_at < now)).where(Complaint.state.in_(OWED))
    whole, late = (await session.execute(query)).one()
    return whole, late


async def forget_contact(session: AsyncSession, call_id: int) -> int:
    """Blank where the answers went, of complaints that are over about a call of which no recording is left; how many.

    The complaint itself stays, with the number of its call: it is the house's record, not the caller's words.
    """
    left = select(Recording.id).where(
        Recording.call_id == call_id, Recording.state.not_in(("deleted", "deleting", "refused", "missing"))
    )
    gone = select(Recording.id).where(Recording.call_id == call_id, Recording.state == "deleted")
    query = (
        update(Complaint)
        .where(Complaint.call_id == call_id, Complaint.state.in_(OVER), Complaint.contact != "")
        .where(~left.exists(), gone.exists())
        .values(contact="")
        .execution_options(synchronize_session=False)
    )
    result = await session.execute(query)
    return int(getattr(result, "rowcount", 0))


__all__ = ["OVER", "OWED", "add", "count_owed", "forget_contact", "get", "list_complaints", "step"]
