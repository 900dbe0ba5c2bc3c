"""How the commands put a version in force: in the name of the user of this machine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ivr.cli.common import failed, run
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.call.versions import VersionStore
    from ivr.call.versions.swap import Swapped

log = get_logger("versions")


def put_in_force(settings: Settings, store: VersionStore, version: str, why: str, *, action: str) -> Swapped:
    """Swap to a version that is kept, note it in the audit, and let old versions go; the caller holds the lock.

    Raises:
        IvrError: if anything refuses it; then all is as it was.
    """
    from ivr.call.versions import putting
    from ivr.cli.keeping import who

    found = putting.put_in_force(settings, store, version, by=who(), why=why, at=datetime.now(UTC))
    try:
        run(_noted(settings, store, action, found, why))
    except IvrError as error:  # the line runs on it all the same
        log.error("not in the audit", action=action, version=version, problem=str(error))
        failed(str(Text(f"not noted in the audit: {error}", f"未能写入审计：{error}")))
    return found


async def _noted(settings: Settings, store: VersionStore, action: str, found: Swapped, why: str) -> None:
    from ivr.call.versions.putting import note_swap
    from ivr.cli.keeping import open_room

    async with open_room(settings) as room:
        await note_swap(room.database, store, found, action=action, by=room.actor, why=why, clock=room.clock)
