"""From the synthesiser's sound to a telephone prompt: trimmed, at one loudness, at two rates."""

from __future__ import annotations

import math
import wave
from pathlib import Path

import numpy as np
import soxr

from prompts.measure import Floats, speech_loudness, speech_span

LOUDNESS = -20.0  # dBFS, RMS over speech
PEAK = -3.0  # dBFS
LEAD, TAIL = 0.08, 0.12  # seconds of quiet kept at both ends
_SILENT = 1e-9


def trim(sound: Floats, rate: int, *, lead: float = LEAD, tail: float = TAIL) -> Floats:
    """Cut or add quiet so that ``lead`` and ``tail`` seconds remain around the speech."""
    span = speech_span(sound, rate)
    if span is None:
        return sound
    start, stop = span
    before, after = round(lead * rate), round(tail * rate)
    cut = sound[max(0, start - before) : stop + after].copy()
    ramp = min(len(cut), round(0.005 * rate))
    cut[:ramp] *= np.linspace(0, 1, ramp, dtype=np.float32)
    cut[-ramp:] *= np.linspace(1, 0, ramp, dtype=np.float32)
    missing_before = max(0, before - start)
    missing_after = max(0, after - (len(sound) - stop))
    return np.pad(cut, (missing_before, missing_after)).astype(np.float32)


def limit(sound: Floats, rate: int, *, peak: float = PEAK) -> Floats:
    """Turn the sound down around peaks above ``peak`` dBFS, over 10 ms, and leave the rest as it is."""
    ceiling = 10 ** (peak / 20)
    if float(np.abs(sound).max(initial=0.0)) <= ceiling:
        return sound
    gain = np.minimum(1.0, ceiling / np.maximum(np.abs(sound.astype(np.float64)), _SILENT))
    half = max(1, round(0.005 * rate))
    padded = np.pad(gain, half, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1).min(axis=1)
    window = np.hanning(2 * half + 1)
    smooth = np.convolve(np.pad(lowest, half, mode="edge"), window / window.sum(), mode="valid")
    limited = sound * np.minimum(smooth, gain)
    return np.asarray(np.clip(limited, -ceiling, ceiling), dtype=np.float32)


def level(sound: Floats, rate: int, *, loudness: float = LOUDNESS, peak: float = PEAK) -> Floats:
    """Bring speech to ``loudness`` dBFS with no sample above ``peak`` dBFS."""
    now = speech_loudness(sound, rate)
    if not math.isfinite(now):
        return sound
    return limit(np.asarray(sound * 10 ** ((loudness - now) / 20), dtype=np.float32), rate, peak=peak)


def resample(sound: Floats, source: int, target: int) -> Floats:
    """The same sound at another rate, in Hz."""
    return np.asarray(soxr.resample(sound, source, target), dtype=np.float32)


def finish(sound: Floats, source: int, target: int, *, lead: float = LEAD, tail: float = TAIL) -> Floats:
    """A telephone prompt at ``target`` Hz: resampled, trimmed, levelled."""
    return level(trim(resample(sound, source, target), target, lead=lead, tail=tail), target)


def write_wav(path: Path, sound: Floats, rate: int) -> None:
    """Write PCM16 mono, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    pcm = np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2")
    with wave.open(str(partial), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(pcm.tobytes())
    partial.replace(path)


__all__ = ["LEAD", "LOUDNESS", "PEAK", "TAIL", "finish", "level", "limit", "resample", "trim", "write_wav"]
