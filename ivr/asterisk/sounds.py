"""The prompts of a line, laid where Asterisk plays them from."""

from __future__ import annotations

from pathlib import Path

from dialplan.model import Site
from dialplan.semantics.prompts import prompts_used
from dialplan.sites import demo_site
from ivr.core.clock import SystemClock
from ivr.core.errors import SiteError
from ivr.core.log import get_logger
from ivr.core.settings import Settings
from prompts.book import PromptBook
from prompts.overlay import CURRENT, Laid, lay

log = get_logger("sounds")


def sounds_root(settings: Settings) -> Path:
    """The folder Asterisk plays from."""
    return settings.sounds / CURRENT


def lay_sounds(settings: Settings, site: Site, *, book: PromptBook | None = None, folder: Path | None = None) -> Laid:
    """Bring that folder up to date; quick when nothing has changed.

    Args:
        settings: of the installation.
        site: the line; where it has an accessible profile, its prompts are there slowly, too.
        book: its prompts; those its folder holds now when not given, and the pack alone where they are wrong.
        folder: of the site, with ``sounds`` and ``studio``; the one set, or the demo's, when not given.

    Raises:
        SetupError: if it cannot be written.
        UsageError: if another process does the same for too long.
    """
    folder = (folder or settings.site or demo_site()).absolute()
    slow: dict[str, list[str]] = {}
    if site.accessible is not None:
        for prompt, languages in prompts_used(site).items():
            for language in languages:
                slow.setdefault(language, []).append(prompt)
    laid = lay(
        settings.sounds,
        book or book_of(folder, site),
        folder,
        SystemClock().now(),
        slow=slow,
        speed=site.accessible.speed if site.accessible is not None else 1.0,
    )
    for problem in laid.problems:
        log.warning("recording not used", problem=problem)
    return laid


def book_of(folder: Path, site: Site, root: Path | None = None) -> PromptBook:
    """The prompts of a site; those of the pack alone where its own are wrong, which the check tells of.

    Args:
        root: folder of the sounds that are played; that of the pack when not given.
    """
    company = {str(language): name for language, name in site.company.items()}
    try:
        return PromptBook.of_site(folder, company, root=root)
    except SiteError as error:
        log.error("the site's own prompts are not used", problem=str(error))
        return PromptBook(root=root)


__all__ = ["book_of", "lay_sounds", "sounds_root"]
