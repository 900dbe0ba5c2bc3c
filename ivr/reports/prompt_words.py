"""Whether prompts say their text: each is transcribed, in a worker process, and compared as sounds, not as letters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from rapidfuzz.distance import Levenshtein

from ivr.core.errors import IvrError, SetupError
from ivr.core.language import Text
from ivr.core.settings import Settings
from prompts.catalogue import Prompt
from prompts.layers import Source, relative_name
from prompts.sounds import asterisk_code
from prompts.studio import read_sound, telephone_sound
from recording.audio.wav import Sound
from recording.matching import english, korean, mandarin
from recording.models import find_model
from recording.transcription.transcriber import Transcriber

RATE = 16_000
# Per cent. Of 29 Korean prompts of the pack, transcribed with vosk-model-small-ko, the least alike had 71; of every
# 100 pairs of a prompt with another's text 99 had less than 55, the median 15.
SAYS = 65.0
SAYS_NOT = 45.0
SHORTEST = {"zh-CN": 8, "en-US": 8, "ko-KR": 12}  # sounds; fewer are understood by chance
LIMIT = 120.0  # seconds for one prompt

Verdict = Literal["says", "says-not", "cannot-tell"]

_KEYS = {"zh-CN": mandarin.keys, "en-US": english.keys, "ko-KR": korean.keys}


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one prompt.

    Args:
        prompt: the prompt.
        verdict: whether it says its text, as far as can be told.
        alike: per cent of its sounds that were found; None where nobody listened.
        words: what was heard.
        why: where it cannot be told.
    """

    prompt: Prompt
    verdict: Verdict
    alike: float | None = None
    words: str = ""
    why: Text | None = None

    @property
    def where(self) -> str:
        """The prompt's name: ``zh/ivr/goodbye``."""
        return f"{asterisk_code(self.prompt.language)}/{relative_name(self.prompt)}"


def likeness(language: str, text: str, heard: str) -> float:
    """Per cent of the sounds of two texts that are the same: syllables of Mandarin, jamo of Korean, keys of English.

    That is 100 less the error rate (Levenshtein distance over the longer length) at the level of recording.matching.
    """
    wanted, found = ([key for key, _ in _KEYS[language](one.split())] for one in (text, heard))
    return 100 * float(Levenshtein.normalized_similarity(wanted, found)) if wanted else 0.0


def judge(prompt: Prompt, words: str) -> Heard:
    """Whether ``words`` are what ``prompt`` says."""
    language = prompt.says_in
    if len(_KEYS[language](prompt.text.split())) < SHORTEST[language]:
        return Heard(prompt, "cannot-tell", words=words, why=Text("it is too short to be told", "太短，无法判断"))
    alike = round(max(likeness(language, text, words) for text in (prompt.text, prompt.words)), 1)
    if alike >= SAYS:
        return Heard(prompt, "says", alike, words)
    if alike < SAYS_NOT:
        return Heard(prompt, "says-not", alike, words)
    return Heard(prompt, "cannot-tell", alike, words, Text("it was not understood well", "识别效果不佳"))


def listen(
    prompts: Iterable[tuple[Prompt, Source]],
    settings: Settings,
    *,
    tell: Callable[[Prompt, int, int], None] | None = None,
    transcriber: Callable[[Path], AbstractContextManager[Transcriber]] = Transcriber,
) -> list[Heard]:
    """Listen to prompts, language by language; without a model of its language nobody can tell.

    Args:
        prompts: each with the files that say it; tones are left out.
        settings: where models are.
        tell: hears of each prompt, how many are done and how many there are.
        transcriber: opens a model's folder.
    """
    spoken = [(prompt, source) for prompt, source in prompts if not prompt.tone]
    found: list[Heard] = []
    for language in sorted({prompt.says_in for prompt, _ in spoken}):
        mine = [(prompt, source) for prompt, source in spoken if prompt.says_in == language]
        try:
            folder = find_model(settings, language).folder
        except SetupError:
            why = Text(f"no Vosk model for {language}: ivr model list", f"没有 {language} 的 Vosk 模型：ivr model list")
            found += [Heard(prompt, "cannot-tell", why=why) for prompt, _ in mine]
            continue
        with transcriber(folder) as model:
            for prompt, source in mine:
                if tell is not None:
                    tell(prompt, len(found), len(spoken))
                found.append(_one(prompt, source, model))
    return found


def _one(prompt: Prompt, source: Source, model: Transcriber) -> Heard:
    path = source.files[RATE]
    try:
        samples = telephone_sound(path, RATE) if source.layer == "studio" else read_sound(path)[0]
        sound = Sound(np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16), RATE)
        transcript = model.transcribe_sound(sound, path.name)
    except IvrError as error:
        return Heard(prompt, "cannot-tell", why=Text(error.message, error.message))
    return judge(prompt, " ".join(word.word for word in transcript.words))


__all__ = ["SAYS", "SAYS_NOT", "Heard", "Verdict", "judge", "likeness", "listen"]
