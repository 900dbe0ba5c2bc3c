"""Which clips thresholds are chosen on, and which they are reported on: all clips of a source on one side."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Literal

from recording.workbench.clips import Clip

SHARE = 0.5  # of the sources, for choosing
Side = Literal["tune", "test"]


def side_of(source: str, seed: int) -> Side:
    """The side of a source, the same wherever and in whatever company it is asked for."""
    drawn = int.from_bytes(sha256(f"{seed}:{source}".encode()).digest()[:8], "big") / 2**64
    return "tune" if drawn < SHARE else "test"


def split(clips: Sequence[Clip], seed: int) -> tuple[list[int], list[int]]:
    """Indexes of the clips to choose on, and of those to report on."""
    sides = [side_of(clip.source, seed) for clip in clips]
    return [at for at, side in enumerate(sides) if side == "tune"], [
        at for at, side in enumerate(sides) if side == "test"
    ]
