"""Work orders with their history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.models import WorkOrder, WorkOrderStep


async def add(session: AsyncSession, order: WorkOrder) -> WorkOrder:
    """Keep a new work order with its steps; returns it with its id."""
    session.add(order)
    await session.flush()
    return order


async def step(session: AsyncSession, row: WorkOrderStep) -> None:
    """Keep what was done to a work order."""
    session.add(row)
    await session.flush()


async def get(session: AsyncSession, order_id: int, *, lock: bool = False) -> WorkOrder | None:
    """A work order with its history; ``lock`` holds it until the transaction ends."""
    query = select(WorkOrder).options(selectinload(WorkOrder.steps)).where(WorkOrder.id == order_id)
    query = query.execution_options(populate_existing=True)
    return await session.scalar(query.with_for_update(of=WorkOrder) if lock else query)


async def list_orders(
    session: AsyncSession,
    *,
    states: Collection[str] = (),
    of: Collection[str] | None = None,
    owner: str | None = None,
    call_id: int | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 100,
) -> Sequence[WorkOrder]:
    """Work orders without their history, those due first.

    Args:
        states: only in one of these.
        of: only those that one of these owns or opened.
        owner: only his.
        after: time due and id of the last row of the page before.
    """
    query = select(WorkOrder).order_by(WorkOrder.due_at, WorkOrder.id).limit(limit)
    if states:
        query = query.where(WorkOrder.state.in_(states))
    if of is not None:
        query = query.where(or_(WorkOrder.owner.in_(of), WorkOrder.opened_by.in_(of)))
    if owner is not None:
        query = query.where(WorkOrder.owner == owner)
    if call_id is not None:
        query = query.where(WorkOrder.call_id == call_id)
    if after is not None:
        at, last = after
        query = query.where(or_(WorkOrder.due_at > at, and_(WorkOrder.due_at == at, WorkOrder.id > last)))
    return (await session.scalars(query)).all()


async def count_open(session: AsyncSession, now: datetime, *, owner: str | None = None) -> tuple[int, int]:
    """How many are not over, and how many of those are overdue."""
    query = select(func.count(), func.count().filter(WorkOrder.due_at < now)).where(
        WorkOrder.state.in_(("open", "doing"))
    )
    if owner is not None:
        query = query.where(WorkOrder.owner == owner)
    whole, late = (await session.execute(query)).one()
    return whole, late


__all__ = ["add", "count_open", "get", "list_orders", "step"]
