"""What the commands on recordings share: database with keys, who asks, which call is meant."""

from __future__ import annotations

import getpass
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

from ivr.cli.common import running_site
from ivr.core.clock import Clock, SystemClock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.database import Database
    from recording.vault import Vault

T = TypeVar("T")

LONGEST_REASON = 200
_NOT_SAFE = re.compile(r"[^A-Za-z0-9._@-]")


@dataclass(frozen=True, slots=True)
class Room:
    """What a command works with."""

    settings: Settings
    database: Database
    vault: Vault
    clock: Clock
    actor: str

    async def call_id(self, call: str) -> int:
        """The id of a call named by its id or its linkedid.

        Raises:
            UsageError: if there is no such call.
        """
        from ivr.storage import calls

        async with self.database.read() as session:
            if call.isascii() and call.isdigit() and len(call) < 10:
                found = await calls.get(session, int(call))
            else:
                found = await calls.find(session, call[:128])
        if found is None:
            raise UsageError(
                Text(f"no call {call[:80]!r}", f"没有通话 {call[:80]!r}"),
                cure=Text("ivr calls list shows the calls there are", "用 ivr calls list 查看已有通话"),
            )
        return found.id


@asynccontextmanager
async def open_room(settings: Settings, *, upgrade: bool = True) -> AsyncIterator[Room]:
    """The database with the keys of this machine; brought up to date unless it is only looked at."""
    import asyncio

    from ivr.storage.database import Database
    from ivr.storage.migrations import upgrade as migrate
    from recording.vault import vault_for

    vault = vault_for(settings)
    if upgrade:
        await asyncio.to_thread(migrate, settings.database)
    async with Database(settings.database, settings.home / "audit.head", sealer=vault) as database:
        yield Room(settings, database, vault, SystemClock(), who())


async def audited(
    settings: Settings, action: str, what: str, change: Callable[[datetime], tuple[T, dict[str, Any]]]
) -> T:
    """Make a change and note it in the audit; where the database does not answer nothing is changed.

    Args:
        action: as the audit calls it.
        what: it is done to.
        change: is told the time; gives what it made, and the detail for the audit.
    """
    from ivr.storage import audit

    async with open_room(settings) as room, room.database.write() as session:
        at = room.clock.now()
        made, detail = change(at)
        await audit.append(session, actor=room.actor, action=action, object=what, at=at, detail=detail)
    return made


def who() -> str:
    """The user of this machine who asks, for the audit."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "unknown"
    return f"cli:{_NOT_SAFE.sub('_', name)[:48]}"


def zone_of(settings: Settings) -> ZoneInfo:
    """The site's time zone."""
    return ZoneInfo(running_site(settings).zone)


def checked_reason(reason: str) -> str:
    """A reason a person gave, on one line.

    Raises:
        UsageError: if it says nothing.
    """
    plain = " ".join("".join(char if char.isprintable() else " " for char in reason).split())
    if not plain:
        raise UsageError(Text("a reason is needed", "需要说明原因"), cure=Text("--reason TEXT", "--reason 原因"))
    return plain[:LONGEST_REASON]
