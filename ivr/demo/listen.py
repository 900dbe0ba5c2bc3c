"""What a caller's phone has heard: known sounds found again by correlation."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import Sound, read_wav
from prompts.sounds import moh_folder, sound_path

LANGUAGE = "ko-KR"
MUSIC = "moh"

# A piece of the sound itself comes back at 0.99; of another in the same voice most stay below 0.6, some words alike.
HEARD = 0.8
# A phone's buffer may slip by some milliseconds within a long sound: pieces are looked for, and most must be there.
_PIECE = 0.5
_MOST = 0.6
# Music begins anywhere in its loop and is cut off anywhere: two seconds of it are enough.
_MUSIC_PIECES = 4
_QUIET = 100.0  # RMS of 32767


def missed(heard: Path, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are not in what was heard.

    Args:
        heard: WAV, 8 kHz mono.
        names: prompt ids, names Asterisk itself asks for, or ``moh``.
    """
    recording = read_wav(heard)
    return [name for name in names if not _is_in(name, recording)]


def _is_in(name: str, recording: Sound) -> bool:
    if name == MUSIC:
        pieces = [piece for path in sorted(moh_folder().glob("*.wav")) for piece in pieces_of(read_wav(path))]
        return _found(pieces, recording) >= _MUSIC_PIECES
    pieces = pieces_of(read_wav(sound_path(LANGUAGE, name)))
    return _found(pieces, recording) >= _MOST * len(pieces)


def _found(pieces: list[Sound], recording: Sound) -> int:
    return sum(find_sound(piece, recording).correlation >= HEARD for piece in pieces)


def pieces_of(sound: Sound, seconds: float = _PIECE) -> list[Sound]:
    """A sound in pieces of ``seconds``, silent ones left out; a short sound is one piece."""
    step = round(seconds * sound.rate)
    if len(sound.samples) < 2 * step:
        return [sound]
    cut = (sound.samples[start : start + step] for start in range(0, len(sound.samples) - step + 1, step))
    return [Sound(part, sound.rate) for part in cut if np.sqrt(np.mean(part.astype(np.float64) ** 2)) > _QUIET]
