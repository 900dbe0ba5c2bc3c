"""Putting a redacted file in the place of the original, so that breaking off anywhere can be gone on with.

The redacted file is written beside; then the ledger gets its sha256; then it takes the original's place, and is
sealed if the original was. Which of the steps were taken shows in the files and the row alone.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from ivr.storage.models import Recording
from recording.keeping.tracks import Reader, Track
from recording.vault import SUFFIX, Vault, locate, plain_name
from recording.vault.files import sync_folder


def write_redacted(folder: Path, vault: Vault, track: Track) -> tuple[str, int]:
    """Write a track's file, its secrets silent, beside the original; returns its sha256 and its bytes.

    Raises:
        SoundError, VaultError, OSError: if the original cannot be read or there is no room.
    """
    target = _beside(locate(folder, track.row.file))
    target.unlink(missing_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file, Reader(track, folder, vault) as reader:
        reader.write_to(file)
        file.flush()
        os.fsync(file.fileno())
    return _digest(target), target.stat().st_size


def put_in_place(folder: Path, vault: Vault, row: Recording) -> None:
    """Go on from wherever it stands: the redacted file replaces the original if the ledger has its sha256.

    Raises:
        VaultError, OSError: if it cannot be sealed or moved; what is there stays.
    """
    path = locate(folder, row.file)
    plain = path.with_name(plain_name(path.name))
    sealed = plain.with_name(plain.name + SUFFIX)
    beside = _beside(plain)
    if beside.exists():
        if _digest(beside) == row.sha256:
            beside.replace(plain)
            sync_folder(plain.parent)
        else:  # the ledger was never told: the original stays
            beside.unlink()
    if row.redacted_at is not None and plain.exists() and sealed.exists() and _digest(plain) == row.sha256:
        sealed.unlink()
        sync_folder(plain.parent)
    if row.sealed_at is not None and plain.exists() and not sealed.exists():
        vault.seal_file(plain, row.sha256)


def is_half_redacted(path: Path, row: Recording) -> bool:
    """Whether a redaction was begun and not finished."""
    plain = path.with_name(plain_name(path.name))
    both = row.redacted_at is not None and plain.exists() and plain.with_name(plain.name + SUFFIX).exists()
    return both or _beside(plain).exists()


def _beside(path: Path) -> Path:
    return path.with_name(f".{plain_name(path.name)}.redacted")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
