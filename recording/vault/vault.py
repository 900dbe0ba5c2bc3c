"""Sealing and opening of files and of texts for the database."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from ivr.core.language import Text
from ivr.core.settings import Settings
from recording.vault import files
from recording.vault.age import Identity
from recording.vault.container import (
    KEY_BYTES,
    TAG,
    Body,
    Head,
    group_of,
    is_head,
    new_salt,
    read_head,
    read_slots,
    slot_bytes,
)
from recording.vault.errors import VaultError
from recording.vault.files import SUFFIX, plain_name, purpose_of
from recording.vault.keyring import Keyring
from recording.vault.keys import KeyFolder
from recording.vault.reader import SealedReader, check_purpose, check_size

_BLOCK = 1 << 20


class Vault:
    """Seals to recipients, opens with identities; without recipients everything stays plain. Thread-safe.

    Args:
        recipients: public keys (``age1...``) of those who may open what is sealed from now on.
        identities: private keys of this machine; none where it only seals.
        folder: the keys in files, in place of recipients and besides identities; changes there are noticed.

    Raises:
        KeysError: if the folder of keys cannot be used as it is.
    """

    def __init__(
        self, recipients: Sequence[str] = (), identities: Sequence[Identity] = (), *, folder: KeyFolder | None = None
    ) -> None:
        self.keyring = Keyring(folder, recipients, identities)
        self._lock = threading.Lock()
        self._text_key: tuple[bytes, bytes, bytes] | None = None
        self._rewrapped: dict[bytes, bytes] = {}

    @property
    def recipients(self) -> tuple[str, ...]:
        """Public keys of those who may open what is sealed from now on."""
        return self.keyring.recipients

    @property
    def enabled(self) -> bool:
        """Whether anything is sealed from now on."""
        return bool(self.recipients)

    @property
    def can_open(self) -> bool:
        """Whether this machine has an identity at all."""
        return bool(self.keyring.identities)

    def index_key(self) -> bytes | None:
        """The key words in the index are hashed with, made at its first use; None where nothing is sealed.

        Raises:
            KeysError: if there is none and it cannot be made, or others can read it.
        """
        return self.keyring.index_key()

    def is_sealed(self, path: Path) -> bool:
        """Whether what lies at ``path``, or at ``path`` with ``.sealed``, is sealed; False if neither is there.

        What is called ``.sealed`` is, even if its beginning was damaged.
        """
        found = _there(path)
        with contextlib.suppress(OSError), found.open("rb") as file:
            return found.suffix == SUFFIX or is_head(file.read(16))
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
            try:
                return found.open("rb")
            except FileNotFoundError:
                found = _there(path)  # sealed just now
                if not self.is_sealed(found):
                    raise
        reader = SealedReader(found, purpose_of(found), lambda blob: self.keyring.unwrap(blob, found.name))
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

    def seal_file(self, path: Path, sha256: str = "", *, step: files.Step = lambda name: None) -> Path:
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
            VaultError: it is sealed already.
            OSError: no room, or no such file.
        """
        if not self.enabled:
            return path
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:  # another process may seal it just now
            if path.suffix == SUFFIX or is_head(file.read(16)):
                raise VaultError(Text(f"{path.name}: is sealed already", f"{path.name}：已经加密"))
        return files.seal_file(path, self.keyring, sha256, step)

    def rewrap_file(self, path: Path) -> bool:
        """Make a sealed file openable by the recipients of now and nobody else; its body stays. False if it is already.

        Raises:
            LockedError: if no identity here opens it.
            DamagedError: if it is cut, or its wrapped key is damaged.
        """
        return files.rewrap_file(_there(path), self.keyring)

    def seal_bytes(self, data: bytes, purpose: str) -> bytes:
        """``data`` sealed for the database; it opens as the same purpose only.

        Texts of one vault share a wrapped key, as wrapping costs most; each has a key of its own derived from it.

        Raises:
            VaultError: if there are no recipients.
        """
        wanted = group_of(self.recipients)
        with self._lock:
            if self._text_key is None or self._text_key[1] != wanted:
                fresh = os.urandom(KEY_BYTES)
                self._text_key = (fresh, *self.keyring.wrap(fresh))
            key, group, blob = self._text_key
        slot = slot_bytes(0, group, blob)
        head = Head(purpose, len(data), new_salt(), slot_size=len(slot), slots=1)
        return head.to_bytes() + slot + b"".join(files.chunks(head, key, io.BytesIO(data), purpose))

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
        body = Body(head, self.keyring.unwrap(slot.blob, purpose), purpose)
        file.seek(head.body)
        return b"".join(body.open(number, file.read(head.chunk + TAG)) for number in range(head.chunks))

    def rewrap_bytes(self, data: bytes, what: str) -> bytes:
        """Sealed bytes for the recipients of now and nobody else; ``data`` itself if they are already.

        Raises:
            LockedError: no identity here opens it.
            DamagedError: it is cut, or its wrapped key is damaged.
        """
        file = io.BytesIO(data)
        head = read_head(file, what)
        check_size(head, len(data), what)
        slot = read_slots(file, head, what)[0]
        wanted = group_of(self.recipients)
        if slot.group == wanted:
            return data
        blob = self._rewrapped.get(wanted + slot.blob)
        if blob is None:
            blob = self.keyring.wrap(self.keyring.unwrap(slot.blob, what))[1]
            self._rewrapped = {wanted + slot.blob: blob}  # rows of one time share a key
        fresh = slot_bytes(slot.sequence + 1, wanted, blob)
        start = Head(head.purpose, head.length, head.salt, head.chunk, len(fresh), 1)
        return start.to_bytes() + fresh + data[head.body :]


def vault_for(settings: Settings) -> Vault:
    """The vault of one installation; without keys nothing is sealed (``enabled`` is False).

    Raises:
        KeysError: if the folder of keys cannot be used as it is.
    """
    return Vault(folder=KeyFolder(settings.key_folder))


def locate(folder: Path, file: str) -> Path:
    """Where a recording of the ledger lies: plain, or sealed; where it would lie plain, if it is not there at all.

    Raises:
        VaultError: if ``file`` leads out of the folder.
    """
    path = folder / file
    if not path.resolve().is_relative_to(folder.resolve()):
        raise VaultError(Text(f"{file!r:.120}: outside the recordings", f"{file!r:.120}：不在录音目录内"))
    return _there(path)


def _there(path: Path) -> Path:
    if path.exists() or path.suffix == SUFFIX:
        return path
    sealed = path.with_name(path.name + SUFFIX)
    return sealed if sealed.exists() else path


def _room(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free
    return 0


__all__ = ["SUFFIX", "Vault", "locate", "vault_for"]
