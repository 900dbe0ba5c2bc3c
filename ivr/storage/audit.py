"""Who did what to which record. Each row's hash covers its content and the hash of the row before.

A changed, inserted or removed row shows; rows cut off at the end do not, so keep the newest hash elsewhere too.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ivr.storage.models import Audit

FIRST = "0" * 64
_LOCK_KEY = 45731877
_PAGE = 500


async def append(
    session: AsyncSession, *, actor: str, action: str, object: str, at: datetime, detail: dict[str, Any] | None = None
) -> Audit:
    """Add a row at the end of the chain; only in a writing transaction, which holds the chain's end.

    Args:
        actor: who (at most 64 characters).
        action: what, e.g. ``listen`` or ``export`` (at most 64).
        object: to which record, e.g. ``recording:17`` (at most 128).
        detail: plain JSON data.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    previous = await session.scalar(select(Audit.hash).order_by(Audit.id.desc()).limit(1)) or FIRST
    detail = json.loads(json.dumps(detail or {}))
    row = Audit(at=at.astimezone(UTC), actor=actor, action=action, object=object, detail=detail, previous=previous)
    row.hash = _digest(row)
    session.add(row)
    await session.flush()
    return row


async def verify(session: AsyncSession) -> int | None:
    """The id of the first row that does not fit the chain; None if all do."""
    previous, last = FIRST, 0
    while True:
        rows = (await session.scalars(select(Audit).where(Audit.id > last).order_by(Audit.id).limit(_PAGE))).all()
        for row in rows:
            if row.previous != previous or row.hash != _digest(row):
                return row.id
            previous, last = row.hash, row.id
        if len(rows) < _PAGE:
            return None
        session.expunge_all()  # a long chain must not stay in memory


def _digest(row: Audit) -> str:
    content = [row.previous, row.at.isoformat(), row.actor, row.action, row.object, row.detail]
    plain = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
