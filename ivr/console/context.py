"""What every service of the console works with, built once when it starts."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from dialplan.loading import load_site
from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.call.versions.start import running
from ivr.call.versions.store import VersionStore
from ivr.console.engine import Engine
from ivr.core.clock import Clock, SystemClock
from ivr.core.settings import Settings
from ivr.storage.database import Database

if TYPE_CHECKING:
    from ivr.console.live import LiveFeed

SITE_FOR = 5.0  # seconds what is known of the site in force is taken for true


class RunningSite:
    """The site calls are served with, looked up again every few seconds."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._known: Site | None = None
        self._mark: object = None
        self._at = 0.0

    def __call__(self) -> Site:
        """The site in force, else what the admin's folder holds.

        Raises:
            SiteError: if nothing has been put in force and the folder has errors.
            SetupError: if what is in force cannot be read.
        """
        now = self._clock.monotonic()
        if self._known is None or now - self._at > SITE_FOR:
            mark = self._look()
            if self._known is None or mark != self._mark:  # to load and check it takes a while
                edition = running(self._settings)
                self._known = load_site(self._folder) if edition is None else edition.site
                self._mark = mark
            self._at = now
        return self._known

    @property
    def _folder(self) -> Path:
        return self._settings.site or demo_site()

    def _look(self) -> object:
        """What is another thing once another version is in force or a file of the folder has changed."""
        files = sorted((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in _yaml(self._folder))
        return VersionStore.of(self._settings).in_force(), files


def _yaml(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.rglob("*.yaml"):
        with contextlib.suppress(OSError):  # it has gone meanwhile
            yield path, path.stat()


@dataclass(frozen=True)
class Console:
    """One running console.

    Args:
        settings: of this installation.
        database: opens what is sealed where this machine may.
        clock: the time.
        site: the site in force.
        engine: asks the engine; it may not run.
        parts: what one room of the console keeps for itself, by name.
    """

    settings: Settings
    database: Database
    clock: Clock
    site: Callable[[], Site]
    engine: Engine
    parts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, database: Database, clock: Clock | None = None) -> Console:
        """The console of an installation."""
        from ivr.console.services import live

        clock = clock or SystemClock()
        console = cls(settings, database, clock, RunningSite(settings, clock), Engine(settings))
        console.parts.update(live.parts(console))
        return console

    @property
    def zone(self) -> ZoneInfo:
        """The site's zone: times are shown in it, days begin in it."""
        return ZoneInfo(self.site().zone)

    @property
    def live(self) -> LiveFeed:
        """Queues and agents as they are now."""
        found: LiveFeed = self.parts["live"]
        return found


__all__ = ["Console", "RunningSite"]
