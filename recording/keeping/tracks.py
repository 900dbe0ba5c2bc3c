"""The parties of one call on one clock, and their sound side by side: callers left, agents right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.models import Call, Recording
from ivr.storage.models.recordings import MESSAGES
from recording.audio.wav import Samples
from recording.errors import SoundError
from recording.keeping.headers import Layout, header, read_layout
from recording.keeping.redaction import cover
from recording.vault import Vault, locate

LEFT = frozenset({"caller"}) | MESSAGES
BLOCK_S = 10.0
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Track:
    """One party's file on the clock of its call.

    Args:
        row: of the ledger.
        offset: seconds from the start of the call to the first frame.
        secrets: spans to be silent, seconds from the file's first frame.
    """

    row: Recording
    offset: float
    secrets: tuple[Span, ...] = ()

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return (self.row.frames or 0) / (self.row.rate or 8000)

    @property
    def name(self) -> str:
        """A name made of our own words and ids only."""
        return f"{self.row.role}-{self.row.id}"


def tracks_of(call: Call, secrets: Mapping[int, Sequence[Span]] | None = None) -> list[Track]:
    """The closed files of a call, in the order in which they began.

    Args:
        secrets: spans to be silent by recording id, seconds from the file's first frame.
    """
    found = []
    for row in call.recordings:
        if row.state == "closed" and row.frames and row.rate:
            begun = begin_of(row) or call.started_at
            # A file that seems to begin before its call is as early as can be.
            offset = max(0.0, (begun - call.started_at).total_seconds())
            found.append(Track(row, offset, tuple((secrets or {}).get(row.id, ()))))
    return sorted(found, key=lambda track: (track.offset, track.row.id))


def begin_of(row: Recording) -> datetime | None:
    """When a file's first frame was; counted back from its end where the journal does not know."""
    if row.started_at is not None or row.closed_at is None or not row.frames or not row.rate:
        return row.started_at
    return row.closed_at - timedelta(seconds=row.frames / row.rate)


def write_stereo(
    tracks: Sequence[Track],
    folder: Path,
    vault: Vault,
    out: BinaryIO,
    *,
    start: float = 0.0,
    end: float | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> float:
    """Write a stereo WAV of a stretch of a call, a block at a time; returns its seconds.

    Args:
        start, end: seconds from the start of the call; to the last sound when ``end`` is None.
        progress: told the share that is written.

    Raises:
        UsageError: if there is nothing to be heard there.
        SoundError, VaultError, OSError: if a file cannot be read.
    """
    last = max((track.offset + track.seconds for track in tracks), default=0.0)
    end = last if end is None else min(end, last)
    if not tracks or not 0 <= start < end:
        raise UsageError(
            Text("no sound there", "该时段没有录音"),
            cure=Text(f"the sound goes from 0 to {last:.1f} s", f"录音范围为 0 至 {last:.1f} 秒"),
        )
    rate = max(track.row.rate or 8000 for track in tracks)
    total = round((end - start) * rate)
    out.write(header(rate, total * 4, channels=2))
    with ExitStack() as stack:
        readers = [stack.enter_context(Reader(track, folder, vault)) for track in tracks]
        size = round(BLOCK_S * rate)
        for first in range(0, total, size):
            count = min(size, total - first)
            block = np.zeros((count, 2), np.int32)
            for reader in readers:
                channel = 0 if reader.track.row.role in LEFT else 1
                block[:, channel] += reader.read(start + first / rate, count, rate)
            out.write(np.clip(block, -32768, 32767).astype("<i2").tobytes())
            progress((first + count) / total)
    return total / rate


class Reader:
    """Reads a track by the clock of its call, silent where it has no sound or a secret."""

    def __init__(self, track: Track, folder: Path, vault: Vault) -> None:
        self.track = track
        self._file: BinaryIO = vault.open_file(locate(folder, track.row.file))
        try:
            self._layout: Layout = read_layout(self._file)
        except SoundError as error:
            self._file.close()
            raise SoundError(
                Text(f"{track.row.file}: {error.message}", f"{track.row.file}：{error.message}"), cure=error.cure
            ) from error
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, at: float, count: int, rate: int) -> NDArray[np.int32]:
        """``count`` samples at ``rate`` Hz from second ``at`` of the call; int32, shape (count,)."""
        own = self._layout.rate
        first = round((at - self.track.offset) * own)
        wanted = count if own == rate else -(-count * own // rate) + 1
        out = np.zeros(wanted, np.int32)
        begin, stop = max(0, first), min(self._layout.frames, first + wanted)
        if stop > begin:
            out[begin - first : stop - first] = self.samples(begin, stop - begin)
        if own == rate:
            return out
        places = np.arange(count) * (own / rate)
        changed: NDArray[np.int32] = np.rint(np.interp(places, np.arange(wanted), out)).astype(np.int32)
        return changed

    def samples(self, first: int, count: int) -> Samples:
        """``count`` samples of the file from sample ``first`` on, at its own rate; int16, fewer at its end."""
        self._file.seek(self._layout.start + 2 * first)
        raw = self._file.read(2 * min(count, max(0, self._layout.frames - first)))
        plain: Samples = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2").astype(np.int16)
        return cover(plain, self._layout.rate, first / self._layout.rate, self.track.secrets)

    def write_to(self, out: BinaryIO) -> None:
        """Write the whole file, secrets silent, behind a header of its own."""
        out.write(header(self._layout.rate, self._layout.frames * 2))
        size = round(BLOCK_S * self._layout.rate)
        for first in range(0, self._layout.frames, size):
            out.write(self.samples(first, size).astype("<i2").tobytes())
