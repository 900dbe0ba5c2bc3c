"""The site in force, and those that calls under way began with."""

from __future__ import annotations

from collections import OrderedDict

from dialplan.model import Site
from dialplan.version import site_version

KEPT_VERSIONS = 20


class SiteBook:
    """Versions of the site by their content; the newest serves new calls."""

    def __init__(self, site: Site) -> None:
        self._versions: OrderedDict[str, Site] = OrderedDict()
        self.use(site)

    def use(self, site: Site) -> str:
        """Serve new calls with ``site``; returns its version."""
        version = site_version(site)
        self._versions.pop(version, None)
        self._versions[version] = site
        while len(self._versions) > KEPT_VERSIONS:
            self._versions.popitem(last=False)
        return version

    @property
    def version(self) -> str:
        """Version that serves new calls."""
        return next(reversed(self._versions))

    @property
    def site(self) -> Site:
        """Site that serves new calls."""
        return self._versions[self.version]

    def at(self, version: str) -> Site | None:
        """The site of that version, if it is still known."""
        return self._versions.get(version)

    def begun_with(self, version: str) -> Site:
        """The site that a call began with; the one in force when it is no longer known."""
        return self.at(version) or self.site
