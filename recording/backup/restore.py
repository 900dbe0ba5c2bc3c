"""From a backup to a working home: checked whole first, built beside, put in place at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.core.settings import Settings
from ivr.storage.dump import Dumped, is_empty, load
from recording.backup.archive import Progress
from recording.backup.manifest import BackupError, Manifest, Part, damaged
from recording.backup.reading import Read, check_backup, take_parts
from recording.vault.age import Identity
from recording.vault.files import sync_folder

_BLOCK = 1 << 20
_SPARE = 64 << 20  # bytes left free
_PRIVATE = frozenset({"keys/identity.txt", "keys/retired.txt", "keys/index.key", "secrets.json"})


@dataclass(frozen=True, slots=True)
class Restored:
    """What was, or would be, put back.

    Args:
        manifest: of the backup.
        rows: by table, as they are now in the database; empty after a dry run.
        aside: where what was there before was moved to.
    """

    manifest: Manifest
    rows: dict[str, int]
    aside: Path | None = None


def restore_backup(
    path: Path,
    settings: Settings,
    identities: Sequence[Identity],
    at: datetime,
    *,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda stage, share: None,
) -> Restored:
    """Put a backup into ``settings.home`` and its database; blocks.

    Everything is unpacked beside the home first and takes its name only when the database is in it, so a restore
    that is broken off leaves the home as it was. A PostgreSQL database must be empty; it is filled in one
    transaction before the home takes its place.

    Args:
        identities: private keys, for a backup that is sealed.
        at: now.
        force: move a home that is not empty aside.
        dry_run: check, and say what would be done.

    Raises:
        UsageError: if the home is not empty, or is in use.
        LockedError, BackupError, DamagedError: as ``check_backup``; nothing was changed.
        StorageError: if the database refuses, or is not empty; nothing was changed.
        OSError: no room, or nothing can be written.
    """
    home = settings.home
    occupied = _occupied(home)
    if occupied and not force:
        raise UsageError(
            Text(f"{home} is not empty", f"{home} 不为空"),
            cure=Text("--into another folder, or --force to move it aside", "用 --into 另指定目录，或用 --force 移开"),
        )
    if occupied and _in_use(settings):
        raise UsageError(
            Text(f"an engine runs in {home}", f"{home} 中有引擎正在运行"),
            cure=Text("stop it first", "请先停止它"),
        )
    outside = settings.database_url != ""
    if outside and not is_empty(settings.database):
        raise UsageError(
            Text("the database is not empty", "数据库不为空"),
            cure=Text("give an empty one: IVR_DATABASE_URL", "请提供空数据库：IVR_DATABASE_URL"),
        )
    manifest = check_backup(path, identities, progress).manifest
    home.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home.parent).free
    if free < 2 * manifest.size + _SPARE:
        raise BackupError(
            Text(
                f"{2 * manifest.size >> 20} MB are needed beside {home}, {free >> 20} MB are free",
                f"{home} 所在磁盘需要 {2 * manifest.size >> 20} MB，剩余 {free >> 20} MB",
            ),
            cure=Text("make room, or --into another disk", "请腾出空间，或用 --into 指定其他磁盘"),
        )
    if dry_run:
        return Restored(manifest, {})
    build = Path(tempfile.mkdtemp(prefix=f".{home.name}.restoring-", dir=home.parent))
    aside: Path | None = None
    try:
        _unpack(path, identities, manifest, build, progress)
        url = settings.database if outside else f"sqlite+aiosqlite:///{_quoted(build / 'ivr.db')}"
        rows = _load(url, manifest, build / "database", progress)
        shutil.rmtree(build / "database")
        if occupied:
            aside = home.with_name(f"{home.name}.before-{at:%Y%m%d-%H%M%S}")
            home.rename(aside)
        elif home.exists():
            _clear(home)
        build.chmod(0o750)
        build.rename(home)
        sync_folder(home.parent)
    except BaseException:
        shutil.rmtree(build, ignore_errors=True)
        if aside is not None and not home.exists():
            aside.rename(home)
        raise
    return Restored(manifest, rows, aside)


def _unpack(path: Path, identities: Sequence[Identity], manifest: Manifest, build: Path, progress: Progress) -> None:
    so_far = 0

    def take(part: Part, read: Read) -> None:
        nonlocal so_far
        target = build / part.name
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if part.name in _PRIVATE or part.name.startswith("database/") else 0o640
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(handle, "wb") as file:
            while block := read(_BLOCK):
                file.write(block)
            file.flush()
            os.fsync(handle)
        so_far += part.size
        progress("unpack", so_far / max(1, manifest.size))

    take_parts(path, identities, manifest, take)
    (build / "recordings").mkdir(exist_ok=True)
    (build / "database").mkdir(exist_ok=True)
    if (build / "keys").is_dir():
        (build / "keys").chmod(0o700)


def _load(url: str, manifest: Manifest, folder: Path, progress: Progress) -> dict[str, int]:
    total = max(1, sum(manifest.rows.values()))
    before: dict[str, int] = {}

    def seen(name: str, rows: int) -> None:
        before[name] = rows
        progress("database", sum(before.values()) / total)

    def tables() -> Iterator[tuple[Dumped, Iterator[bytes]]]:
        for one in manifest.tables:
            try:
                file = (folder / f"{one.name}.jsonl").open("rb")
            except (FileNotFoundError, ValueError) as error:
                raise damaged(Text(f"table {one.name[:64]} is not in it", f"缺少表 {one.name[:64]}")) from error
            with file:
                yield one, iter(file)

    rows = load(url, manifest.revision, tables(), seen)
    if rows != manifest.rows:
        raise damaged(Text("the tables have other rows than were written", "表中行数与写入时不符"))
    return rows


def _occupied(home: Path) -> bool:
    """Whether anything but our own log lies there."""
    return home.exists() and any(path.name not in {"log", "run"} for path in home.iterdir())


def _clear(home: Path) -> None:
    for path in home.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    home.rmdir()


def _in_use(settings: Settings) -> bool:
    for path in [*settings.run.glob("*.ready"), *settings.run.glob("*.pid")]:
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(path.read_text("ascii")[:20]), 0)
            return True
    return False


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3F")


__all__ = ["Restored", "restore_backup"]
