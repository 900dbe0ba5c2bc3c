"""What the control socket is asked about the site: which version serves, and to take the one in force."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from ivr.call.control import Answer, Route
from ivr.call.sites import SiteBook, Stored
from ivr.call.versions.store import VersionStore
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.log import get_logger

log = get_logger("call")


def site_routes(sites: SiteBook, store: VersionStore, stored: Stored) -> dict[str, Route]:
    """The routes of the engine.

    Args:
        sites: what serves.
        store: knows what is in force.
        stored: reads a version, with the sounds this engine plays.
    """

    one_at_a_time = asyncio.Lock()  # else an earlier question could end last, with what is no longer in force

    async def serving(_: str, __: Mapping[str, Any]) -> Answer:
        return {"version": sites.version, "site": sites.site.name}

    async def reload(_: str, __: Mapping[str, Any]) -> Answer:
        async with one_at_a_time:
            force = await asyncio.to_thread(store.in_force)
            if force is None:
                raise SetupError(
                    Text("no version is in force", "没有生效的版本"),
                    cure=Text("ivr dialplan reload", "ivr dialplan reload"),
                )
            edition = await asyncio.to_thread(stored, force.version)
            before = sites.version
            sites.use(edition)
        log.info("site in force", version=edition.version, before=before, by=force.by)
        return {"version": edition.version, "before": before, "site": edition.site.name}

    return {"GET site": serving, "POST site": reload}


__all__ = ["site_routes"]
