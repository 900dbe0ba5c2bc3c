"""Who did what to which record. Each row's hash covers its content and the hash of the row before.

A changed, inserted or removed row shows in the chain; rows cut off at its end show against the head that is kept in
a file outside the table (``ivr.storage.audit_head``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import event, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from ivr.core.errors import StorageError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.storage.audit_head import Head, HeadFile
from ivr.storage.models import Audit

FIRST = "0" * 64
_LOCK_KEY = 45731877
_PAGE = 500

log = get_logger("audit")

Fault = Literal["chain", "cut", "rewritten", "stranger", "no_head", "bad_head"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What an examination of the audit table found.

    Args:
        rows: how many there are.
        last: id of the newest row; 0 if there is none.
        hash: of the newest row.
        fault: "" if all is in order; ``chain``: row ``row`` does not fit the row before it, or its content was
            changed; ``cut``: rows up to ``row`` were written and are gone; ``rewritten``: row ``row`` is another
            than was written; ``stranger``: row ``row`` was added by something else; ``no_head``, ``bad_head``: the
            file outside the table is missing or unreadable.
    """

    rows: int
    last: int
    hash: str
    fault: Fault | Literal[""] = ""
    row: int | None = None


async def append(
    session: AsyncSession, *, actor: str, action: str, object: str, at: datetime, detail: dict[str, Any] | None = None
) -> Audit:
    """Add a row at the end of the chain; only in a writing transaction, which holds the chain's end.

    Args:
        actor: who (at most 64 characters).
        action: what, e.g. ``listen`` or ``export`` (at most 64).
        object: to which record, e.g. ``recording:17`` (at most 128).
        detail: plain JSON data.

    Raises:
        StorageError: if the head of the chain cannot be written; nothing may be done unaudited.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    previous = await session.scalar(select(Audit.hash).order_by(Audit.id.desc()).limit(1)) or FIRST
    detail = json.loads(json.dumps(detail or {}))
    row = Audit(at=at.astimezone(UTC), actor=actor, action=action, object=object, detail=detail, previous=previous)
    row.hash = _digest(row)
    session.add(row)
    await session.flush()
    await _announce(session, row)
    return row


async def verify(session: AsyncSession) -> int | None:
    """The id of the first row that does not fit the chain; None if all do."""
    return (await _walk(session)).row


async def examine(session: AsyncSession, head: str = "", *, after: int = 0) -> Examined:
    """The chain, and whether it ends where the head says.

    Args:
        head: a hash that was kept elsewhere; it must be that of a row.
        after: only rows with higher ids are looked at: what is wrong before is known.
    """
    found = await _walk(session, after)
    if found.fault:
        return found
    if head and not await session.scalar(select(Audit.id).where(Audit.hash == head)):
        return Examined(found.rows, found.last, found.hash, "cut", found.last)
    file: HeadFile | None = session.info.get(HeadFile)
    if file is None:
        return found
    fault, row = await _against(session, file, found)
    return Examined(found.rows, found.last, found.hash, fault, row)


async def list_rows(
    session: AsyncSession,
    *,
    objects: Sequence[str] = (),
    actor: str | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> Sequence[Audit]:
    """Rows, the newest first.

    Args:
        objects: only rows about one of these.
        since: only rows not older.
        until: only rows older.
        before: only rows with lower ids: the next page after the row with this one.
        limit: at most this many.
    """
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Audit.id < before)
    if until is not None:
        query = query.where(Audit.at < until)
    if objects:
        query = query.where(or_(*(Audit.object == name for name in objects)))
    if actor is not None:
        query = query.where(Audit.actor == actor)
    if action is not None:
        query = query.where(Audit.action == action)
    if since is not None:
        query = query.where(Audit.at >= since)
    return (await session.scalars(query)).all()


async def newest(session: AsyncSession) -> tuple[int, str]:
    """Id and hash of the newest row; (0, FIRST) if there is none."""
    row = (await session.execute(select(Audit.id, Audit.hash).order_by(Audit.id.desc()).limit(1))).first()
    return (row[0], row[1]) if row else (0, FIRST)


async def renew(session: AsyncSession) -> None:
    """Make the table as it is now the truth; only in a writing transaction, and only when a person says so.

    A chain that does not fit stays so: what is wrong in it goes on being shown.
    """
    file: HeadFile | None = session.info.get(HeadFile)
    if file is not None:
        row, digest = await newest(session)
        file.renew(row, digest if row else "")


async def _walk(session: AsyncSession, after: int = 0) -> Examined:
    previous, last, count = FIRST, after, 0
    if after:
        previous = await session.scalar(select(Audit.hash).where(Audit.id == after)) or FIRST
    while True:
        rows = (await session.scalars(select(Audit).where(Audit.id > last).order_by(Audit.id).limit(_PAGE))).all()
        for row in rows:
            count += 1
            if row.previous != previous or row.hash != _digest(row):
                total = await session.scalar(select(func.count()).select_from(Audit))
                return Examined(total or count, *await newest(session), "chain", row.id)
            previous, last = row.hash, row.id
        session.expunge_all()  # a long chain must not stay in memory
        if len(rows) < _PAGE:
            return Examined(count, last, previous)


async def _against(session: AsyncSession, file: HeadFile, found: Examined) -> tuple[Fault | Literal[""], int | None]:
    try:
        head = file.read()
    except (OSError, ValueError):
        return "bad_head", None
    if head is None:
        return ("no_head", None) if found.rows else ("", None)
    if head.id and not await _stands(session, head):
        return ("cut" if head.id > found.last else "rewritten"), head.id
    if file.alone:
        expected = set(head.expected)
        newer = select(Audit.id, Audit.hash).where(Audit.id > head.id).order_by(Audit.id)
        for row, digest in await session.execute(newer):
            if (row, digest) not in expected:
                return "stranger", row
    return "", None


async def _stands(session: AsyncSession, head: Head) -> bool:
    return await session.scalar(select(Audit.hash).where(Audit.id == head.id)) == head.hash


async def _announce(session: AsyncSession, row: Audit) -> None:
    """Have the head follow this row; a head that no longer fits the table, or is lost, is left for people to see."""
    file: HeadFile | None = session.info.get(HeadFile)
    if file is None:
        return
    try:
        head = file.read()
        if head is None and row.previous != FIRST:
            log.error("audit head missing", row=row.id)
            return
        if head is not None and head.id and not await _stands(session, head):
            log.error("audit table does not hold its head", head=head.id, row=row.id)
            return
        file.expect(row.id, row.hash)
    except (OSError, ValueError) as error:
        raise StorageError(
            Text(f"{file.path}: {error}", f"{file.path}：{error}"),
            cure=Text(
                "make the file writable; if it is damaged: ivr audit anchor --renew",
                "请使该文件可写；若已损坏：ivr audit anchor --renew",
            ),
        ) from error
    reached, digest = row.id, row.hash

    def committed(_: Session) -> None:
        try:
            file.advance(reached, digest)
        except (OSError, ValueError):
            log.exception("audit head not advanced", row=reached)

    event.listen(session.sync_session, "after_commit", committed, once=True)


def _digest(row: Audit) -> str:
    content = [row.previous, row.at.isoformat(), row.actor, row.action, row.object, row.detail]
    plain = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()
