"""What the commands of ``ivr prompts`` share: the site they are about, and its prompts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ivr.cli.common import note, site_folder
from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from dialplan.model import Site
    from prompts.book import PromptBook

SiteArgument = Annotated[Path | None, typer.Argument(help="Folder of the site; the one in force by default.")]
LanguageOption = Annotated[str, typer.Option("--language", help="zh, en or ko; those of the site by default. / 语言")]


@dataclass(frozen=True, slots=True)
class Place:
    """A site and its prompts."""

    folder: Path
    site: Site
    book: PromptBook
    languages: tuple[str, ...]


def find_place(settings: Settings, folder: Path | None, language: str = "") -> Place:
    """The site in ``folder``, or the one set.

    Raises:
        SiteError: if it, or its prompts, cannot be used.
        UsageError: if it does not speak ``language``.
    """
    from dialplan.loading import load_site
    from prompts.book import PromptBook

    found = (folder or site_folder(settings)).absolute()
    site = load_site(found)
    book = PromptBook.of_site(found, {str(one): name for one, name in site.company.items()})
    return Place(found, site, book, _languages(site, language))


def writable(settings: Settings, folder: Path | None) -> None:
    """Refuse to write into the site that comes with the program, where none is named.

    Raises:
        UsageError: if it is the demo's.
    """
    if folder is None and settings.site is None:
        raise UsageError(
            Text("the demo site is not changed", "不修改演示站点"),
            cure=Text("copy it to a folder of yours and set IVR_SITE", "请复制到自己的目录并设置 IVR_SITE"),
        )


def _languages(site: Site, wanted: str) -> tuple[str, ...]:
    from prompts.sounds import asterisk_code

    found = tuple(one for one in site.languages if wanted in {"", one, asterisk_code(one)})
    if not found:
        raise UsageError(
            Text(f"the site does not speak {wanted!r:.40}", f"该站点不使用语言 {wanted!r:.40}"),
            cure=Text(f"one of {', '.join(site.languages)}", f"请用 {'、'.join(site.languages)} 之一"),
        )
    return found


def lay(settings: Settings, place: Place, *, quiet: bool = False) -> bool:
    """Have Asterisk play what is there now, if the site is the one of an installation; whether it is.

    New ids are played only by flows that come into force with them, so the prompts are those in force.

    Raises:
        SetupError: if the sounds cannot be laid.
    """
    from ivr.asterisk.sounds import lay_sounds

    if place.folder != site_folder(settings).absolute() or not settings.sounds.is_dir():
        return False
    site, book = _in_force(settings) or (place.site, place.book)
    lay_sounds(settings, site, book=book, folder=place.folder)
    if not quiet:
        note("calls hear it from now on", "来电即刻使用新的提示音")
        if any(place.book.known_ids()[one] - book.known_ids()[one] for one in place.languages):
            note(
                "new prompts come into force with `ivr dialplan reload`", "新增的提示音须用 `ivr dialplan reload` 生效"
            )
    return True


def _in_force(settings: Settings) -> tuple[Site, PromptBook] | None:
    """The site that calls are served with, where it is known."""
    from ivr.call.versions.start import running

    try:
        edition = running(settings)
    except (IvrError, OSError):
        return None
    return None if edition is None else (edition.site, edition.book)
