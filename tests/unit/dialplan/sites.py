"""Sites written to disk for a test."""

from __future__ import annotations

from pathlib import Path

from dialplan.examples import TINY_SITE


def write_site(folder: Path, **changes: str | bytes | None) -> Path:
    """The tiny site in ``folder``, with files replaced (``flows__main`` for flows/main.yaml) or left out."""
    files: dict[str, str | bytes | None] = dict(TINY_SITE)
    for name, text in changes.items():
        files[name.replace("__", "/") + ".yaml"] = text
    return write_files(folder, files)


def write_files(folder: Path, files: dict[str, str | bytes | None]) -> Path:
    """``files`` in ``folder``, those that are None left out."""
    for name, text in files.items():
        if text is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder
