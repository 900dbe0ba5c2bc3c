"""A call as one stereo WAV that can be read from anywhere: callers left, agents right, on the clock of the call.

Nothing of it is ever written to a disk: a stretch is put together when it is asked for, and of sealed files only the
chunks that hold it are opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recording.audio.wav import Samples
from recording.keeping.headers import header
from recording.keeping.tracks import LEFT, Reader, Track
from recording.vault import Vault

HEADER = 44  # bytes
FRAME = 4  # bytes: 16 bits, two channels


class StereoSound:
    """The sound of a call; ``with StereoSound(...) as sound``. Blocking, for a thread; not for two at once.

    Args:
        tracks: its closed files, with the spans that are to be silent.
        folder: of the recordings.
        vault: opens what is sealed.

    Attributes:
        rate: Hz, that of the best file.
        frames: samples of each channel.
        size: bytes of the WAV.
        etag: changes when what is heard does.
    """

    def __init__(self, tracks: Sequence[Track], folder: Path, vault: Vault) -> None:
        self.tracks = tuple(tracks)
        self._folder, self._vault = folder, vault
        self.rate = max((track.row.rate or 8000 for track in tracks), default=8000)
        self.frames = max((round((track.offset + track.seconds) * self.rate) for track in tracks), default=0)
        self.size = HEADER + self.frames * FRAME
        self._stack = ExitStack()
        self._readers: list[Reader] = []
        self._block: tuple[int, Samples] | None = None

    @property
    def seconds(self) -> float:
        """From the start of the call to the last sound."""
        return self.frames / self.rate

    @property
    def etag(self) -> str:
        """16 hexadecimal digits."""
        told = [(track.row.id, track.row.sha256, track.offset, track.secrets) for track in self.tracks]
        return hashlib.sha256(repr((self.rate, told)).encode()).hexdigest()[:16]

    def __enter__(self) -> StereoSound:
        """Open the files.

        Raises:
            SoundError, VaultError, OSError: if one cannot be read.
        """
        with ExitStack() as stack:
            self._readers = [stack.enter_context(Reader(track, self._folder, self._vault)) for track in self.tracks]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._readers, self._block = [], None

    def read(self, first: int, count: int) -> bytes:
        """Bytes of the WAV from byte ``first`` on; fewer at its end.

        Raises:
            SoundError, VaultError, OSError: if a file cannot be read.
        """
        last = min(first + count, self.size)
        pieces = []
        if first < HEADER:
            pieces.append(header(self.rate, self.frames * FRAME, channels=2)[first:last])
            first = HEADER
        if first < last:
            begin, stop = (first - HEADER) // FRAME, -(-(last - HEADER) // FRAME)
            data = self.samples(begin, stop - begin).astype("<i2").tobytes()
            skip = first - HEADER - begin * FRAME
            pieces.append(data[skip : skip + last - first])
        return b"".join(pieces)

    def samples(self, first: int, count: int) -> Samples:
        """Frames from ``first`` on; int16, shape (n, 2), fewer at the end.

        Raises:
            SoundError, VaultError, OSError: if a file cannot be read.
        """
        last = min(first + count, self.frames)
        pieces = [block[max(0, first - at) : last - at] for at, block in self._blocks(first, last)]
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.int16)

    def _blocks(self, first: int, last: int) -> Iterator[tuple[int, Samples]]:
        """Whole seconds: a frame is the same whatever stretch it is asked for in."""
        at = first // self.rate * self.rate
        while at < last:
            if self._block is None or self._block[0] != at:
                self._block = (at, self._mixed(at, min(self.rate, self.frames - at)))
            yield self._block
            at += self.rate

    def _mixed(self, first: int, count: int) -> Samples:
        both: NDArray[np.int32] = np.zeros((count, 2), np.int32)
        start = first / self.rate
        for reader in self._readers:
            track = reader.track
            if track.offset < start + count / self.rate and track.offset + track.seconds > start:
                both[:, channel(track.row.role)] += reader.read(start, count, self.rate)
        mixed: Samples = np.clip(both, -32768, 32767).astype(np.int16)
        return mixed


def channel(role: str) -> int:
    """0: callers and their messages; 1: agents and who listens to them."""
    return 0 if role in LEFT else 1


__all__ = ["FRAME", "HEADER", "StereoSound", "channel"]
