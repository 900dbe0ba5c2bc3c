"""WAV headers as a recorder leaves them that was killed: sizes of 0, or other than what lies on the disk.

The sound itself is there, up to the last block that was written. A mended file has the same sound behind a header
with the right sizes.
"""

from __future__ import annotations

import hashlib
import os
import struct
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ivr.core.language import Text
from recording.audio.wav import RATES
from recording.errors import SoundError
from recording.vault.files import sync_folder

KEPT = ".broken"
_BLOCK = 1 << 20
_MOST_CHUNKS = 64
_FORMAT = struct.Struct("<HHIIHH")
_PCM = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a file's sound is, whatever its header says of sizes.

    Args:
        rate: Hz.
        start: bytes before the sound.
        length: bytes of sound on the disk, whole samples only.
        declared: bytes of sound that the header tells.
    """

    rate: int
    start: int
    length: int
    declared: int

    @property
    def whole(self) -> bool:
        """Whether the header tells the truth."""
        return self.declared == self.length

    @property
    def frames(self) -> int:
        """Samples."""
        return self.length // 2

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return self.frames / self.rate


def read_layout(file: BinaryIO) -> Layout:
    """The layout of a mono 16-bit PCM file.

    Raises:
        SoundError: if that is not what it is.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    riff = file.read(12)
    if len(riff) < 12 or riff[:4] != b"RIFF" or riff[8:] != b"WAVE":
        raise _unusable("no WAV header", "没有 WAV 文件头")
    rate = 0
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            raise _unusable("no sound chunk", "没有声音数据块")
        name, length = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            start = file.tell()
            there = (size - start) // 2 * 2
            if not rate:
                raise _unusable("no format before the sound", "声音数据之前没有格式块")
            # Chunks after the sound are no sound; a length beyond the end, or of 0, is the killed recorder's.
            if 0 < length <= there and int.from_bytes(riff[4:8], "little") + 8 >= start + length:
                return Layout(rate, start, length // 2 * 2, length)
            return Layout(rate, start, there, length if length != there else 0)
        if name == b"fmt ":
            rate = _rate(file.read(length) if length <= 64 else b"")
            file.seek(length % 2, os.SEEK_CUR)
        else:
            file.seek(length + length % 2, os.SEEK_CUR)
    raise _unusable("too many chunks", "数据块过多")


def mend(path: Path) -> Layout:
    """Give a file the header it should have; the original stays beside it as ``.broken``.

    The mended file takes the place of the broken one only after it was read back. Broken off anywhere, the file at
    ``path`` is either of the two, whole.

    Raises:
        SoundError: if there is no sound in it, or it is no mono 16-bit PCM file.
        OSError: if it cannot be read, or written beside.
    """
    with path.open("rb") as file:
        layout = read_layout(file)
        if not layout.length:
            raise _unusable("no sound in it", "其中没有声音")
        temporary = path.with_name(f".{path.name}.mended")
        temporary.unlink(missing_ok=True)
        try:
            digest = _write(file, layout, temporary)
            if _payload(temporary) != (layout.frames, layout.rate, digest):  # pragma: no cover - a failing disk
                raise _unusable("read back otherwise than written", "回读与写入不符")
            kept = path.with_name(path.name + KEPT)
            if not kept.exists():
                os.link(path, kept)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    sync_folder(path.parent)
    return layout


def _write(source: BinaryIO, layout: Layout, target: Path) -> str:
    digest = hashlib.sha256()
    source.seek(layout.start)
    left = layout.length
    mode = os.fstat(source.fileno()).st_mode & 0o777
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(header(layout.rate, layout.length))
        while left and (block := source.read(min(_BLOCK, left))):
            file.write(block)
            digest.update(block)
            left -= len(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def header(rate: int, length: int, channels: int = 1) -> bytes:
    """A WAV header for 16-bit PCM.

    Args:
        rate: Hz.
        length: bytes of sound.
    """
    shape = _FORMAT.pack(_PCM, channels, rate, rate * 2 * channels, 2 * channels, 16)
    riff = b"RIFF" + struct.pack("<I", 36 + length) + b"WAVE"
    return riff + b"fmt " + struct.pack("<I", len(shape)) + shape + b"data" + struct.pack("<I", length)


def _payload(path: Path) -> tuple[int, int, str]:
    digest = hashlib.sha256()
    with wave.open(str(path), "rb") as sound:
        while block := sound.readframes(_BLOCK // 2):
            digest.update(block)
        return sound.getnframes(), sound.getframerate(), digest.hexdigest()


def _rate(shape: bytes) -> int:
    if len(shape) < _FORMAT.size:
        raise _unusable("no format", "没有格式信息")
    kind, channels, rate, _, _, bits = _FORMAT.unpack(shape[: _FORMAT.size])
    if kind != _PCM or channels != 1 or bits != 16 or rate not in RATES:
        raise _unusable(f"not mono 16-bit PCM: {channels} x {bits} bit at {rate} Hz", "不是单声道 16 位 PCM")
    return int(rate)


def _unusable(en: str, zh: str) -> SoundError:
    return SoundError(Text(en, zh), cure=Text("the file cannot be mended", "该文件无法修复"))
