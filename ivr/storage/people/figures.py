"""Figures of the monthly sheet that only people can enter."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Figure


async def find(session: AsyncSession, agent: str, month: str, name: str) -> Figure | None:
    """One figure, held until the transaction ends."""
    query = select(Figure).where(Figure.agent == agent, Figure.month == month, Figure.name == name)
    return await session.scalar(query.with_for_update())


async def add(session: AsyncSession, figure: Figure) -> Figure:
    """Keep a new figure; returns it with its id."""
    session.add(figure)
    await session.flush()
    return figure


async def list_figures(session: AsyncSession, month: str) -> Sequence[Figure]:
    """All figures of a month (YYYY-MM)."""
    query = select(Figure).where(Figure.month == month).order_by(Figure.agent, Figure.name)
    return (await session.scalars(query)).all()
