"""What the demo's agents and callers say: Korean lines the recogniser really understands, as sound files.

``index.json`` names each line's words, its speaker, its length, and what the recogniser heard when it was made;
``recipes.json`` says how each was rendered (``python -m ivr.demo.speech.build`` makes them anew).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import SetupError

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the demo.

    Args:
        id: ``<speaker>-<what>``, also the name of its sound file.
        text: the words, in Korean.
        speaker: ``agent-1``, ``agent-2``, ``caller-1`` ...
        seconds: length of the sound.
        heard: what the recogniser made of it over a telephone line.
        similarity: per cent of the words' jamo it got right.
    """

    id: str
    text: str
    speaker: str
    seconds: float
    heard: str = ""
    similarity: float = 0.0

    @property
    def path(self) -> Path:
        """Its sound: mono PCM16 WAV at 8 kHz."""
        return FOLDER / f"{self.id}.wav"


def load_lines(index: Path | None = None) -> dict[str, Line]:
    """All lines by id.

    Raises:
        SetupError: if the index is missing or broken.
    """
    path = index or FOLDER / "index.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {name: Line(id=name, **entry) for name, entry in data.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise SetupError(f"the demo's lines cannot be read: {error}", cure="install the wheel again") from error


__all__ = ["FOLDER", "Line", "load_lines"]
