"""Links that let somebody choose a password, once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ivr.storage.models import OneTimeLink


async def add(session: AsyncSession, row: OneTimeLink) -> OneTimeLink:
    """Keep a new link; those the account had before are gone."""
    await session.execute(delete(OneTimeLink).where(OneTimeLink.account_id == row.account_id))
    session.add(row)
    await session.flush()
    return row


async def find(session: AsyncSession, digest: str, at: datetime) -> OneTimeLink | None:
    """A link with its account, if it can still be used at ``at``."""
    query = select(OneTimeLink).where(
        OneTimeLink.hash == digest, OneTimeLink.expires_at > at, OneTimeLink.used_at.is_(None)
    )
    return await session.scalar(query.options(joinedload(OneTimeLink.account)))


async def use(session: AsyncSession, link_id: int, at: datetime) -> bool:
    """Use a link up; False if somebody else just did."""
    statement = update(OneTimeLink).where(OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None)).values(used_at=at)
    return (await session.execute(statement.returning(OneTimeLink.id))).first() is not None


__all__ = ["add", "find", "use"]
