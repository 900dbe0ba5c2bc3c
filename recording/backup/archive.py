"""Writing a backup: one tar, streamed, sealed to the recipients, in place under its name only when it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from ivr.core.settings import Settings
from ivr.storage.dump import dump
from recording.backup.manifest import MANIFEST, Manifest, Part, check_name
from recording.backup.piped import sealing
from recording.vault.files import SUFFIX, sync_folder
from recording.vault.keys import KeyFolder

Progress = Callable[[str, float], None]

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that was made."""

    path: Path
    manifest: Manifest
    sealed: bool
    size: int


def write_backup(
    settings: Settings,
    site: Path | None,
    target: Path,
    at: datetime,
    *,
    with_identity: bool = False,
    progress: Progress = lambda stage, share: None,
) -> Written:
    """Make a backup while the house is working; blocks.

    The database is one snapshot; recordings are taken after it, so that every closed file it knows is there or is
    named in the manifest as having gone meanwhile. The private key is left out unless asked for; passwords of
    phones and manager are left out of a backup that is not sealed.

    Args:
        site: folder of the site; None leaves it out.
        target: the file; nothing is there until it is whole.
        at: now.
        with_identity: the private key, too.

    Raises:
        StorageError: if the database refuses.
        KeysError: if the folder of keys cannot be used.
        OSError: no room, or something cannot be read.
    """
    keys = KeyFolder(settings.key_folder)
    recipients = [one.key for one in keys.recipients()]
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with (
                sealing(file, recipients) as stream,
                tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                packer = _Packer(tar, at, target.parent, progress)
                manifest = packer.pack(settings, site, keys, sealed=bool(recipients), with_identity=with_identity)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return Written(target, manifest, bool(recipients), target.stat().st_size)


class _Packer:
    """Puts parts into a tar and keeps count."""

    def __init__(self, tar: tarfile.TarFile, at: datetime, scratch: Path, progress: Progress) -> None:
        self._tar = tar
        self._at = at
        self._scratch = scratch
        self._progress = progress
        self._parts: list[Part] = []
        self._missing: list[str] = []

    def pack(
        self, settings: Settings, site: Path | None, keys: KeyFolder, *, sealed: bool, with_identity: bool
    ) -> Manifest:
        with contextlib.ExitStack() as stack:
            spools: dict[str, BinaryIO] = {}

            def spool(name: str) -> BinaryIO:
                # without a name on the disk, for its owner alone, gone with the process
                spools[name] = stack.enter_context(tempfile.TemporaryFile(dir=self._scratch))
                return spools[name]

            revision, tables = dump(settings.database, spool, lambda name, _: self._progress(name, 0.0))
            audit = _newest_audit(spools.get("audit"))
            for one in tables:
                size = spools[one.name].tell()
                spools[one.name].seek(0)
                self._add(f"database/{one.name}.jsonl", spools[one.name], size)
        if site is not None:
            for path in _files(site):
                self._file(f"site/{path.relative_to(site).as_posix()}", path)
        names = [
            keys.recipients_file,
            *([keys.identity_file, keys.retired_file, keys.index_file] if with_identity else []),
        ]
        for path in names:
            if path.exists():
                self._file(f"keys/{path.name}", path)
        if sealed and (settings.home / "secrets.json").exists():
            self._file("secrets.json", settings.home / "secrets.json")
        self._recordings(settings.recordings)
        manifest = Manifest(
            self._at.isoformat(), version("callwright"), revision, tuple(tables), audit, tuple(self._missing),
            tuple(self._parts),
        )  # fmt: skip
        content = manifest.to_bytes()
        self._tar.addfile(self._info(MANIFEST, len(content)), io.BytesIO(content))
        return manifest

    def _recordings(self, folder: Path) -> None:
        found = list(_files(folder)) if folder.is_dir() else []
        total = max(1, sum(_size(path) for path in found))
        so_far = 0
        for path in found:
            so_far += _size(path)
            name = f"recordings/{path.relative_to(folder).as_posix()}"
            try:
                self._file(name, path)
            except FileNotFoundError:
                sealed = path.with_name(path.name + SUFFIX)  # sealed since we looked
                if sealed.exists() and sealed not in found:
                    self._file(name + SUFFIX, sealed)
                elif not sealed.exists():
                    self._missing.append(name)
            self._progress("recordings", so_far / total)

    def _file(self, name: str, path: Path) -> None:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            self._add(name, file, os.fstat(handle).st_size)

    def _add(self, name: str, file: BinaryIO, size: int) -> None:
        """Add so many bytes of a file; one that is still being written may grow meanwhile."""
        check_name(name)
        reader = _Counting(file, size)
        self._tar.addfile(self._info(name, size), reader)
        self._parts.append(Part(name, size, reader.digest.hexdigest()))

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(self._at.timestamp())
        return info


class _Counting(io.RawIOBase):
    """Reads so many bytes of a file and keeps their digest; a file that became shorter is filled with zeros."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        super().__init__()
        self._file, self._left = file, size
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._file.read(wanted).ljust(wanted, b"\0")
        self._left -= len(data)
        self.digest.update(data)
        return data


def _files(folder: Path) -> Iterator[Path]:
    """Ordinary files in and below a folder, in order; hidden ones and links are not ours."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
        if not hidden and path.is_file() and not path.is_symlink():
            yield path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _newest_audit(file: BinaryIO | None) -> tuple[int, str]:
    """Id and hash of the newest audit row in its dump."""
    if file is None:
        return 0, ""
    file.seek(0)
    last = b""
    for line in file:
        last = line
    row: dict[str, Any] = json.loads(last) if last else {"id": 0, "hash": ""}
    return int(row["id"]), str(row["hash"])


__all__ = ["Progress", "Written", "write_backup"]
