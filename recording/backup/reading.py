"""Reading a backup: nothing is believed before the whole archive has been compared with its manifest."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ivr.core.language import Text
from recording.backup.archive import Progress
from recording.backup.manifest import (
    LONGEST_MANIFEST,
    MANIFEST,
    MOST_PARTS,
    BackupError,
    Manifest,
    Part,
    check_name,
    damaged,
    parse_manifest,
)
from recording.backup.piped import AGE_MAGIC, opening
from recording.vault.age import Identity

_BLOCK = 1 << 20

Read = Callable[[int], bytes]
Take = Callable[[Part, Read], None]


@dataclass(frozen=True, slots=True)
class Told:
    """A backup that is whole.

    Args:
        manifest: what it holds.
        sealed: whether it is sealed.
    """

    manifest: Manifest
    sealed: bool


def check_backup(path: Path, identities: Sequence[Identity], progress: Progress = lambda stage, share: None) -> Told:
    """Compare every byte of a backup with its manifest; writes nothing.

    Args:
        identities: private keys, for one that is sealed.

    Raises:
        LockedError: if none of them opens it.
        BackupError, DamagedError: if it is cut, changed, or holds what no backup of ours does.
        OSError: if it cannot be read.
    """
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    size, so_far = max(1, path.stat().st_size), 0
    with _walked(path, identities) as parts:
        for part, content in parts:
            if part is None:
                manifest = parse_manifest(content.read(LONGEST_MANIFEST))
                continue
            found[part.name] = Part(part.name, part.size, _digest(content))
            so_far += part.size
            progress("verify", min(1.0, so_far / size))
    if manifest is None:
        raise damaged(Text("it has no manifest: was it cut?", "缺少清单：是否被截断？"))
    wanted = {part.name: part for part in manifest.parts}
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            raise damaged(Text(f"{name[:200]} is not what was written", f"{name[:200]} 与写入时不符"))
    return Told(manifest, is_sealed(path))


def is_sealed(path: Path) -> bool:
    """Whether a backup is sealed."""
    with path.open("rb") as file:
        return file.read(len(AGE_MAGIC)) == AGE_MAGIC


def take_parts(path: Path, identities: Sequence[Identity], manifest: Manifest, take: Take) -> None:
    """Hand every part to ``take``, which reads it to its end; one that differs from the manifest ends it.

    Raises:
        LockedError, BackupError, DamagedError, OSError: as ``check_backup``.
    """
    wanted = {part.name: part for part in manifest.parts}
    with _walked(path, identities) as parts:
        for part, content in parts:
            if part is None:
                continue
            known = wanted.pop(part.name, None)
            changed = damaged(Text(f"{part.name} changed while it was read", f"{part.name} 读取期间被改动"))
            if known is None or known.size != part.size:
                raise changed
            counting = _Digesting(content)
            take(known, counting.read)
            if counting.digest.hexdigest() != known.sha256:
                raise changed
    if wanted:
        raise damaged(Text("parts are gone", "缺少部分内容"))


class _Digesting:
    """Reads on, digesting what goes by."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _walk(path: Path, identities: Sequence[Identity]) -> Generator[tuple[Part | None, IO[bytes]], None, None]:
    """Every part with its content, None for the manifest; anything that is no ordinary file of ours is refused."""
    seen: set[str] = set()
    with _tar(path, identities) as tar:
        for member in tar:
            tar.members = []  # type: ignore[attr-defined] # a large archive must not stay in memory
            name = member.name
            if not member.isreg() or member.issparse() or member.size < 0 or name in seen or len(seen) > MOST_PARTS:
                raise BackupError(
                    Text(f"the archive holds what no backup does: {name!r:.200}", f"备份中有异常内容：{name!r:.200}"),
                    cure=Text("somebody has tampered with it: use another one", "文件被篡改，请改用其他备份"),
                )
            if MANIFEST in seen:
                raise damaged(Text("something follows its manifest", "清单之后还有内容"))
            seen.add(name)
            content = tar.extractfile(member)
            if content is None:  # pragma: no cover - ordinary files have content
                raise damaged(Text(f"{name[:200]} has no content", f"{name[:200]} 没有内容"))
            yield (None if name == MANIFEST else Part(check_name(name), member.size, "")), content


@contextmanager
def _walked(path: Path, identities: Sequence[Identity]) -> Iterator[Iterator[tuple[Part | None, IO[bytes]]]]:
    """The parts, with what the archive's reader says about damage in our words, whoever was reading."""
    walk = _walk(path, identities)
    try:
        with closing(walk):
            yield walk
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
        raise damaged(Text("it is no whole archive", "不是完整的归档文件")) from error


@contextmanager
def _tar(path: Path, identities: Sequence[Identity]) -> Iterator[tarfile.TarFile]:
    with opening(path, identities) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        yield tar


def _digest(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := content.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


__all__ = ["Told", "check_backup", "is_sealed", "take_parts"]
