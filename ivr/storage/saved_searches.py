"""Filters of the list of calls that people keep under a name, for themselves or for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import SavedSearch

MOST = 100  # of one person
MOST_SHOWN = 500


async def visible(session: AsyncSession, owner: str, *, shared: bool = True) -> Sequence[SavedSearch]:
    """One's own, and with ``shared`` those that others share, by title."""
    mine = SavedSearch.owner == owner
    query = select(SavedSearch).where(or_(mine, SavedSearch.shared.is_(True)) if shared else mine)
    return (await session.scalars(query.order_by(SavedSearch.title, SavedSearch.id).limit(MOST_SHOWN))).all()


async def get(session: AsyncSession, number: int) -> SavedSearch | None:
    """One of them."""
    return await session.get(SavedSearch, number)


async def keep(
    session: AsyncSession, owner: str, title: str, filters: Mapping[str, str], *, shared: bool, at: datetime
) -> SavedSearch | None:
    """Keep filters, in place of those the owner had under that title; None if he has too many."""
    query = select(SavedSearch).where(SavedSearch.owner == owner, SavedSearch.title == title).with_for_update()
    found = await session.scalar(query)
    if found is None:
        count = select(func.count()).select_from(SavedSearch).where(SavedSearch.owner == owner)
        if (await session.scalar(count) or 0) >= MOST:
            return None
        found = SavedSearch(owner=owner, title=title)
        session.add(found)
    found.filters, found.shared, found.created_at = dict(filters), shared, at
    await session.flush()
    return found


async def remove(session: AsyncSession, found: SavedSearch) -> None:
    """Forget one."""
    await session.delete(found)
    await session.flush()


__all__ = ["MOST", "get", "keep", "remove", "visible"]
