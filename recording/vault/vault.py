"""Sealing and opening of files and of texts for the database."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from ivr.core.language import Text
from ivr.core.settings import Settings
from recording.vault.age import Identity, unwrap, wrap
from recording.vault.container import (
    KEY_BYTES,
    Body,
    Head,
    is_head,
    new_salt,
    read_head,
    read_slots,
    slot_bytes,
)
from recording.vault.errors import DamagedError, VaultError
from recording.vault.keys import KeyFolder
from recording.vault.reader import SealedReader, check_purpose, check_size

SUFFIX = ".sealed"
_BLOCK = 1 << 20
_MOST_CACHED = 4096  # unwrapped keys of texts; 32 bytes each


class Vault:
    """Seals to recipients, opens with identities; without recipients everything stays plain. Thread-safe.

    Args:
        recipients: public keys (``age1...``) of those who may open what is sealed from now on.
        identities: private keys of this machine; none where it only seals.
    """

    def __init__(self, recipients: Sequence[str] = (), identities: Sequence[Identity] = ()) -> None:
        self.recipients = tuple(recipients)
        self._identities = tuple(identities)
        self._lock = threading.Lock()
        self._text_key: tuple[bytes, bytes] | None = None
        self._known: dict[bytes, bytes] = {}

    @property
    def enabled(self) -> bool:
        """Whether anything is sealed from now on."""
        return bool(self.recipients)

    @property
    def can_open(self) -> bool:
        """Whether this machine has an identity at all."""
        return bool(self._identities)

    def unwrap(self, blob: bytes, what: str) -> bytes:
        """A file key from its age file.

        Raises:
            LockedError: if no identity here is among the recipients.
            DamagedError: if it is no whole age file.
        """
        return unwrap(blob, self._identities, what)

    def is_sealed(self, path: Path) -> bool:
        """Whether what lies at ``path``, or at ``path`` with ``.sealed``, is sealed; False if neither is there."""
        found = _there(path)
        with contextlib.suppress(OSError), found.open("rb") as file:
            return is_head(file.read(16))
        return False

    def open_file(self, path: Path) -> io.BufferedReader:
        """The plain content at ``path`` for reading and seeking, whether it is plain or sealed there.

        Args:
            path: the plain file's path, or the sealed one's.

        Raises:
            LockedError: it is sealed, and no identity here opens it.
            DamagedError: it is cut, changed or another file's; when reading, if the change is further on.
            OSError: it cannot be read; FileNotFoundError: it is neither there plain nor sealed.
        """
        found = _there(path)
        if not self.is_sealed(found):
            return found.open("rb")
        purpose = _purpose(found)
        reader = SealedReader(found, purpose, lambda blob: self.unwrap(blob, found.name))
        return io.BufferedReader(reader, reader.head.chunk)

    @contextlib.contextmanager
    def plain_path(self, path: Path) -> Iterator[Path]:
        """A path for other programs: ``path`` itself, or a copy in memory or a private folder, taken away after.

        Raises:
            VaultError: as ``open_file``.
            OSError: if it cannot be read, or there is no room.
        """
        found = _there(path)
        if not self.is_sealed(found):
            yield found
            return
        memory = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
        with contextlib.ExitStack() as stack:
            source = stack.enter_context(self.open_file(found))
            size = source.seek(0, os.SEEK_END)
            source.seek(0)
            place = memory if memory.is_dir() and _room(memory) > 2 * size else None
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ivr-", dir=place))
            copy = Path(folder) / plain_name(found.name)
            with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
                shutil.copyfileobj(source, target, _BLOCK)
            yield copy

    def digest(self, path: Path) -> str:
        """sha256 of the plain content, in hexadecimal digits.

        Raises:
            VaultError, OSError: as ``open_file``.
        """
        with self.open_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def seal_file(self, path: Path, sha256: str = "", *, step: Callable[[str], None] = lambda name: None) -> Path:
        """Seal a plain file and remove it: written beside, on disk, read back, compared, renamed; only then removed.

        Safe to run again wherever it was broken off. Where nothing is sealed (``enabled``) nothing is done.

        Args:
            path: the plain file, closed.
            sha256: what the ledger says of it; "" when nobody does.
            step: told each step before it is taken; for tests.

        Returns:
            Where it lies now.

        Raises:
            DamagedError: its content is not what the ledger says; nothing was changed.
            OSError: no room, or no such file.
        """
        target = path.with_name(path.name + SUFFIX)
        if not self.enabled:
            return path
        if not path.exists() and target.exists():
            return target
        if self.is_sealed(path):
            raise VaultError(Text(f"{path.name}: is sealed already", f"{path.name}：已经加密"))
        temporary = path.with_name(f".{path.name}{SUFFIX}.{os.getpid()}.{threading.get_ident()}")
        try:
            step("write")
            with path.open("rb") as source:
                key, digest = self._write(source, temporary, _purpose(target))
            if sha256 and digest != sha256:
                raise DamagedError(
                    path.name,
                    Text("it is not what the ledger says (sha256); left as it is", "与台账的 sha256 不符；未作改动"),
                )
            step("read back")
            with SealedReader(temporary, _purpose(target), lambda _: key) as sealed:
                again = hashlib.file_digest(io.BufferedReader(sealed), "sha256").hexdigest()
            if again != digest:  # pragma: no cover - the tags would have told
                raise DamagedError(path.name, Text("read back otherwise than written", "回读与写入不符"))
            step("rename")
            temporary.replace(target)
            sync_folder(target.parent)
        finally:
            temporary.unlink(missing_ok=True)
        step("remove")
        path.unlink()
        sync_folder(path.parent)
        return target

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        """``data`` sealed for the database; it opens as the same purpose only.

        Texts of one vault share a wrapped key, which costs most; each has a key of its own derived from it.

        Raises:
            VaultError: if there are no recipients.
        """
        with self._lock:
            if self._text_key is None:
                fresh = os.urandom(KEY_BYTES)
                self._text_key = fresh, wrap(fresh, self.recipients)
            key, blob = self._text_key
        slot = slot_bytes(0, blob)
        head = Head(purpose, len(data), new_salt(), slot_size=len(slot), slots=1)
        return head.to_bytes() + slot + b"".join(_chunks(head, key, io.BytesIO(data), purpose))

    def open_bytes(self, data: bytes, purpose: str) -> bytes:
        """What ``seal_bytes`` was given.

        Raises:
            LockedError: no identity here opens it.
            DamagedError: it was changed, cut, or sealed as something else.
        """
        file = io.BytesIO(data)
        head = read_head(file, purpose)
        check_size(head, len(data), purpose)
        check_purpose(head, purpose, purpose)
        slot = read_slots(file, head, purpose)[0]
        with self._lock:
            key = self._known.get(slot.blob)
        if key is None:
            key = self.unwrap(slot.blob, purpose)
            with self._lock:
                if len(self._known) >= _MOST_CACHED:
                    self._known.clear()
                self._known[slot.blob] = key
        body = Body(head, key, purpose)
        file.seek(head.body)
        return b"".join(body.open(number, file.read(head.chunk + 16)) for number in range(head.chunks))

    def _write(self, source: BinaryIO, target: Path, purpose: str) -> tuple[bytes, str]:
        """Seal ``source`` into ``target``, on disk when this returns; gives the file key and the plain sha256."""
        length = os.fstat(source.fileno()).st_size
        key = os.urandom(KEY_BYTES)
        head = Head(purpose, length, new_salt())
        digest = hashlib.sha256()
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as file:
            file.write(head.to_bytes())
            file.write(slot_bytes(1, wrap(key, self.recipients), head.slot_size))
            file.write(slot_bytes(0, b"", head.slot_size) if head.slots > 1 else b"")
            for chunk in _chunks(head, key, source, purpose, digest.update):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return key, digest.hexdigest()


def vault_for(settings: Settings) -> Vault:
    """The vault of one installation; without keys nothing is sealed (``enabled`` is False).

    Raises:
        KeysError: if the folder of keys cannot be used as it is.
    """
    keys = KeyFolder(settings.key_folder)
    return Vault([one.key for one in keys.recipients()], keys.identities())


def locate(folder: Path, file: str) -> Path:
    """Where a recording of the ledger lies: plain, or sealed; where it would lie plain, if it is not there at all.

    Raises:
        VaultError: if ``file`` leads out of the folder.
    """
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise VaultError(Text(f"{file!r:.120}: outside the recordings", f"{file!r:.120}：不在录音目录内"))
    return _there(path)


def plain_name(name: str) -> str:
    """A file's name without ``.sealed``."""
    return name.removesuffix(SUFFIX)


def sync_folder(folder: Path) -> None:
    """Have what happened to names in ``folder`` on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _chunks(
    head: Head, key: bytes, source: BinaryIO, what: str, seen: Callable[[bytes], None] = lambda plain: None
) -> Iterator[bytes]:
    body = Body(head, key, what)
    left = head.length
    for number in range(head.chunks):
        plain = source.read(min(head.chunk, left))
        left -= len(plain)
        if len(plain) < head.chunk and left:
            raise DamagedError(what, Text("it became shorter while it was read", "读取期间文件变短"))
        seen(plain)
        yield body.seal(number, plain)
    if source.read(1):
        raise DamagedError(what, Text("it grew while it was read: is it still open?", "读取期间文件变长：仍在写入？"))


def _purpose(path: Path) -> str:
    return f"recording/{plain_name(path.name)}"


def _there(path: Path) -> Path:
    if path.exists() or path.suffix == SUFFIX:
        return path
    sealed = path.with_name(path.name + SUFFIX)
    return sealed if sealed.exists() else path


def _room(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


__all__ = ["SUFFIX", "Vault", "locate", "plain_name", "sync_folder", "vault_for"]
