"""A sealed file as an ordinary one that can be read and sought."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ivr.core.language import Text
from recording.vault.container import TAG, Body, Head, read_head, read_slots
from recording.vault.errors import DamagedError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class SealedReader(io.RawIOBase):
    """Opens only the chunks that are asked for.

    Args:
        path: the sealed file.
        purpose: what it must have been sealed as; "" for whatever it was.
        unwrap: the file key from a wrapped one.

    Raises:
        DamagedError: if it is cut, too long or sealed as something else; when reading, if it was changed.
        LockedError: if ``unwrap`` cannot.
        OSError: if it cannot be read.
    """

    def __init__(self, path: Path, purpose: str, unwrap: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self.name = str(path)
        self._at = 0
        self._number, self._plain = -1, b""
        self._file: BinaryIO = path.open("rb")
        try:
            self.head: Head = read_head(self._file, path.name)
            check_size(self.head, os.fstat(self._file.fileno()).st_size, path.name)
            check_purpose(self.head, purpose, path.name)
            slots = read_slots(self._file, self.head, path.name)
            self._body = Body(self.head, unwrap(slots[0].blob), path.name)
        except BaseException:
            self.close()
            raise

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.head.length}[whence]
        if start + offset < 0:
            raise ValueError(f"negative seek position {start + offset}")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        if self._at >= self.head.length or not len(view):
            return 0
        number, offset = divmod(self._at, self.head.chunk)
        piece = self._chunk(number)[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed and hasattr(self, "_file"):
            self._file.close()
        super().close()

    def _chunk(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(self.head.body + number * (self.head.chunk + TAG))
            sealed = self._file.read(self.head.chunk + TAG)
            self._plain, self._number = self._body.open(number, sealed), number
        return self._plain


def check_size(head: Head, size: int, what: str) -> None:
    """Refuse what is shorter or longer than it was sealed.

    Raises:
        DamagedError: if it is.
    """
    if size < head.total:
        raise DamagedError(
            what,
            Text(f"cut: {size} bytes are left of {head.total}", f"被截断：应有 {head.total} 字节，仅剩 {size} 字节"),
        )
    if size > head.total:
        raise DamagedError(
            what,
            Text(f"{size - head.total} bytes were added to it", f"文件末尾多出 {size - head.total} 字节"),
        )


def check_purpose(head: Head, purpose: str, what: str) -> None:
    """Refuse what was sealed as something else.

    Raises:
        DamagedError: if it was.
    """
    if purpose and head.purpose != purpose:
        shown = f"{head.purpose!r:.120}"
        raise DamagedError(what, Text(f"it was sealed as {shown}: swapped?", f"它原本是 {shown}：是否被调换？"))


__all__ = ["SealedReader", "check_purpose", "check_size"]
