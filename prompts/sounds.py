"""Where the sound files are, what Asterisk calls them, and how long they last.

``prompts/sounds/<zh|en|ko>/ivr/<id>.wav`` holds our prompts, ``prompts/sounds/<zh|en|ko>/`` the names Asterisk itself
asks for. Each is there twice: ``.wav`` at 8 kHz and ``.wav16`` at 16 kHz (Asterisk's name for the same format).
"""

from __future__ import annotations

import wave
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ivr.core.errors import SetupError, UsageError
from prompts import catalogue

EXTENSIONS = {".wav": 8000, ".wav16": 16000}
SLOW = "ivr-slow/"
"""Before the id of one of our prompts: the same, said slowly."""
_CODES = {"zh-CN": "zh", "en-US": "en", "ko-KR": "ko"}
_ROOT = Path(__file__).resolve().parent / "sounds"


def folder() -> Path:
    """The folder that holds a folder a language, and ``moh``."""
    return _ROOT


def moh_folder() -> Path:
    """The folder of the music on hold."""
    return _ROOT / "moh"


def asterisk_code(language: str) -> str:
    """Asterisk's name of a language: ``zh-CN`` is ``zh``.

    Raises:
        UsageError: if the language is not one of ours.
    """
    try:
        return _CODES[language]
    except KeyError:
        raise UsageError(f"no prompts in language {language!r:.40}", cure=f"one of {', '.join(_CODES)}") from None


def sound_name(prompt_id: str) -> str:
    """What Asterisk is told to play for one of our prompts: ``ivr/<id>``."""
    return f"ivr/{prompt_id}"


def sound_path(language: str, name: str, *, extension: str = ".wav", root: Path | None = None) -> Path:
    """The file of a sound.

    Args:
        language: ``zh-CN``, ``en-US`` or ``ko-KR``.
        name: one of our prompt ids, also as ``ivr/<id>`` or ``ivr-slow/<id>``; or a name Asterisk asks for, as the
            catalogue has it.
        extension: ``.wav`` (8 kHz) or ``.wav16`` (16 kHz).
        root: folder that holds a folder a language; the committed one by default.

    Raises:
        UsageError: if the language is not one of ours, or the name leaves the folder.
    """
    base = (root or _ROOT) / asterisk_code(language)
    known = catalogue.load(language)
    named = name.startswith(("ivr/", SLOW)) or (name in known and known[name].asterisk)
    relative = name if named else sound_name(name)
    if ".." in relative.split("/") or relative.startswith("/") or "\0" in relative:
        raise UsageError(f"not the name of a sound: {name!r:.80}", cure="use an id of the prompt catalogue")
    return base / f"{relative}{extension}"


@lru_cache(maxsize=2048)
def _seconds(path: Path, _changed: int) -> float:
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() / sound.getframerate()


def duration(language: str, prompt_id: str, *, root: Path | None = None) -> float:
    """How long a prompt lasts, in seconds, read from the header of its sound file.

    Args:
        root: folder that holds a folder a language; the committed one by default.

    Raises:
        SetupError: if there is no such sound file, or it cannot be read.
    """
    path = sound_path(language, prompt_id, root=root)
    try:
        return _seconds(path, path.stat().st_mtime_ns)
    except (OSError, EOFError, wave.Error) as error:
        raise SetupError(
            f"sound {path.name} of language {language} cannot be read: {error}",
            cure="render it: ivr prompts build",
        ) from error


def missing(language: str, prompt_ids: Iterable[str], *, root: Path | None = None) -> list[str]:
    """Those of ``prompt_ids`` that lack a sound file at either rate, in the order given."""
    return [
        prompt_id
        for prompt_id in prompt_ids
        if not all(
            sound_path(language, prompt_id, extension=extension, root=root).is_file() for extension in EXTENSIONS
        )
    ]


__all__ = [
    "EXTENSIONS",
    "SLOW",
    "asterisk_code",
    "duration",
    "folder",
    "missing",
    "moh_folder",
    "sound_name",
    "sound_path",
]
