"""The list of rendered sounds: from which words each was made, so that a stale one is noticed.

``prompts/sounds/manifest.json``: ``<zh|en|ko>/<sound>`` to an ``Entry``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.core.errors import SetupError
from prompts import sounds
from prompts.catalogue import Prompt


@dataclass(frozen=True, slots=True)
class Entry:
    """One rendered sound.

    Args:
        id: prompt id, or the name Asterisk asks for.
        language: language of the caller.
        text_sha: ``text_sha`` of the prompt it was made from.
        voice: the voice that says it, ``tone`` for a tone, ``studio`` for a recording.
        seconds: length of the 8 kHz file.
        rms: loudness of its speech, dBFS.
        peak: highest sample, dBFS.
    """

    id: str
    language: str
    text_sha: str
    voice: str
    seconds: float
    rms: float
    peak: float


Manifest = dict[str, Entry]


def text_sha(prompt: Prompt) -> str:
    """What a sound must have been made from: sha256 over everything that changes what is heard."""
    heard = [prompt.says_in, prompt.words, prompt.phonemes, [list(piece) for piece in prompt.tone]]
    return hashlib.sha256(json.dumps(heard, ensure_ascii=False).encode()).hexdigest()


def key(prompt: Prompt) -> str:
    """A prompt's name in the manifest: ``zh/ivr/goodbye``, ``zh/digits/7``."""
    return f"{sounds.asterisk_code(prompt.language)}/{prompt.id if prompt.asterisk else sounds.sound_name(prompt.id)}"


def manifest_path(root: Path | None = None) -> Path:
    """The manifest of a sound folder, the committed one by default."""
    return (root or sounds.folder()) / "manifest.json"


def read_manifest(path: Path) -> Manifest:
    """The manifest; empty when there is none.

    Raises:
        SetupError: if the file is there but is no manifest.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {name: Entry(**entry) for name, entry in data.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SetupError(
            f"{path.name} cannot be read: {error}", cure="remove it and render again: python -m prompts.builder"
        ) from error


def write_manifest(path: Path, manifest: Mapping[str, Entry]) -> None:
    """Write the manifest, whole or not at all, sorted by name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    data = {name: asdict(entry) for name, entry in sorted(manifest.items())}
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


__all__ = ["Entry", "Manifest", "key", "manifest_path", "read_manifest", "text_sha", "write_manifest"]
