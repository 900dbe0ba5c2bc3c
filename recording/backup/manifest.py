"""What a backup holds: the last thing in the archive, the first that is looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.storage.dump import Dumped

FORMAT = 1
MANIFEST = "manifest.json"
LONGEST_MANIFEST = 256 << 20  # bytes; some 200 a recording
MOST_PARTS = 2_000_000

_ROOTS = frozenset({"database", "recordings", "site", "keys"})
_LOOSE = frozenset({"secrets.json"})
_LONGEST_NAME = 1024
_HIDDEN = re.compile(r"[\x00-\x1f\x7f\\]")


class BackupError(IvrError):
    """A backup could not be made, is damaged, or is none."""


def damaged(what: Text) -> BackupError:
    """The backup is not as it was made."""
    return BackupError(
        Text(f"the backup is damaged: {what.en}", f"备份已损坏：{what.zh}"),
        cure=Text("use another one, and look at the disk this one lies on", "请改用其他备份，并检查存放它的磁盘"),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One file in the archive.

    Args:
        name: its path there.
        size: bytes.
        sha256: of its content.
    """

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Args:
        made_at: ISO 8601, UTC.
        version: of this package.
        revision: of the tables.
        tables: parents before children.
        audit: id and hash of the newest audit row.
        missing: recordings that went away while the backup was made.
        parts: every file but this one.
    """

    made_at: str
    version: str
    revision: str
    tables: tuple[Dumped, ...]
    audit: tuple[int, str]
    missing: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def rows(self) -> dict[str, int]:
        """Rows by table."""
        return {one.name: one.rows for one in self.tables}

    @property
    def recordings(self) -> int:
        """How many sound files."""
        return sum(part.name.startswith("recordings/") for part in self.parts)

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)

    def to_bytes(self) -> bytes:
        """As it stands in the archive."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=True, indent=1).encode()


def parse_manifest(content: bytes) -> Manifest:
    """The manifest from its bytes.

    Raises:
        BackupError: if it is none, or of a newer version.
    """
    try:
        data: Mapping[str, Any] = json.loads(content)
        if data["format"] > FORMAT:
            raise BackupError(
                Text("the backup was made by a newer version", "该备份由更新版本创建"),
                cure=Text("install that version or newer", "请安装该版本或更新版本"),
            )
        return Manifest(
            made_at=str(data["made_at"]),
            version=str(data["version"]),
            revision=str(data["revision"]),
            tables=tuple(
                Dumped(str(one["name"]), int(one["rows"]), {str(k): str(v) for k, v in one["columns"].items()})
                for one in data["tables"]
            ),
            audit=(int(data["audit"][0]), str(data["audit"][1])),
            missing=tuple(str(name) for name in data["missing"]),
            parts=tuple(
                Part(check_name(str(one["name"])), int(one["size"]), str(one["sha256"])) for one in data["parts"]
            ),
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise damaged(Text("its manifest cannot be read", "清单无法读取")) from error


def check_name(name: str) -> str:
    """A path inside the archive that stays inside the folder it is unpacked into.

    Raises:
        BackupError: if it is anything else.
    """
    path = PurePosixPath(name)
    known = path.parts[:1] and ((path.parts[0] in _ROOTS and len(path.parts) > 1) or name in _LOOSE)
    odd = path.is_absolute() or ".." in path.parts or str(path) != name or len(name) > _LONGEST_NAME
    if not known or odd or _HIDDEN.search(name):
        raise BackupError(
            Text(f"the archive holds a path that is not ours: {name!r:.200}", f"备份中有不合法的路径：{name!r:.200}"),
            cure=Text("somebody has tampered with it: use another one", "文件被篡改，请改用其他备份"),
        )
    return name


__all__ = [
    "FORMAT", "LONGEST_MANIFEST", "MANIFEST", "MOST_PARTS", "BackupError", "Manifest", "Part", "check_name", "damaged",
    "parse_manifest",
]  # fmt: skip
