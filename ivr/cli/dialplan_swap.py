"""How the commands put a version in force: Asterisk and the engine of this machine, and the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ivr.cli.common import failed, run
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from dialplan.differing import Change
    from dialplan.model import Site
    from ivr.asterisk.apply import Applied
    from ivr.call.versions import Edition, VersionStore
    from ivr.call.versions.swap import Swapped

log = get_logger("versions")

MAX_NOTE = 200
CONNECT = 2.0  # seconds


def changes(found: Swapped) -> Sequence[Change]:
    """What a swap changes; nothing where there was none before, or it could not be read."""
    from dialplan.differing import compare
    from ivr.cli.dialplan_diff import side_of

    if found.old is None:
        return []
    return compare(side_of(found.old.site, found.old.book), side_of(found.new.site, found.new.book))


def put_in_force(settings: Settings, store: VersionStore, version: str, why: str, *, action: str) -> Swapped:
    """Swap to a version that is kept, note it in the audit, and let old versions go; the caller holds the lock.

    Raises:
        IvrError: if anything refuses it; then all is as it was.
    """
    from ivr.call.versions.swap import Order, swap
    from ivr.cli.keeping import who

    why = "".join(char for char in why if char.isprintable())[:MAX_NOTE]
    order = Order(version, settings.site, who(), why, datetime.now(UTC))
    found = swap(
        store, order, lambda edition, before: _asterisk(settings, edition, before), lambda: _tell_engine(settings)
    )
    try:
        spared = run(_audited(settings, action, found, why))
    except IvrError as error:  # the line runs on it all the same
        log.error("not in the audit", action=action, version=version, problem=str(error))
        failed(str(Text(f"not noted in the audit: {error}", f"未能写入审计：{error}")))
    else:
        store.prune(spared=spared)
    return found


def _asterisk(settings: Settings, edition: Edition, before: Site | None) -> Applied | None:
    """Have Asterisk take it over; None if there is no Asterisk on this machine."""
    from ivr.asterisk.apply import apply
    from ivr.asterisk.install import find_asterisk

    try:
        find_asterisk(settings, needs=("asterisk",), install=False)
    except IvrError:
        return None
    gone = [
        agent
        for name, agent in (before.agents.items() if before else ())
        if name not in edition.site.agents or edition.site.agents[name].extension != agent.extension
    ]
    return apply(settings, edition.site, gone=gone, before=before, book=edition.book)


def _tell_engine(settings: Settings) -> Mapping[str, Any] | None:
    """Have the engine take what is in force; None if none runs here."""
    return _asked(settings, "POST")


def serving_version(settings: Settings) -> str | None:
    """The version the engine serves new calls with; None if none runs here."""
    answer = _asked(settings, "GET")
    return None if answer is None else str(answer.get("version", ""))


def _asked(settings: Settings, method: str) -> Mapping[str, Any] | None:
    """The engine's answer; None if none runs here.

    Raises:
        IvrError: if it does not answer in time, or refuses.
    """
    import socket

    from ivr.asterisk.layout import control_socket
    from ivr.cli.engine import ask

    with socket.socket(socket.AF_UNIX) as tried:
        tried.settimeout(CONNECT)
        try:
            tried.connect(str(control_socket(settings)))
        except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):  # never there, or killed
            return None
        except OSError:  # it is there and does not answer: let that be told
            pass
    return ask(settings, "/site", {}, method=method)


async def _audited(settings: Settings, action: str, found: Swapped, why: str) -> set[str]:
    """Note the swap in the audit; the versions that calls and callbacks go on with."""
    from ivr.cli.keeping import open_room
    from ivr.storage import audit, callbacks, continuations

    async with open_room(settings) as room, room.database.write() as session:
        detail = {"before": found.before, "engine": found.engine, "note": why}
        what = f"version:{found.version}"
        await audit.append(session, actor=room.actor, action=action, object=what, at=room.clock.now(), detail=detail)
        return await continuations.versions(session) | await callbacks.versions(session)
