"""How a person puts a version in force: Asterisk and the engine of this machine take it, and the audit knows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from dialplan.differing import Change, Side, compare
from dialplan.loading import load_site
from dialplan.model import Site
from ivr.asterisk.apply import Applied, apply
from ivr.asterisk.install import find_asterisk
from ivr.asterisk.sounds import book_of
from ivr.call.control_client import ask_if_there
from ivr.call.versions.edition import Edition, load_edition
from ivr.call.versions.store import VersionStore
from ivr.call.versions.swap import Order, Swapped, swap
from ivr.core.clock import Clock
from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.storage import audit, callbacks, continuations
from ivr.storage.database import Database
from prompts.book import PromptBook

MAX_NOTE = 200


def put_in_force(
    settings: Settings,
    store: VersionStore,
    version: str,
    *,
    by: str,
    why: str,
    at: datetime,
    tell_engine: Callable[[], Mapping[str, Any] | None] | None = None,
) -> Swapped:
    """Swap to a version that is kept; the caller holds ``locked``. It waits for Asterisk and the engine.

    Args:
        by, why: who and why, for those who look later.
        at: when.
        tell_engine: has the engine take what is in force; the engine of this machine when not given.

    Raises:
        IvrError: if anything refuses it; then all is as it was.
    """
    order = Order(version, settings.site, by, one_line(why), at)
    return swap(
        store,
        order,
        lambda edition, before: _asterisk(settings, edition, before),
        tell_engine or (lambda: _tell_engine(settings)),
    )


async def note_swap(
    database: Database, store: VersionStore, found: Swapped, *, action: str, by: str, why: str, clock: Clock
) -> None:
    """Note a swap in the audit, and let versions go that nothing needs any more.

    Args:
        action: ``site.reload`` or ``site.rollback``.

    Raises:
        StorageError: if the audit cannot be written.
    """
    detail = {"before": found.before, "engine": found.engine, "note": one_line(why)}
    what = f"version:{found.version}"
    async with database.write() as session:
        await audit.append(session, actor=by, action=action, object=what, at=clock.now(), detail=detail)
        spared = await continuations.versions(session) | await callbacks.versions(session)
    store.prune(spared=spared)


def one_line(why: str) -> str:
    """A note as it is kept: printable, on one line."""
    return "".join(char for char in why if char.isprintable())[:MAX_NOTE]


def changes(found: Swapped) -> Sequence[Change]:
    """What a swap changes; nothing where there was none before, or it could not be read."""
    if found.old is None:
        return []
    return compare(side_of(found.old.site, found.old.book), side_of(found.new.site, found.new.book))


def serving_version(settings: Settings) -> str | None:
    """The version the engine serves new calls with; None if none runs here."""
    answer = ask_if_there(settings, "/site", method="GET")
    return None if answer is None else str(answer.get("version", ""))


def side(settings: Settings, name: str) -> Side:
    """A site to be compared: of a folder that is there, else of a version that is kept.

    Raises:
        UsageError: if it is neither.
        SiteError: if the folder has errors.
    """
    folder = Path(name)
    if folder.is_dir():
        return side_of_folder(folder)
    store = VersionStore.of(settings)
    try:
        version = store.find(name).version
    except UsageError as error:
        raise UsageError(
            Text(f"{name!r:.100} is neither a folder nor a version", f"{name!r:.100} 既不是目录也不是版本"),
            cure=error.cure,
        ) from error
    edition = load_edition(store.folder(version), version)
    return side_of(edition.site, edition.book)


def side_of_folder(folder: Path) -> Side:
    """What a site's folder holds, to be compared.

    Raises:
        SiteError: if it has errors.
    """
    site = load_site(folder)
    return side_of(site, book_of(folder, site))


def side_of(site: Site, book: PromptBook) -> Side:
    """A site and its words."""
    languages: list[str] = list(site.languages)
    return Side(site, {language: {one.id: one.text for one in book.prompts(language)} for language in languages})


def _asterisk(settings: Settings, edition: Edition, before: Site | None) -> Applied | None:
    """Have Asterisk take it over; None if there is no Asterisk on this machine."""
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
    return ask_if_there(settings, "/site", method="POST")


__all__ = [
    "changes",
    "note_swap",
    "one_line",
    "put_in_force",
    "serving_version",
    "side",
    "side_of",
    "side_of_folder",
]
