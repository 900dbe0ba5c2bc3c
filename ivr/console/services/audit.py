"""Who did what to which record, for admins; and whether the rows are still what was written."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.storage import audit as rows
from ivr.storage.audit_faults import explained
from ivr.storage.models import Audit
from recording.keeping.redaction import mask_text

PAGE = 100
_PART = "audit-chain"


class AuditRow(BaseModel):
    """One row; ``detail`` is JSON, with numbers masked for who may not see them."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: str


class AuditPage(BaseModel):
    """Rows, the newest first; ``next`` is given as ``before`` for the next page, None at the end."""

    model_config = ConfigDict(frozen=True)

    rows: list[AuditRow]
    next: int | None = None


class Chain(BaseModel):
    """Whether the rows are what was written; ``error`` and ``cure`` are in the language of who asks."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    rows: int
    newest: int
    hash: str
    row: int | None = None
    error: str = ""
    cure: str = ""


async def search(
    console: Console, who: Person, *, actor: str = "", action: str = "", object: str = "",
    since: datetime | None = None, until: datetime | None = None, before: int | None = None, limit: int = PAGE,
) -> AuditPage:  # fmt: skip
    """Rows, the newest first.

    Args:
        object: about exactly this, e.g. ``call:17``.
        since: not older; with a zone.
        until: older; with a zone.
        before: with lower ids.
    """
    who.must(Permission.AUDIT)
    actor, action, object = ("".join(filter(str.isprintable, one)) for one in (actor, action, object))
    async with console.database.read() as session:
        found = await rows.list_rows(
            session, objects=[object[:128]] if object else (), actor=actor[:64] or None, action=action[:64] or None,
            since=since, until=until, before=before, limit=limit + 1,
        )  # fmt: skip
    shown = [_row(row, who) for row in found[:limit]]
    return AuditPage(rows=shown, next=shown[-1].id if len(found) > limit else None)


async def verify(console: Console, who: Person) -> Chain:
    """Go through all rows, one who asks at a time; the result is not kept."""
    who.must(Permission.AUDIT)
    turn: asyncio.Lock = console.parts.setdefault(_PART, asyncio.Lock())
    async with turn, console.database.read() as session:
        found = await rows.examine(session)
    error, cure = ("", "") if not found.fault else (str(one) for one in explained(found.fault, found.row))
    return Chain(
        ok=not found.fault, rows=found.rows, newest=found.last, hash=found.hash, row=found.row, error=error, cure=cure
    )


def _row(row: Audit, who: Person) -> AuditRow:
    return AuditRow(
        id=row.id, at=row.at, actor=row.actor, action=row.action, object=row.object,
        detail=json.dumps(_masked(row.detail, who), ensure_ascii=False) if row.detail else "",
    )  # fmt: skip


def _masked(value: Any, who: Person) -> Any:
    if who.may(Permission.NUMBERS):
        return value
    if isinstance(value, dict):
        return {name: _masked(one, who) for name, one in value.items()}
    if isinstance(value, list):
        return [_masked(one, who) for one in value]
    return mask_text(value, phones=True) if isinstance(value, str) else value


__all__ = ["AuditPage", "AuditRow", "Chain", "search", "verify"]
