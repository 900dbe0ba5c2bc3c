"""A version written into the admin's folder; what the folder held is kept."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from ivr.call.versions.snapshot import Snapshot
from ivr.call.versions.store import KEPT, VersionStore

_SAVED = "written-over"


def write_back(store: VersionStore, version: str, folder: Path, at: datetime) -> Path | None:
    """Make the folder's parts, flows and prompts those of the version; other files are left alone.

    Returns:
        Where what it held is kept; None if it held the same.

    Raises:
        OSError: if that cannot be written; what was there is kept by then.
    """
    old, new = Snapshot.of(folder), Snapshot.of(store.folder(version))
    if old == new:
        return None
    saved = store.root / _SAVED / f"{at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
    old.write(saved)
    for earlier in sorted(saved.parent.iterdir())[:-KEPT]:
        shutil.rmtree(earlier, ignore_errors=True)
    for name, content in new.files.items():
        path = folder / name
        if old.files.get(name) != content:
            path.parent.mkdir(exist_ok=True)
            whole = path.with_name(f".{path.name}.new")
            whole.write_bytes(content)
            whole.replace(path)
    for name in old.files.keys() - new.files.keys():
        (folder / name).unlink()
    return saved


__all__ = ["write_back"]
