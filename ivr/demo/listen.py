"""What a caller's phone has heard: known sounds found again by correlation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import Sound, read_wav
from prompts.sounds import moh_folder, sound_path

LANGUAGE = "ko-KR"
MUSIC = "moh"

# The sound itself comes back at 0.99; another in the same voice that begins with the same words at most at 0.4.
HEARD = 0.8
# Music begins anywhere in its loop, and is cut off anywhere: this much of it must be found, in seconds.
_PIECE = 1.5


def missed(heard: Path, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are not in what was heard.

    Args:
        heard: WAV, 8 kHz mono.
        names: prompt ids, names Asterisk itself asks for, or ``moh``.
    """
    recording = read_wav(heard)
    return [name for name in names if not any(_is_in(piece, recording) for piece in _pieces(name))]


def _is_in(piece: Sound, recording: Sound) -> bool:
    return find_sound(piece, recording).correlation >= HEARD


def _pieces(name: str) -> Iterator[Sound]:
    if name != MUSIC:
        yield read_wav(sound_path(LANGUAGE, name))
        return
    for path in sorted(moh_folder().glob("*.wav")):
        music = read_wav(path)
        step = round(_PIECE * music.rate)
        for start in range(0, len(music.samples) - step, step):
            yield Sound(music.samples[start : start + step], music.rate)
