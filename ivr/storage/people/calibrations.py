"""Calibration sessions with their calls."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from ivr.storage.models import Calibration


async def add(session: AsyncSession, calibration: Calibration) -> Calibration:
    """Keep a new session with its calls; returns it with its id."""
    session.add(calibration)
    await session.flush()
    return calibration


async def get(session: AsyncSession, calibration_id: int, *, lock: bool = False) -> Calibration | None:
    """A session with its calls; ``lock`` holds it until the transaction ends."""
    query = select(Calibration).options(selectinload(Calibration.calls)).where(Calibration.id == calibration_id)
    return await session.scalar(query.with_for_update(of=Calibration) if lock else query)


async def list_calibrations(
    session: AsyncSession, *, state: str | None = None, limit: int = 100
) -> Sequence[Calibration]:
    """Sessions with their calls, the newest first."""
    query = select(Calibration).options(selectinload(Calibration.calls)).order_by(Calibration.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Calibration.state == state)
    return (await session.scalars(query)).all()
