"""Sealing a file in place of the plain one, and new recipients for a sealed one."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ivr.core.language import Text
from recording.vault.container import KEY_BYTES, Body, Head, group_of, new_salt, read_head, read_slots, slot_bytes
from recording.vault.errors import DamagedError, VaultError
from recording.vault.keyring import Keyring
from recording.vault.reader import SealedReader, check_size

SUFFIX = ".sealed"

Step = Callable[[str], None]


def plain_name(name: str) -> str:
    """A file's name without ``.sealed``."""
    return name.removesuffix(SUFFIX)


def purpose_of(path: Path) -> str:
    """What a file is sealed as: under another name it does not open."""
    return f"recording/{plain_name(path.name)}"


def seal_file(path: Path, keyring: Keyring, sha256: str, step: Step) -> Path:
    """Seal ``path`` as ``Vault.seal_file`` says."""
    target = path.with_name(path.name + SUFFIX)
    temporary = path.with_name(f".{path.name}{SUFFIX}.{os.getpid()}.{threading.get_ident()}")
    try:
        step("write")
        try:
            source = path.open("rb")
        except FileNotFoundError:
            if target.exists():  # another process has sealed it meanwhile
                return target
            raise
        with source:
            key, digest = _write(source, temporary, keyring, purpose_of(target))
        if sha256 and digest != sha256:
            raise DamagedError(
                path.name,
                Text("it is not what the ledger says (sha256); left as it is", "与台账的 sha256 不符；未作改动"),
            )
        step("read back")
        with SealedReader(temporary, purpose_of(target), lambda _: key) as sealed:
            again = hashlib.file_digest(io.BufferedReader(sealed), "sha256").hexdigest()
        if again != digest:  # pragma: no cover - the tags would have told
            raise DamagedError(path.name, Text("read back otherwise than written", "回读与写入不符"))
        step("rename")
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    step("remove")
    path.unlink(missing_ok=True)
    sync_folder(path.parent)
    return target


def rewrap_file(path: Path, keyring: Keyring, step: Step = lambda name: None) -> bool:
    """Give the recipients of now the key of a sealed file, and take it from those before; the body stays.

    Safe to run again wherever it was broken off.

    Returns:
        False if the file was for them already.

    Raises:
        LockedError: if no identity here opens it.
        DamagedError: if it is cut, or its wrapped key is damaged.
        VaultError: if there are too many recipients for the file's slots.
    """
    with path.open("r+b") as file:
        head = read_head(file, path.name)
        check_size(head, os.fstat(file.fileno()).st_size, path.name)
        slots = read_slots(file, head, path.name)
        current = slots[0]
        if current.group == group_of(keyring.recipients):
            if len(slots) > 1:  # broken off before the old one was overwritten
                _put(file, head, slots[1].index, b"")
            return False
        if head.slots < 2:
            raise VaultError(Text(f"{path.name}: has no second slot", f"{path.name}：没有第二个密钥槽"))
        group, blob = keyring.wrap(keyring.unwrap(current.blob, path.name))
        try:
            slot = slot_bytes(current.sequence + 1, group, blob, head.slot_size)
        except ValueError as error:
            raise VaultError(
                Text(f"{path.name}: too many recipients for it", f"{path.name}：收件人过多"),
                cure=Text("remove some: ivr keys remove", "请移除一些：ivr keys remove"),
            ) from error
        step("new slot")
        _put(file, head, 1 - current.index, slot)
        file.seek(head.size)
        if read_slots(file, head, path.name)[0].blob != blob:  # pragma: no cover - a broken disk
            raise DamagedError(path.name, Text("read back otherwise than written", "回读与写入不符"))
        step("old slot")
        _put(file, head, current.index, b"")
    return True


def sync_folder(folder: Path) -> None:
    """Have what happened to names in ``folder`` on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def chunks(
    head: Head, key: bytes, source: BinaryIO, what: str, seen: Callable[[bytes], None] = lambda plain: None
) -> Iterator[bytes]:
    """The sealed chunks of ``source``, which must hold just ``head.length`` bytes.

    Raises:
        DamagedError: if it holds more or less.
    """
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


def _write(source: BinaryIO, target: Path, keyring: Keyring, purpose: str) -> tuple[bytes, str]:
    """Seal ``source`` into ``target``, on disk when this returns; gives the file key and the plain sha256."""
    found = os.fstat(source.fileno())
    key = os.urandom(KEY_BYTES)
    head = Head(purpose, found.st_size, new_salt())
    group, blob = keyring.wrap(key)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, found.st_mode & 0o660), "wb") as file:
        file.write(head.to_bytes())
        file.write(slot_bytes(1, group, blob, head.slot_size))
        file.write(bytes(head.slot_size * (head.slots - 1)))
        for chunk in chunks(head, key, source, purpose, digest.update):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return key, digest.hexdigest()


def _put(file: BinaryIO, head: Head, index: int, slot: bytes) -> None:
    file.seek(head.size + index * head.slot_size)
    file.write(slot.ljust(head.slot_size, b"\0"))
    file.flush()
    os.fsync(file.fileno())


__all__ = ["SUFFIX", "Step", "chunks", "plain_name", "purpose_of", "rewrap_file", "seal_file", "sync_folder"]
