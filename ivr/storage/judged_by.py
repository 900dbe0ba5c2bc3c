"""The texts of rulebooks and thresholds that judged calls (norm F8)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.inserts import insert_new
from ivr.storage.models import JudgedBy

_COLUMNS = ("kind", "name", "version", "digest", "content", "first_used_at")


async def keep(session: AsyncSession, text: JudgedBy) -> bool:
    """Keep a text that judges as it is now; True if it had not judged before."""
    return await insert_new(session, JudgedBy, {name: getattr(text, name) for name in _COLUMNS})


async def find(session: AsyncSession, kind: str, name: str, digest: str) -> JudgedBy | None:
    """The text of that hash; None if it never judged here."""
    query = select(JudgedBy).where(JudgedBy.kind == kind, JudgedBy.name == name, JudgedBy.digest == digest)
    return await session.scalar(query)
