"""Sound for made-up talks: tones in the rhythm of the words, so that one hears and sees who speaks when."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RATE = 8000  # Hz
_LEVEL = 5200.0  # of 32767
_NOISE = 9.0
_HARMONICS = ((1.0, 1.0), (2.0, 0.55), (3.0, 0.32), (5.0, 0.18), (8.0, 0.1))


@dataclass(frozen=True, slots=True)
class Voice:
    """One word; seconds from the first frame."""

    start: float
    end: float


def write_sound(path: Path, voices: Sequence[Voice], frames: int, *, pitch: float) -> tuple[int, str]:
    """Write a mono WAV of 16-bit samples.

    Args:
        frames: its length in samples.
        pitch: of the voice, Hz.

    Returns:
        Bytes of the file and its SHA-256.
    """
    samples = np.random.default_rng(frames).normal(0.0, _NOISE, frames)
    for nth, voice in enumerate(voices):
        begin, end = round(voice.start * RATE), min(frames, round(voice.end * RATE))
        if end - begin < 80:
            continue
        at = np.arange(end - begin) / RATE
        tone = pitch * (1.0 + 0.12 * ((nth * 7) % 5 - 2) / 2 - 0.05 * at / max(at[-1], 1e-3))
        shape = np.sin(np.pi * np.arange(end - begin) / (end - begin)) ** 0.6
        sound = sum(share * np.sin(2 * np.pi * tone * times * at) for times, share in _HARMONICS)
        samples[begin:end] += _LEVEL * shape * np.asarray(sound)
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(samples, -32767, 32767).astype("<i2").tobytes())
    path.chmod(0o600)
    content = path.read_bytes()
    return len(content), hashlib.sha256(content).hexdigest()


__all__ = ["RATE", "Voice", "write_sound"]
