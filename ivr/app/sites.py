"""The site of the engine process: the version in force, earlier ones from disk, and the way to put another in force."""

from __future__ import annotations

import asyncio

from ivr.asterisk.sounds import sounds_root
from ivr.call.control import Route
from ivr.call.sites import SiteBook
from ivr.call.versions import Edition, VersionStore, in_force, load_edition
from ivr.call.versions.requests import site_routes
from ivr.core.clock import Clock
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.settings import Settings

log = get_logger("serve")


async def begin_sites(settings: Settings, clock: Clock) -> tuple[SiteBook, dict[str, Route]]:
    """What serves calls, and the routes of the control socket that change it.

    Raises:
        SiteError: if there is no site that could be served.
        SetupError: if what is in force cannot be read.
        OSError: if the version cannot be written.
    """
    store, played = VersionStore.of(settings), sounds_root(settings)

    def stored(version: str) -> Edition:
        return load_edition(store.folder(version), version, sounds=played)

    def tell(text: Text) -> None:
        log.warning("the site's folder holds something else", told=text.en)

    edition = await asyncio.to_thread(in_force, settings, clock, sounds=played, tell=tell)
    sites = SiteBook(edition, stored)
    return sites, site_routes(sites, store, stored)


__all__ = ["begin_sites"]
