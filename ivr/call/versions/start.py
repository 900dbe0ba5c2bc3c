"""What an installation runs when it starts: the version in force, not whatever the folder holds at that moment."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from dialplan.files import SiteFiles
from dialplan.loading import errors_of, load_checked, load_site
from dialplan.sites import demo_site
from ivr.asterisk.sounds import book_of
from ivr.call.site_check import checked
from ivr.call.versions.edition import Edition, load_edition
from ivr.call.versions.snapshot import Snapshot
from ivr.call.versions.store import VersionStore
from ivr.core.clock import Clock
from ivr.core.errors import IvrError, SiteError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.problems import Problem
from ivr.core.settings import Settings

log = get_logger("versions")

BY_ITSELF = "start"


@dataclass(frozen=True, slots=True)
class Checked:
    """A folder that was read once and checked.

    Args:
        snapshot: its files.
        edition: None if there are errors.
        problems: errors and warnings.
    """

    snapshot: Snapshot
    edition: Edition | None
    problems: list[Problem]


def read_checked(folder: Path, *, prompts: bool = True, today: date | None = None) -> Checked:
    """Read a site's folder once, and check what was read.

    Args:
        prompts: whether prompts that are missing or wrong count, too.
        today: the day, for what depends on the year; left out when not given.

    Raises:
        OSError, RuntimeError: if there is no such folder.
    """
    snapshot = Snapshot.of(folder)
    with tempfile.TemporaryDirectory(prefix="ivr-site-") as temporary:
        place = Path(temporary)
        snapshot.write(place)
        site, problems = checked(place, today=today) if prompts else load_checked(place)
        edition = None
        if site is not None and not errors_of(problems):
            edition = Edition(snapshot.version(site), site, book_of(place, site))
    return Checked(snapshot, edition, problems)


def check_folder(folder: Path, *, today: date | None = None) -> Checked:
    """``read_checked``, and what is wrong with the folder itself: links that lead out, files that are none.

    Raises:
        SiteError: if there is no such folder.
    """
    seen = SiteFiles(folder).problems
    try:
        found = read_checked(folder, today=today)
    except (OSError, RuntimeError):
        raise SiteError(Text(f"no site in {folder}", f"{folder} 中没有站点"), seen) from None
    known = {(one.where, one.code) for one in found.problems}
    problems = [*found.problems, *(one for one in seen if (one.where, one.code) not in known)]
    return Checked(found.snapshot, None if errors_of(problems) else found.edition, problems)


def in_force(
    settings: Settings,
    clock: Clock,
    *,
    sounds: Path | None = None,
    tell: Callable[[Text], None] | None = None,
) -> Edition:
    """What this installation runs.

    That is the version put in force last, by its own files. The folder's content is it where nothing has been put in
    force yet, where another folder has been set since, and where none is set: then it is the demo's.

    Args:
        sounds: folder of the sounds that are played; that of the pack when not given.
        tell: hears that the folder holds something else.

    Raises:
        SiteError: if the folder has errors and nothing else can be used.
        SetupError: if what is in force cannot be read.
        OSError: if the version cannot be written.
    """
    store, folder = VersionStore.of(settings), settings.site or demo_site()
    edition = running(settings, sounds=sounds)
    if edition is not None:
        if tell is not None and differs(store, folder, edition.version):
            tell(difference(folder, edition.version))
        return edition
    force = store.in_force()
    try:
        read = read_checked(folder, prompts=False)
    except (OSError, RuntimeError):
        read = None
    if read is None or read.edition is None:
        load_site(folder)  # raises, and says what is wrong in the usual way
        raise SiteError(Text(f"{folder} has just changed", f"{folder} 刚刚被更改"), cure="ivr dialplan check")
    version, site = read.edition.version, read.edition.site
    store.put(read.snapshot, version, site=site.name, source=folder, at=clock.now())
    if force is None or force.version != version or force.configured != str(settings.site or ""):
        store.put_in_force(version, configured=settings.site, at=clock.now(), by=BY_ITSELF)
    return load_edition(store.folder(version), version, sounds=sounds)


def running(settings: Settings, *, sounds: Path | None = None) -> Edition | None:
    """The version in force, if it is of the folder that is set; None where the folder counts. Nothing is written.

    Raises:
        SetupError: if what is in force cannot be read.
    """
    store = VersionStore.of(settings)
    force = store.in_force()
    if force is None or settings.site is None or force.configured != str(settings.site):
        return None
    try:
        return load_edition(store.folder(force.version), force.version, sounds=sounds)
    except (IvrError, ValueError) as error:
        log.error("version in force not readable: the folder is taken", version=force.version, problem=str(error))
        return None


def differs(store: VersionStore, folder: Path, version: str) -> bool:
    """Whether the folder holds something else than ``version``, which is kept; comments and layout do not count."""
    try:
        now = Snapshot.of(folder)
        if now == Snapshot.of(store.folder(version)):
            return False
        with tempfile.TemporaryDirectory(prefix="ivr-site-") as temporary:
            now.write(Path(temporary))
            return now.version(load_edition(Path(temporary), version).site) != version
    except (SiteError, OSError, RuntimeError, ValueError):
        return True


def difference(folder: Path, version: str) -> Text:
    """What to say when the folder holds something else than the version in force."""
    return Text(
        f"version {version} of the site runs; what {folder} holds now comes into force with `ivr dialplan reload`",
        f"当前运行站点版本 {version}；{folder} 中的现有内容须用 `ivr dialplan reload` 生效",
    )


__all__ = [
    "BY_ITSELF",
    "Checked",
    "check_folder",
    "difference",
    "differs",
    "in_force",
    "read_checked",
    "running",
]
