"""From a prompt of the catalogue to its two sound files."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from prompts import manifest, sounds
from prompts.builder import chinese, english, finish, korean, tones
from prompts.builder.kokoro import RATE
from prompts.catalogue import Prompt
from prompts.manifest import Entry, Manifest
from prompts.measure import Floats, decibels, speech_loudness

SENTENCE_PAUSE = 0.28  # seconds


class Synthesiser(Protocol):
    """Phonemes in, sound at 24 kHz out."""

    def say(self, phonemes: str, *, voice: str, speed: float = 1.0) -> Floats:
        """Sound of the phonemes, float32 in -1..1, shape (samples,)."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks a language, and how fast (1.0 is the voice's own rate)."""

    name: str
    speed: float
    phonemes: Callable[[str], str]


# Understood best by the Korean recogniser, of nine accents tried on seven sentences with the voice below.
KOREAN = korean.Accent(initial="plain", medial="voiced")


def _korean(sentence: str) -> str:
    return korean.phonemes(korean.pronounce(sentence), KOREAN)


VOICES: Mapping[str, Voice] = {
    "zh-CN": Voice("zf_xiaoxiao", 0.95, chinese.phonemes),
    "en-US": Voice("af_heart", 1.0, english.phonemes),
    "ko-KR": Voice("hf_beta+jf_nezumi", 0.97, _korean),
}


def sentences(text: str) -> list[str]:
    """The text cut after full stops, question and exclamation marks; what has no end goes on: it gets a comma."""
    parts = [part.strip() for part in re.split(r"(?<=[。！？])|(?<=[.!?])\s+", text) if part.strip()]
    return [part if part[-1] in "。！？.!?，," else f"{part}," for part in parts]


def speak(prompt: Prompt, synthesiser: Synthesiser, *, voices: Mapping[str, Voice] = VOICES) -> Floats:
    """The prompt's words as sound at 24 kHz, sentence by sentence, before finishing."""
    voice = voices[prompt.says_in]
    pieces = [prompt.phonemes] if prompt.phonemes else [voice.phonemes(part) for part in sentences(prompt.words)]
    pause = np.zeros(round(SENTENCE_PAUSE * RATE), np.float32)
    out: list[Floats] = []
    for piece in pieces:
        if out:
            out.append(pause)
        out.append(finish.trim(synthesiser.say(piece, voice=voice.name, speed=voice.speed), RATE, lead=0.03, tail=0.05))
    return np.concatenate(out)


def render(prompt: Prompt, synthesiser: Synthesiser, *, root: Path, voices: Mapping[str, Voice] = VOICES) -> Entry:
    """Render one prompt at both rates below ``root`` and say what was made."""
    if prompt.tone:
        return write(prompt, None, RATE, voice="tone", root=root)
    return write(prompt, speak(prompt, synthesiser, voices=voices), RATE, voice=voices[prompt.says_in].name, root=root)


def write(prompt: Prompt, spoken: Floats | None, source: int, *, voice: str, root: Path) -> Entry:
    """Write a prompt at both rates below ``root``, finished, and say what was made.

    Args:
        spoken: its words, float32 in -1..1 at ``source`` Hz; None for its tone.
        voice: who says it.
    """
    made: dict[int, Floats] = {}
    for extension, rate in sounds.EXTENSIONS.items():
        made[rate] = tones.tone(prompt.tone, rate) if spoken is None else finish.finish(spoken, source, rate)
        path = sounds.sound_path(prompt.language, prompt.id, extension=extension, root=root)
        finish.write_wav(path, made[rate], rate)
    return entry(prompt, made[8000], voice)


def entry(prompt: Prompt, sound: Floats, voice: str) -> Entry:
    """What the manifest says of a sound at 8 kHz."""
    return Entry(
        id=prompt.id,
        language=prompt.language,
        text_sha=manifest.text_sha(prompt),
        voice=voice,
        seconds=round(len(sound) / 8000, 3),
        rms=round(speech_loudness(sound, 8000), 1),
        peak=round(decibels(float(np.abs(sound).max(initial=0.0))), 1),
    )


def stale(prompts: Iterable[Prompt], known: Manifest, *, root: Path) -> list[Prompt]:
    """Those prompts whose sound is missing or was made from other words."""
    found = []
    for prompt in prompts:
        entry = known.get(manifest.key(prompt))
        files = (sounds.sound_path(prompt.language, prompt.id, extension=e, root=root) for e in sounds.EXTENSIONS)
        if entry is None or entry.text_sha != manifest.text_sha(prompt) or not all(file.is_file() for file in files):
            found.append(prompt)
    return found


def render_music(root: Path) -> None:
    """Write the music on hold at both rates into ``root/moh``."""
    for extension, rate in sounds.EXTENSIONS.items():
        finish.write_wav(root / "moh" / f"calm{extension}", tones.music(rate), rate)


__all__ = [
    "VOICES",
    "Synthesiser",
    "Voice",
    "entry",
    "render",
    "render_music",
    "sentences",
    "speak",
    "stale",
    "write",
]
