"""What programs show instead of a login."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ivr.storage.models import ApiToken


async def add(session: AsyncSession, row: ApiToken) -> ApiToken:
    """Keep a new token; returns it with its id."""
    session.add(row)
    await session.flush()
    return row


async def find(session: AsyncSession, digest: str, at: datetime) -> ApiToken | None:
    """A token with its account, if it has not expired at ``at``."""
    query = select(ApiToken).where(ApiToken.hash == digest, ApiToken.expires_at > at)
    return await session.scalar(query.options(joinedload(ApiToken.account)))


async def get(session: AsyncSession, token_id: int) -> ApiToken | None:
    """A token by its id, with its account."""
    return await session.scalar(select(ApiToken).where(ApiToken.id == token_id).options(joinedload(ApiToken.account)))


async def list_tokens(session: AsyncSession, *, account_id: int | None = None, limit: int = 500) -> Sequence[ApiToken]:
    """Tokens with their accounts, the newest first; of one account, or of all."""
    query = select(ApiToken).options(joinedload(ApiToken.account)).order_by(ApiToken.id.desc()).limit(limit)
    if account_id is not None:
        query = query.where(ApiToken.account_id == account_id)
    return (await session.scalars(query)).all()


async def count(session: AsyncSession, account_id: int) -> int:
    """How many tokens somebody has."""
    query = select(func.count()).select_from(ApiToken).where(ApiToken.account_id == account_id)
    return await session.scalar(query) or 0


async def used(session: AsyncSession, token_id: int, at: datetime) -> None:
    """Note that a token was used."""
    await session.execute(update(ApiToken).where(ApiToken.id == token_id).values(used_at=at))


async def remove(session: AsyncSession, token_id: int) -> None:
    """Take a token away."""
    await session.execute(delete(ApiToken).where(ApiToken.id == token_id))


__all__ = ["add", "count", "find", "get", "list_tokens", "remove", "used"]
