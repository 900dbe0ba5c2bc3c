"""The versions of a site on disk: ``<home>/versions/<version>/`` with its files, and which of them is in force.

Everything is replaced in one step, so that a reader never meets half a version.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ivr.call.versions.snapshot import Snapshot
from ivr.core.errors import SetupError, UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings

KEPT = 20
MAX_TIMES = 20  # how many times a version's being put in force is remembered
_NAME = re.compile(r"[0-9a-f]{12}")
_FORCE = "in-force.json"
_ABOUT = "about.json"
_FILES = "site"


@dataclass(frozen=True, slots=True)
class Time:
    """When a version was put in force, by whom, and why."""

    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """A version that is kept.

    Args:
        version: its name.
        site: name of the site.
        source: folder it was read from.
        stored: when.
        times: when it was put in force, the newest last; none if that never came to be.
    """

    version: str
    site: str
    source: str
    stored: datetime
    times: tuple[Time, ...] = ()

    @property
    def last(self) -> datetime:
        """When it was last put in force, or stored."""
        return self.times[-1].at if self.times else self.stored

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class InForce:
    """Which version is in force.

    Args:
        version: its name.
        configured: the folder that was set as the site's then.
        since, by, note: when it was put in force, by whom, why.
        before: the version in force before it.
    """

    version: str
    configured: str
    since: datetime
    by: str
    note: str = ""
    before: str = ""


class VersionStore:
    """Reads and writes the versions of one installation; who writes holds the lock of ``swap``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of(cls, settings: Settings) -> VersionStore:
        """That of this installation."""
        return cls(settings.home / "versions")

    def folder(self, version: str) -> Path:
        """Where the files of a version are.

        Raises:
            ValueError: if that is no name of a version.
        """
        if not _NAME.fullmatch(version):
            raise ValueError(f"not a version: {version!r:.40}")
        return self.root / version / _FILES

    def has(self, version: str) -> bool:
        """Whether it is kept."""
        return bool(_NAME.fullmatch(version)) and (self.root / version / _ABOUT).is_file()

    def put(self, snapshot: Snapshot, version: str, *, site: str, source: Path, at: datetime) -> None:
        """Keep a version; nothing happens if it is kept already.

        Raises:
            OSError: if it cannot be written.
        """
        if self.has(version):
            return
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root))
        try:
            snapshot.write(fresh / _FILES)
            self._write(fresh / _ABOUT, Stored(version, site, str(source), at).as_dict())
            target = self.root / version
            shutil.rmtree(target, ignore_errors=True)  # half of one, from a disk that was full
            fresh.rename(target)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def put_in_force(self, version: str, *, configured: Path | None, at: datetime, by: str, note: str = "") -> InForce:
        """Let ``version``, which is kept, be what this installation runs."""
        before = self.in_force()
        about = self.about(version)
        times = (*about.times, Time(at, by, note))[-MAX_TIMES:]
        self._write(self.root / version / _ABOUT, replace(about, times=times).as_dict())
        force = InForce(version, str(configured or ""), at, by, note, before.version if before else "")
        self.set_in_force(force)
        return force

    def forget_last(self, version: str) -> None:
        """Take the last time back that ``version`` was put in force: it did not come to be."""
        about = self.about(version)
        self._write(self.root / version / _ABOUT, replace(about, times=about.times[:-1]).as_dict())

    def set_in_force(self, force: InForce | None) -> None:
        """Say what is in force, without a trace of it in the version: to take a swap back."""
        if force is None:
            (self.root / _FORCE).unlink(missing_ok=True)
        else:
            self._write(self.root / _FORCE, asdict(force))

    def in_force(self) -> InForce | None:
        """What is in force; None before the first start.

        Raises:
            SetupError: if that cannot be read.
        """
        path = self.root / _FORCE
        try:
            found = json.loads(path.read_text("utf-8"))
            return InForce(**(found | {"since": datetime.fromisoformat(found["since"])}))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(path) from error

    def about(self, version: str) -> Stored:
        """What is known of a version that is kept.

        Raises:
            UsageError: if it is not kept.
            SetupError: if what is known cannot be read.
        """
        if not self.has(version):
            raise UsageError(
                Text(f"version {version!r:.40} is not kept", f"没有保存版本 {version!r:.40}"),
                cure="ivr dialplan versions",
            )
        path = self.root / version / _ABOUT
        try:
            found = json.loads(path.read_text("utf-8"))
            times = tuple(Time(**(one | {"at": datetime.fromisoformat(one["at"])})) for one in found["times"])
            return Stored(**(found | {"stored": datetime.fromisoformat(found["stored"]), "times": times}))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _damaged(path) from error

    def kept(self) -> list[Stored]:
        """All that are kept, those last in force first."""
        names = [path.name for path in self.root.iterdir()] if self.root.is_dir() else []
        return sorted((self.about(name) for name in names if self.has(name)), key=lambda one: one.last, reverse=True)

    def find(self, beginning: str) -> Stored:
        """The version whose name begins so.

        Raises:
            UsageError: if there is none, or more than one.
        """
        found = [one for one in self.kept() if one.version.startswith(beginning)] if beginning else []
        if len(found) == 1:
            return found[0]
        several = Text(f"several versions begin with {beginning}", f"有多个版本以 {beginning} 开头")
        none = Text(f"no version {beginning!r:.40} is kept", f"没有保存版本 {beginning!r:.40}")
        raise UsageError(several if found else none, cure="ivr dialplan versions")

    def before(self) -> str:
        """The version that was in force before the one that is.

        Raises:
            UsageError: if there is none.
        """
        force = self.in_force()
        if force is None or not self.has(force.before):
            raise UsageError(
                Text("no other version was in force before", "此前没有其他生效版本"), cure="ivr dialplan versions"
            )
        return force.before

    def prune(self, *, spared: Collection[str] = (), keep: int = KEPT) -> list[str]:
        """Delete all but the last ``keep``, the one in force and those ``spared``; returns what went."""
        force = self.in_force()
        spared = {*spared, *((force.version, force.before) if force else ())}
        gone = [one.version for one in self.kept()[keep:] if one.version not in spared]
        for version in gone:
            shutil.rmtree(self.root / version, ignore_errors=True)
        return gone

    def _write(self, path: Path, data: dict[str, Any]) -> None:
        whole = path.with_name(f".{path.name}.new")
        with whole.open("w", encoding="utf-8") as file:
            json.dump(data, file, ensure_ascii=False, indent=1, default=datetime.isoformat)
            file.flush()
            os.fsync(file.fileno())
        whole.replace(path)


def _damaged(path: Path) -> SetupError:
    return SetupError(
        Text(f"{path} cannot be read", f"无法读取 {path}"),
        cure=Text(
            "remove it: then the site's folder is in force at the next start", "请删除它：下次启动时以站点目录为准"
        ),
    )


__all__ = ["KEPT", "InForce", "Stored", "Time", "VersionStore"]
