"""Who is heard where: finding a known sound in a recording."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ivr.core.errors import TelephonyError
from ivr.softphones.sounds import Sound, read_wav

__all__ = ["Match", "find_all", "find_sound"]

#: Samples quieter than this (RMS, of 32767) count as silence, so that silence correlates with nothing.
_FLOOR = 10.0


class Match(NamedTuple):
    """Where a sound begins in a recording (seconds), and how alike the two are there (0 to 1)."""

    offset: float
    correlation: float


def find_sound(reference: Path | Sound, recording: Path | Sound) -> Match:
    """The place in ``recording`` that is most like ``reference``.

    Normalised cross-correlation over an FFT (J. P. Lewis, "Fast Normalized Cross-Correlation", 1995): about 1 for
    the same sound at any loudness, below 0.1 for unrelated ones. The sound must lie in the recording as a whole.

    Raises:
        TelephonyError: if a file cannot be read, the rates differ, or the reference is empty or silent.
    """
    scores, rate = _scores(reference, recording)
    if not len(scores):
        return Match(0.0, 0.0)
    best = int(np.argmax(scores))
    return Match(best / rate, float(max(0.0, scores[best])))


def find_all(reference: Path | Sound, recording: Path | Sound, *, least: float = 0.5, limit: int = 50) -> list[Match]:
    """Every place where ``reference`` is heard, in order of time, at most ``limit``; ``least`` is a correlation.

    Raises:
        TelephonyError: as :func:`find_sound`.
    """
    scores, rate = _scores(reference, recording)
    apart = max(1, _load(reference).samples.size // 2)
    found: list[Match] = []
    while len(scores) and len(found) < limit:
        best = int(np.argmax(scores))
        if scores[best] < least:
            break
        found.append(Match(best / rate, float(scores[best])))
        scores[max(0, best - apart) : best + apart] = -1.0
    return sorted(found)


def _load(source: Path | Sound) -> Sound:
    return source if isinstance(source, Sound) else read_wav(source)


def _scores(reference: Path | Sound, recording: Path | Sound) -> tuple[npt.NDArray[np.float64], int]:
    """The correlation at each offset, shape (recording - reference + 1,), and the rate in Hz."""
    wanted, heard = _load(reference), _load(recording)
    if wanted.rate != heard.rate:
        raise TelephonyError(f"cannot compare {wanted.rate} Hz with {heard.rate} Hz", cure="resample one of them")
    needle, hay = wanted.samples.astype(np.float64), heard.samples.astype(np.float64)
    energy = float(needle @ needle)
    if energy <= _FLOOR**2 * len(needle):
        raise TelephonyError("the sound to look for is empty or silent")
    if len(hay) < len(needle):
        return np.zeros(0), wanted.rate
    size = 1 << int(np.ceil(np.log2(len(hay) + len(needle))))
    product = np.fft.irfft(np.fft.rfft(hay, size) * np.conj(np.fft.rfft(needle, size)), size)
    sums = np.concatenate([[0.0], np.cumsum(hay * hay)])
    local = np.maximum(sums[len(needle) :] - sums[: -len(needle)], _FLOOR**2 * len(needle))
    return product[: len(local)] / np.sqrt(local * energy), wanted.rate
