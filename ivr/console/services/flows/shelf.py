"""The sites that are looked at: what is in force, the admin's folder, and versions that are kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from dialplan.model import Site
from dialplan.sites import demo_site
from ivr.asterisk.sounds import book_of
from ivr.call.simulation import Simulator
from ivr.call.site_drawing import of_steps, read_drawable
from ivr.call.versions import Snapshot, VersionStore
from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.core.errors import SiteError, UsageError
from ivr.core.language import Text
from ivr.core.problems import Problem
from ivr.core.settings import Settings
from prompts.book import PromptBook

T = TypeVar("T")

IN_FORCE, FOLDER = "in-force", "folder"
_KEPT = 6
_PART = "flows"


@dataclass(frozen=True, slots=True)
class Opened:
    """One site.

    Args:
        source: ``in-force``, ``folder``, or a version.
        version: its name; "" for what the folder holds.
        folder: of its files.
        site, book: the line and its prompts.
        problems: what the check finds in it.
        by_step: the same by flow and step.
        simulator: tries calls.
    """

    source: str
    version: str
    folder: Path
    site: Site
    book: PromptBook
    problems: Sequence[Problem]
    by_step: Mapping[str, Mapping[str, Sequence[Problem]]]
    simulator: Simulator


@dataclass(slots=True)
class Shelf:
    """The last few sites that were opened, and who computes: one at a time, beside the loop that answers everybody."""

    kept: OrderedDict[object, Opened] = field(default_factory=OrderedDict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, console: Console) -> Shelf:
        """That of a console."""
        shelf: Shelf = console.parts.setdefault(_PART, cls())
        return shelf


def folder_of(settings: Settings) -> Path:
    """The folder the admin writes in: the one set, else the demo's."""
    return settings.site or demo_site()


async def opened(console: Console, source: str) -> Opened:
    """A site; the last few are kept.

    Args:
        source: ``in-force`` (or nothing), ``folder``, or a version.

    Raises:
        NotFound: if no such version is kept.
        SiteError: if it cannot be read.
    """
    shelf = Shelf.of(console)
    async with shelf.turn:
        return await asyncio.to_thread(_opened, console, shelf.kept, source or IN_FORCE)


async def computed(console: Console, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What takes the processor for a while, in a thread and a loop of its own, one after another."""
    async with Shelf.of(console).turn:
        return await asyncio.to_thread(lambda: asyncio.run(work()))


def _opened(console: Console, shelf: OrderedDict[object, Opened], source: str) -> Opened:
    settings, store = console.settings, VersionStore.of(console.settings)
    version, folder = "", folder_of(settings)
    if source == IN_FORCE:
        force = store.in_force()
        set_now = str(settings.site or "")  # with another folder set since, that folder's content runs
        if force is not None and store.has(force.version) and force.configured == set_now:
            version = force.version
    elif source != FOLDER:
        try:
            version = store.find(source).version
        except UsageError:
            raise NotFound(Text(f"no version {source!r:.20} is kept", f"没有保存版本 {source!r:.20}")) from None
    if version:
        folder = store.folder(version)
    key: object = (source, version or _held(folder))
    found = shelf.get(key)
    if found is None:
        found = _read(source, version, folder)
        shelf[key] = found
        while len(shelf) > _KEPT:
            shelf.popitem(last=False)
    return found


def _held(folder: Path) -> object:
    """What the folder holds, to be compared."""
    try:
        return tuple(sorted(Snapshot.of(folder).files.items()))
    except (OSError, RuntimeError):
        raise SiteError(Text(f"no site in {folder}", f"{folder} 中没有站点")) from None


def _read(source: str, version: str, folder: Path) -> Opened:
    site, problems = read_drawable(folder)
    book = book_of(folder, site)
    return Opened(
        source, version, folder, site, book, problems, of_steps(folder, site, problems), Simulator(site, book)
    )


__all__ = ["FOLDER", "IN_FORCE", "Opened", "Shelf", "computed", "folder_of", "opened"]
