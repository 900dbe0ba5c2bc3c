"""The site in force, and those that calls under way began with."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from dialplan.model import Site
from ivr.call.versions.edition import Edition
from ivr.core.errors import IvrError
from ivr.core.log import get_logger
from prompts.book import PromptBook

log = get_logger("call")

KEPT_VERSIONS = 20

Stored = Callable[[str], Edition]


class SiteBook:
    """Versions of the site by their content; the newest serves new calls.

    Args:
        site: that serves new calls, or its edition.
        stored: finds a version that another engine put in force; raises an IvrError if there is none. May take long.
    """

    def __init__(self, site: Site | Edition, stored: Stored | None = None) -> None:
        self._versions: OrderedDict[str, Edition] = OrderedDict()
        self._stored = stored
        self.use(site)

    def use(self, site: Site | Edition) -> str:
        """Serve new calls with ``site``; returns its version."""
        edition = site if isinstance(site, Edition) else Edition.of(site)
        self._versions.pop(edition.version, None)
        self._versions[edition.version] = edition
        while len(self._versions) > KEPT_VERSIONS:
            self._versions.popitem(last=False)
        return edition.version

    @property
    def edition(self) -> Edition:
        """What serves new calls."""
        return next(reversed(self._versions.values()))

    @property
    def version(self) -> str:
        """Version that serves new calls."""
        return self.edition.version

    @property
    def site(self) -> Site:
        """Site that serves new calls."""
        return self.edition.site

    @property
    def book(self) -> PromptBook:
        """Prompts of new calls."""
        return self.edition.book

    def at(self, version: str) -> Site | None:
        """The site of that version, if it is still known."""
        found = self._versions.get(version)
        return None if found is None else found.site

    def for_number(self, number: str) -> Edition:
        """What serves a new call to ``number``: while a swap is under way Asterisk may still route one that is gone."""
        routed = (one for one in reversed(self._versions.values()) if number in one.site.numbers)
        return next(routed, self.edition)

    async def begun_with(self, version: str) -> Edition:
        """What a call began with, from disk if this engine has not met it; what is in force when it is kept no more."""
        found = self._versions.get(version)
        if found is None and self._stored is not None and version:
            try:
                found = await asyncio.to_thread(self._stored, version)
            except (IvrError, OSError, ValueError) as error:
                log.warning("version of a call under way not kept", version=version[:40], problem=str(error))
            else:
                self._remember(found)
        return found or self.edition

    def _remember(self, edition: Edition) -> None:
        """Know an earlier version, without serving new calls with it; the oldest that is known makes room.

        One that was put in force while it was read from disk keeps its place.
        """
        if edition.version in self._versions:
            return
        self._versions[edition.version] = edition
        self._versions.move_to_end(edition.version, last=False)
        while len(self._versions) > KEPT_VERSIONS + 1:
            oldest = next(version for version in self._versions if version != edition.version)
            del self._versions[oldest]
