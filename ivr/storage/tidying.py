"""Rows that have been kept long enough: counted, and deleted a few at a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import AgentState, AlertRow, Reconciliation

STATES, ALERTS, RECONCILIATIONS = "agent_states", "alerts", "reconciliations"
BATCH = 500  # rows in one transaction: it keeps every other writer waiting

_MODELS: dict[str, type[AgentState] | type[AlertRow] | type[Reconciliation]] = {
    STATES: AgentState,
    ALERTS: AlertRow,
    RECONCILIATIONS: Reconciliation,
}


async def count(session: AsyncSession, table: str, before: datetime) -> int:
    """How many rows were over before then."""
    return await session.scalar(select(func.count()).select_from(_due(table, before).subquery())) or 0


async def forget(session: AsyncSession, table: str, before: datetime, limit: int = BATCH) -> int:
    """Delete rows that were over before then, the oldest first, at most ``limit``; how many. What goes on stays."""
    model = _MODELS[table]
    ids = (await session.scalars(_due(table, before).order_by(model.id).limit(limit))).all()
    if ids:
        await session.execute(delete(model).where(model.id.in_(ids)).execution_options(synchronize_session=False))
    return len(ids)


def _due(table: str, before: datetime) -> Select[int]:
    model = _MODELS[table]
    query = select(model.id).where(model.ended_at < before)
    if model is Reconciliation:  # the next run goes on from the newest
        query = query.where(model.id < select(func.max(Reconciliation.id)).scalar_subquery())
    return query


__all__ = ["ALERTS", "BATCH", "RECONCILIATIONS", "STATES", "count", "forget"]
