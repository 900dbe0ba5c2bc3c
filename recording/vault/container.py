"""The sealed format: a head, slots with the wrapped key, a body of chunks that can be sought.

::

    head     magic and version (8)  chunk size u32  plain length u64  salt (16)  slot size u32  slots u8
             length of the purpose u16  purpose (UTF-8)
    slot     sequence u64  length u32  group (16)  sha256 of the three and the blob (32)  blob  zeros to its end
    body     chunk 0, chunk 1, ... each the ciphertext and its 16-byte tag

All numbers are big-endian. The blob is an ordinary age file that holds the 32-byte file key, so that the standard
``age`` tool unwraps it. The body's key is HKDF-SHA256(file key, salt, info = bound head), the bound head being magic,
chunk size, plain length, salt and purpose. A chunk is AES-256-GCM with nonce = chunk number (11 bytes) and 1 for the
last chunk or else 0 (1 byte): STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015), the bound head as associated data.
A chunk changed, moved, taken from another file or left off is found.

A file has two slots. New recipients get the key in the slot not in force; only when that is on disk is the other
overwritten. So keys change without touching the body, and a crash in between leaves one good slot.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ivr.core.language import Text
from recording.vault.errors import DamagedError

MAGIC = b"CWSEAL\x00\x01"
CHUNK = 64 * 1024
TAG = 16
KEY_BYTES = 32
FILE_SLOTS = 2
FILE_SLOT_SIZE = 4096

_FIXED = struct.Struct(">8sIQ16sIBH")
_SLOT = struct.Struct(">QI16s32s")
_CHUNK_LIMITS = (16, 1 << 20)
_MOST_SLOT = 1 << 16


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the wrapped key.

    Args:
        purpose: what was sealed, e.g. ``recording/NAME``; it opens as nothing else.
        length: plain bytes.
        salt: 16 random bytes.
        chunk: plain bytes in a chunk.
        slot_size: bytes of a slot.
        slots: 1 or 2.
    """

    purpose: str
    length: int
    salt: bytes
    chunk: int = CHUNK
    slot_size: int = FILE_SLOT_SIZE
    slots: int = FILE_SLOTS

    def to_bytes(self) -> bytes:
        """As it stands in the file."""
        name = self.purpose.encode()
        fixed = _FIXED.pack(MAGIC, self.chunk, self.length, self.salt, self.slot_size, self.slots, len(name))
        return fixed + name

    @property
    def bound(self) -> bytes:
        """What key and chunks are bound to."""
        return struct.pack(">8sIQ16s", MAGIC, self.chunk, self.length, self.salt) + self.purpose.encode()

    @property
    def size(self) -> int:
        """Bytes of the head itself."""
        return _FIXED.size + len(self.purpose.encode())

    @property
    def body(self) -> int:
        """Where the first chunk begins, in bytes."""
        return self.size + self.slot_size * self.slots

    @property
    def chunks(self) -> int:
        """How many chunks; nothing at all is one empty chunk."""
        return max(1, -(-self.length // self.chunk))

    @property
    def total(self) -> int:
        """Bytes of everything."""
        return self.body + self.length + TAG * self.chunks


@dataclass(frozen=True, slots=True)
class Slot:
    """A wrapped key.

    Args:
        index: which of the slots.
        sequence: the higher is in force.
        group: to which recipients, as ``group_of`` says it.
        blob: an age file with the file key.
    """

    index: int
    sequence: int
    group: bytes
    blob: bytes


def is_head(start: bytes) -> bool:
    """Whether sealed data begins like this."""
    return start.startswith(MAGIC)


def read_head(file: BinaryIO, what: str) -> Head:
    """The head at the beginning of ``file``.

    Raises:
        DamagedError: if it is none of ours.
    """
    start = file.read(_FIXED.size)
    if len(start) < _FIXED.size or not is_head(start):
        raise DamagedError(what, Text("not a sealed file of a known version", "不是已知版本的加密文件"))
    _, chunk, length, salt, slot_size, slots, name = _FIXED.unpack(start)
    purpose = file.read(name)
    sane = _CHUNK_LIMITS[0] <= chunk <= _CHUNK_LIMITS[1] and _SLOT.size < slot_size <= _MOST_SLOT and slots in (1, 2)
    damaged = DamagedError(what, Text("its head is damaged", "文件头已损坏"))
    if not sane or len(purpose) < name:
        raise damaged
    try:
        return Head(purpose.decode(), length, salt, chunk, slot_size, slots)
    except ValueError as error:
        raise damaged from error


def group_of(recipients: Iterable[str]) -> bytes:
    """16 bytes that tell one set of recipients from another; age itself does not say whom it wrapped for."""
    return hashlib.sha256("\n".join(sorted(set(recipients))).encode()).digest()[:16]


def slot_bytes(sequence: int, group: bytes, blob: bytes, size: int = 0) -> bytes:
    """A slot as it stands in the file, filled up to ``size``.

    Raises:
        ValueError: if it does not fit.
    """
    start = struct.pack(">QI16s", sequence, len(blob), group)
    slot = start + hashlib.sha256(start + blob).digest() + blob
    if size and len(slot) > size:
        raise ValueError("too many recipients for a slot")
    return slot.ljust(size, b"\0")


def read_slots(file: BinaryIO, head: Head, what: str) -> list[Slot]:
    """The whole slots, the one in force first; ``file`` stands behind the head.

    Raises:
        DamagedError: if there is none.
    """
    found = []
    everything = file.read(head.slots * head.slot_size)
    for index in range(head.slots):
        data = everything[index * head.slot_size : (index + 1) * head.slot_size]
        if len(data) < head.slot_size:
            break
        sequence, length, group, digest = _SLOT.unpack_from(data)
        blob = data[_SLOT.size : _SLOT.size + length]
        if blob and len(blob) == length and hashlib.sha256(data[: _SLOT.size - 32] + blob).digest() == digest:
            found.append(Slot(index, sequence, group, blob))
    if not found:
        raise DamagedError(what, Text("its wrapped key is damaged", "其中的密钥已损坏"))
    return sorted(found, key=lambda slot: -slot.sequence)


class Body:
    """Makes and opens chunks.

    Args:
        head: which they are bound to.
        key: the file key, 32 bytes.
        what: named in errors.
    """

    def __init__(self, head: Head, key: bytes, what: str) -> None:
        if len(key) != KEY_BYTES:
            raise DamagedError(what, Text("its key is not one", "其中的密钥无效"))
        derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=head.salt, info=head.bound).derive(key)
        self._cipher = AESGCM(derived)
        self._head = head
        self._what = what

    def seal(self, number: int, plain: bytes) -> bytes:
        """Chunk ``number`` (from 0), sealed."""
        return self._cipher.encrypt(self._nonce(number), plain, self._head.bound)

    def open(self, number: int, sealed: bytes) -> bytes:
        """Chunk ``number`` (from 0), opened.

        Raises:
            DamagedError: if it is not the chunk that was sealed there.
        """
        try:
            return self._cipher.decrypt(self._nonce(number), sealed, self._head.bound)
        except (InvalidTag, ValueError) as error:
            first = number * self._head.chunk
            last = min(first + self._head.chunk, self._head.length)
            reason = Text(
                f"changed: bytes {first} to {last} are not what was sealed",
                f"内容被改动：第 {first} 至 {last} 字节不符",
            )
            raise DamagedError(self._what, reason) from error

    def _nonce(self, number: int) -> bytes:
        final = number == self._head.chunks - 1
        return number.to_bytes(11, "big") + bytes([final])


def new_salt() -> bytes:
    """16 random bytes."""
    return os.urandom(16)


__all__ = [
    "CHUNK", "FILE_SLOTS", "FILE_SLOT_SIZE", "KEY_BYTES", "MAGIC", "TAG",
    "Body", "Head", "Slot", "group_of", "is_head", "new_salt", "read_head", "read_slots", "slot_bytes",
]  # fmt: skip
