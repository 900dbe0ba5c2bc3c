"""Transcripts kept in a folder: judging the same clips with other thresholds decodes nothing again."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

from recording.audio.wav import Sound
from recording.transcription.grammar import Grammar
from recording.transcription.transcript import PIPELINE, PartyTranscript
from recording.workbench.evaluate import SoundTranscriber


class KeptTranscripts:
    """Asks a transcriber only for what the folder does not hold.

    Args:
        folder: where transcripts are kept; it exists.
        transcriber: asked for the others.
        model: its model's name.
    """

    def __init__(self, folder: Path, transcriber: SoundTranscriber, model: str) -> None:
        self._folder = folder
        self._transcriber = transcriber
        self._model = model

    def transcribe_sound(self, sound: Sound, name: str, grammar: Grammar | None = None) -> PartyTranscript:
        """As ``Transcriber.transcribe_sound``; a kept file that cannot be read is made again."""
        path = self._folder / f"{kept_key(sound, grammar, self._model)}.json"
        try:
            return PartyTranscript.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            pass
        found = self._transcriber.transcribe_sound(sound, name, grammar)
        new = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
        new.write_text(json.dumps(found.to_dict(), ensure_ascii=False), encoding="utf-8")
        new.replace(path)
        return found


def kept_key(sound: Sound, grammar: Grammar | None, model: str) -> str:
    """What a transcript depends on, as a file's name: the sound, the grammar, the model, our own processing."""
    what = [model, PIPELINE, sound.rate, None if grammar is None else grammar.to_dict()]
    digest = hashlib.sha256(json.dumps(what, ensure_ascii=False).encode())
    digest.update(sound.samples.astype("<i2", copy=False).tobytes())
    return digest.hexdigest()[:40]
