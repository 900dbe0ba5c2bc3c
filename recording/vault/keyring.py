"""Recipients and identities in force, read again when their files change."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

from recording.vault.age import Identity, unwrap, wrap
from recording.vault.container import group_of
from recording.vault.errors import LockedError
from recording.vault.keys import INDEX_BYTES, KeyFolder

_MOST_KNOWN = 4096  # keys of 32 bytes


class Keyring:
    """Wraps and unwraps keys. Thread-safe.

    Args:
        folder: where the keys lie; looked at again before each sealing, and when something cannot be opened.
        recipients: in place of a folder.
        identities: besides those of the folder, e.g. the escrow's for once.

    Raises:
        KeysError: if the folder cannot be used as it is.
    """

    def __init__(
        self, folder: KeyFolder | None = None, recipients: Sequence[str] = (), identities: Sequence[Identity] = ()
    ) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._seen: tuple[object, ...] | None = None
        self._recipients = tuple(recipients)
        self._extra = self._identities = tuple(identities)
        self._known: dict[bytes, bytes] = {}
        self._index_key: tuple[object, bytes] | None = None
        self._refresh()

    @property
    def recipients(self) -> tuple[str, ...]:
        """Public keys of those who may open what is sealed from now on."""
        self._refresh()
        return self._recipients

    @property
    def identities(self) -> tuple[Identity, ...]:
        """Private keys of this machine."""
        self._refresh()
        return self._identities

    def index_key(self) -> bytes | None:
        """The key words in the index are hashed with, made at its first use; None where nothing is sealed.

        Without a folder it is one of this keyring's own, as its recipients are.

        Raises:
            KeysError: if there is none and it cannot be made, or others can read it.
        """
        if not self.recipients:
            return None
        with self._lock:
            mark = None if self._folder is None else _mark(self._folder.index_file)
            if self._index_key is None or self._index_key[0] != mark:
                key = os.urandom(INDEX_BYTES) if self._folder is None else self._folder.index_key()
                mark = None if self._folder is None else _mark(self._folder.index_file)
                self._index_key = (mark, key)
            return self._index_key[1]

    def wrap(self, key: bytes) -> tuple[bytes, bytes]:
        """A key as an age file, and the group of recipients it is for.

        Raises:
            VaultError: if there are no recipients.
        """
        recipients = self.recipients
        return group_of(recipients), wrap(key, recipients)

    def unwrap(self, blob: bytes, what: str) -> bytes:
        """A key from its age file; those of texts, which share one, are remembered.

        Raises:
            LockedError: if no identity here is among the recipients.
            DamagedError: if it is no whole age file.
        """
        with self._lock:
            if (known := self._known.get(blob)) is not None:
                return known
        try:
            key = unwrap(blob, self._identities, what)
        except LockedError:
            if not self._refresh():
                raise
            key = unwrap(blob, self._identities, what)
        with self._lock:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[blob] = key
        return key

    def _refresh(self) -> bool:
        """Read the folder if it was changed; whether it was."""
        if self._folder is None:
            return False
        with self._lock:
            files = (self._folder.recipients_file, self._folder.identity_file, self._folder.retired_file)
            now = tuple(_mark(path) for path in files)
            if now == self._seen:
                return False
            self._recipients = tuple(one.key for one in self._folder.recipients())
            self._identities = (*self._folder.identities(), *self._extra)
            self._known.clear()
            self._seen = now
            return True


def _mark(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size, found.st_mode


__all__ = ["Keyring"]
