"""Phrases as one sound of at most 5 s, which Asterisk plays to the agent before he and the caller are joined."""

from __future__ import annotations

import contextlib
import wave
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ivr.core.errors import SetupError
from ivr.queues.arrivals.wording import Phrase
from prompts.sounds import EXTENSIONS, sound_path

LONGEST = 5.0
"""Seconds; phrases that would last longer are left out whole."""
GAP = 0.03
"""Seconds of silence kept on either side of a sound."""
QUIET = 400
"""Amplitude of 32768 below which there is silence."""

Samples = npt.NDArray[np.int16]


def compose(
    language: str, phrases: Iterable[Phrase], rate: int, *, longest: float = LONGEST, root: Path | None = None
) -> Samples:
    """The phrases that fit, one after another; int16, shape (samples,).

    Args:
        rate: 8000 or 16000 Hz.
        longest: seconds.
        root: folder of the sounds; that of the pack when not given.

    Raises:
        SetupError: if a sound is missing.
        UsageError: if the language is not one of ours.
    """
    extension = next(name for name, hertz in EXTENSIONS.items() if hertz == rate)
    said: list[Samples] = []
    left = int(longest * rate)
    for phrase in phrases:
        pieces = [_words(sound_path(language, sound, extension=extension, root=root)) for sound in phrase]
        size = sum(len(piece) for piece in pieces)
        if size <= left:
            said += pieces
            left -= size
    return np.concatenate(said) if said else np.zeros(0, np.int16)


def write(base: Path, language: str, phrases: Iterable[Phrase], *, root: Path | None = None) -> bool:
    """Write ``base`` at both rates, each in one step; with nothing to say, take away what is there.

    Returns:
        Whether there is something to hear.

    Raises:
        SetupError: if a sound is missing.
        OSError: if it cannot be written.
    """
    phrases = list(phrases)
    for extension, rate in EXTENSIONS.items():
        samples = compose(language, phrases, rate, root=root)
        path = base.with_name(f"{base.name}{extension}")  # a uniqueid has a dot of its own
        if not len(samples):
            path.unlink(missing_ok=True)
            continue
        part = base.with_name(f"{base.name}{extension}.part")
        with wave.open(str(part), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", ""))
            file.writeframes(samples.astype("<i2").tobytes())
        part.replace(path)
    return bool(len(samples))


def remove(base: Path) -> None:
    """Take a whisper away; none is no error."""
    for extension in EXTENSIONS:
        with contextlib.suppress(OSError):
            base.with_name(f"{base.name}{extension}").unlink(missing_ok=True)


def _words(path: Path) -> Samples:
    """A sound without the silence around it."""
    try:
        return _cut(path, path.stat().st_mtime_ns)
    except (OSError, EOFError, wave.Error) as error:
        raise SetupError(f"sound {path.name} cannot be read: {error}", cure="render it: ivr prompts build") from error


@lru_cache(maxsize=512)
def _cut(path: Path, _changed: int) -> Samples:
    with wave.open(str(path), "rb") as file:
        rate, data = file.getframerate(), file.readframes(file.getnframes())
    samples = np.frombuffer(data, "<i2").astype(np.int16)
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > QUIET)
    if not len(loud):
        return samples
    gap = int(GAP * rate)
    return samples[max(0, int(loud[0]) - gap) : int(loud[-1]) + gap]


__all__ = ["GAP", "LONGEST", "compose", "remove", "write"]
