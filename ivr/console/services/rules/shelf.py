"""The site's rulebooks, read again when one of their files has changed; reading them is work for a thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from dialplan.sites import demo_site
from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.core.language import Text
from recording.errors import NoRulebook
from recording.rulebooks.model import Names, Rulebook
from recording.rulebooks.names import site_names
from recording.rulebooks.shelf import FOLDER, MOST, Edition, Shelf

Mark = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class _Kept:
    mark: Mark
    shelf: Shelf


async def editions(console: Console) -> list[Edition]:
    """Every version of every rulebook."""
    return await asyncio.to_thread(lambda: list(_shelf(console).editions()))


async def edition(console: Console, name: str, version: str = "") -> Edition:
    """One of them; the one in force today without a version.

    Raises:
        NotFound: if there is none.
    """
    if version:
        for one in await editions(console):
            if one.name == name and one.version == version:
                return one
        raise NotFound(
            Text(
                f"no version {version!r:.30} of rulebook {name!r:.60}",
                f"话术规则 {name!r:.60} 没有版本 {version!r:.30}",
            )
        )
    today = console.clock.now().astimezone(console.zone).date()
    try:
        return await asyncio.to_thread(lambda: _shelf(console).find(name, today))
    except NoRulebook as error:
        raise NotFound(error.message) from error


async def rulebook(console: Console, found: Edition) -> Rulebook:
    """A rulebook as it judges.

    Raises:
        RulebookError: if it has errors.
    """
    return await asyncio.to_thread(lambda: _shelf(console).book(found))


def names_of(console: Console, language: str) -> Names:
    """The site's names for placeholders in phrases."""
    site = console.site()
    company: dict[str, str] = {str(one): name for one, name in site.company.items()}
    agents = {name: (agent.name, agent.number) for name, agent in site.agents.items()}
    return site_names(company, agents, language, country=site.country, zone=site.zone)


def _shelf(console: Console) -> Shelf:
    folder = (console.settings.site or demo_site()) / FOLDER
    mark = _mark(folder)
    kept: _Kept | None = console.parts.get("rulebooks")
    if kept is None or kept.mark != mark:
        kept = _Kept(mark, Shelf(folder))
        console.parts["rulebooks"] = kept
    return kept.shelf


def _mark(folder: Path) -> Mark:
    try:
        files = sorted(folder.glob("*.yaml"))[:MOST]
        return tuple((one.name, one.stat().st_mtime_ns, one.stat().st_size) for one in files)
    except OSError:
        return ()


__all__ = ["edition", "editions", "names_of", "rulebook"]
