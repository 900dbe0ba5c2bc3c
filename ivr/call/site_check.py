"""The whole check of a site: what its parts say, and what its prompts say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from dialplan.loading import errors_of, load_checked
from dialplan.model import Site
from dialplan.semantics.prompts import prompts_used
from ivr.core.problems import Problem
from prompts.advertising import advertisement
from prompts.book import PromptBook
from prompts.own import read_own
from prompts.unspoken import unspoken


def checked(folder: Path, *, today: date | None = None) -> tuple[Site | None, list[Problem]]:
    """The site in ``folder`` and every problem of it and of its own prompts; no site if one of them is an error.

    Args:
        today: the day, for what depends on the year; left out when not given.
    """
    own, wrong = read_own(folder)
    book = PromptBook(own)

    def advertises(language: str, prompt_id: str) -> str:
        prompt = book.find(language, prompt_id)
        return advertisement(prompt) if prompt is not None else ""

    usable = not errors_of(wrong)  # what a file that cannot be used says cannot be held against the flows
    known = book.known_ids() if usable else None
    site, found = load_checked(folder, known_prompts=known, advertises=advertises, today=today)
    return site if usable else None, [*wrong, *found]


def unheard(folder: Path, site: Site) -> list[Problem]:
    """A warning for each own prompt the flows of ``site`` play that has no sound in ``folder``, or an old one."""
    own, wrong = read_own(folder, {str(language): name for language, name in site.company.items()})
    return [] if wrong else list(unspoken(PromptBook(own), folder, prompts_used(site)))


__all__ = ["checked", "unheard"]
