"""The waveform of a call as a player draws it: two channels, any stretch of it, in as many points as are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recording.keeping.stereo import StereoSound
from recording.keeping.tracks import Track
from recording.vault import Vault

BASE = 50  # points of a second that are kept
MOST_POINTS = 4000
_BLOCK_S = 10
KEPT = 32 << 20  # bytes of all waveforms in memory: some 40 hours of calls

Peaks = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Waveform:
    """A stretch of a waveform.

    Args:
        start, end: seconds from the start of the call.
        points: int8, shape (2, n, 2): callers and agents; lowest and highest sample of each equal stretch in
            -127..127, both 0 where there is no sound.
    """

    start: float
    end: float
    points: Peaks


class PeaksBook:
    """Reads waveforms, and keeps coarse ones in memory; thread-safe. What is sealed leaves nothing on a disk.

    Args:
        folder: of the recordings.
        vault: opens what is sealed.
        kept: bytes that are kept at most.
    """

    def __init__(self, folder: Path, vault: Vault, *, kept: int = KEPT) -> None:
        self._folder, self._vault, self._most = folder, vault, kept
        self._known: OrderedDict[str, Peaks] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tracks: Sequence[Track], start: float, end: float, points: int) -> Waveform:
        """The waveform from ``start`` to ``end`` (seconds) in ``points``; blocking, for a thread.

        Raises:
            SoundError, VaultError, OSError: if a file cannot be read.
        """
        sound = StereoSound(tracks, self._folder, self._vault)
        points = max(1, min(points, MOST_POINTS))
        start = min(max(0.0, start), sound.seconds)
        end = min(max(start, end), sound.seconds)
        if end <= start:
            return Waveform(start, end, np.zeros((2, 0, 2), np.int8))
        if (end - start) * BASE >= points:
            base = self._base(sound)
            first, last = int(start * BASE), max(int(start * BASE) + 1, round(end * BASE))
            return Waveform(start, end, _fewer(base[:, first:last], points))
        with sound:  # closer than what is kept: from the samples of that stretch
            first, last = int(start * sound.rate), max(int(start * sound.rate) + 1, round(end * sound.rate))
            return Waveform(start, end, _reduced(sound.samples(first, last - first), points))

    def _base(self, sound: StereoSound) -> Peaks:
        with self._lock:
            known = self._known.get(sound.etag)
            if known is not None:
                self._known.move_to_end(sound.etag)
                return known
        with sound:
            size = _BLOCK_S * sound.rate
            pieces = []
            for first in range(0, sound.frames, size):
                block = sound.samples(first, size)
                pieces.append(_reduced(block, max(1, round(len(block) / sound.rate * BASE))))
        base = np.concatenate(pieces, axis=1)
        with self._lock:
            self._known[sound.etag] = base
            while len(self._known) > 1 and sum(one.nbytes for one in self._known.values()) > self._most:
                self._known.popitem(last=False)
        return base


def _reduced(samples: NDArray[np.int16], points: int) -> Peaks:
    """Lowest and highest of each stretch.

    Args:
        samples: shape (n, 2), n at least 1.

    Returns:
        shape (2, at most ``points``, 2).
    """
    points = min(points, len(samples))
    edges = np.linspace(0, len(samples), points, endpoint=False).astype(int)
    low = np.minimum.reduceat(samples, edges, axis=0)
    high = np.maximum.reduceat(samples, edges, axis=0)
    both = np.stack([low, high], axis=2).transpose(1, 0, 2).astype(np.float32)
    scaled: Peaks = np.clip(np.rint(both * (127 / 32768)), -127, 127).astype(np.int8)
    return scaled


def _fewer(base: Peaks, points: int) -> Peaks:
    points = min(points, base.shape[1])
    edges = np.linspace(0, base.shape[1], points, endpoint=False).astype(int)
    low = np.minimum.reduceat(base[:, :, 0], edges, axis=1)
    high = np.maximum.reduceat(base[:, :, 1], edges, axis=1)
    return np.stack([low, high], axis=2)


__all__ = ["BASE", "MOST_POINTS", "PeaksBook", "Waveform"]
