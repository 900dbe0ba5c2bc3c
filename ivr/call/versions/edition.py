"""A site and its prompts under the name of their version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from dialplan.files import SiteFiles
from dialplan.model import Site
from dialplan.places import assemble
from dialplan.version import site_version
from ivr.asterisk.sounds import book_of
from ivr.core.errors import SiteError
from ivr.core.language import Text
from prompts.book import PromptBook, pack


@dataclass(frozen=True, slots=True)
class Edition:
    """What a call runs on from its beginning to its end.

    Args:
        version: its name.
        site: the line.
        book: texts and sounds of its prompts.
    """

    version: str
    site: Site
    book: PromptBook

    @classmethod
    def of(cls, site: Site, book: PromptBook | None = None) -> Edition:
        """The edition of a site, by default with the prompts that travel with the code."""
        return cls(site_version(site), site, book or pack())


def load_edition(folder: Path, version: str, *, sounds: Path | None = None) -> Edition:
    """A stored version, as it was checked when it was put in force: later checks do not take a running line away.

    Args:
        sounds: folder of the sounds that are played; that of the pack when not given.

    Raises:
        SiteError: if it cannot be read any more.
    """
    files = SiteFiles(folder)
    try:
        site = Site.model_validate(assemble(files)[0].plain())
    except ValidationError as error:
        raise _unreadable(version) from error
    if not files.complete:
        raise _unreadable(version)
    return Edition(version, site, book_of(folder, site, sounds))


def _unreadable(version: str) -> SiteError:
    return SiteError(
        Text(f"version {version} of the site cannot be read any more", f"无法再读取站点版本 {version}"),
        cure=Text("put another in force: ivr dialplan versions", "请启用其他版本：ivr dialplan versions"),
    )


__all__ = ["Edition", "load_edition"]
