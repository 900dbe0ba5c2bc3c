"""The files of a site, read once: what is checked is what is used, whatever happens to the folder meanwhile."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dialplan.files import MAX_FLOWS, OPTIONAL, REQUIRED, UnreadableError, read_bytes
from dialplan.model import Site
from dialplan.tree import TreeError
from dialplan.version import LENGTH, site_version

PROMPTS = "prompts"
_PARTS = tuple(f"{part}.yaml" for part in (*REQUIRED, *OPTIONAL))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a site's folder held at one moment.

    Args:
        files: content by path within the folder: parts, flows, and the site's own prompts.
    """

    files: Mapping[str, bytes]

    @classmethod
    def of(cls, folder: Path) -> Snapshot:
        """Read ``folder``; what cannot be read is not in it, which the check will tell.

        Raises:
            OSError: if there is no such folder.
        """
        root = folder.resolve(strict=True)
        found = {}
        for name in _names(root):
            try:
                found[name] = read_bytes(root, root / name)
            except (OSError, RuntimeError, ValueError, UnreadableError, TreeError):
                continue
        return cls(found)

    def write(self, folder: Path) -> None:
        """Put the files into ``folder``, which is made.

        Raises:
            OSError: if that cannot be done.
        """
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)

    def version(self, site: Site) -> str:
        """The version: that of the site, and where it has prompts of its own, of both; 12 hexadecimal digits."""
        own = sorted((name, text) for name, text in self.files.items() if name.startswith(f"{PROMPTS}/"))
        if not own:
            return site_version(site)
        digest = hashlib.sha256(site_version(site).encode())
        for name, text in own:
            digest.update(b"%s %d\n" % (name.encode(), len(text)))
            digest.update(text)
        return digest.hexdigest()[:LENGTH]


def _names(root: Path) -> Iterator[str]:
    yield from (name for name in _PARTS if (root / name).exists())
    for part in ("flows", PROMPTS):
        folder = root / part
        if folder.is_dir():
            names = sorted(path.name for path in folder.iterdir() if path.name.endswith(".yaml"))
            yield from (f"{part}/{name}" for name in names[: MAX_FLOWS + 1])


__all__ = ["PROMPTS", "Snapshot"]
