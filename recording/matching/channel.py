"""The noisy channel: what recognition makes of words, one set of numbers per language, all in natural logarithms.

A stretch of text is weighed under a sentence that may have been said: every word of it heard, misheard, left out or put
in, against the chance that the text stands there without it (the log-odds scores of sequence alignment: Durbin, Eddy,
Krogh, Mitchison, Biological Sequence Analysis, 1998, chapter 2). So sentences of any length compare with each other.
The numbers are in ``channel.json``, with what they were fitted on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from recording.matching import english, mandarin
from recording.matching.matcher import PLACEHOLDER

FILE = Path(__file__).parent / "channel.json"

Unit = tuple[str, bool]  # sound of a syllable (Chinese) or word (English), whether it is a common one


@dataclass(frozen=True, slots=True)
class Channel:
    """Costs and gains of one language.

    Args:
        common: gained by a common word over chance, when it is heard as it is.
        rare: gained by any other word.
        unlike: lost again when a word without a sound in common is heard in its place.
        bend: exponent of the share of sounds not in common.
        left_out: cost of a word left out.
        put_in_common: cost of a common word put in within the sentence.
        put_in_rare: cost of any other word put in.
        gap: cost of each word in the place of a name in braces.
        rival: log prior of a near miss, that of the phrase being 0.
        half: log prior of the phrase broken off.
        broken: share of the phrase, 0..1, after which it is no longer broken off.
        other: log prior of all other talk.
        chance: share, 0..1, of what the whole phrase would gain, that other talk gains by being like it.
    """

    common: float
    rare: float
    unlike: float
    bend: float
    left_out: float
    put_in_common: float
    put_in_rare: float
    gap: float
    rival: float
    half: float
    broken: float
    other: float
    chance: float


@dataclass(frozen=True, slots=True)
class _Level:
    """How one language is cut into units and compared."""

    units: Callable[[list[str]], list[tuple[str, int, bool]]]
    tokens: Callable[[str], list[str]]
    alike: Callable[[str, str], float]


_LEVELS = {
    "zh-CN": _Level(mandarin.units, mandarin.tokens, mandarin.alike),
    "en-US": _Level(english.units, english.tokens, english.alike),
}


@cache
def channel(language: str) -> Channel | None:
    """The channel of a language; None for one that has none."""
    values = json.loads(FILE.read_text(encoding="utf-8"))["values"].get(language)
    return None if values is None else Channel(**values)


def heard(language: str, words: Sequence[str]) -> list[tuple[Unit, int]]:
    """The units of heard words, each with the index of its word."""
    return [((sound, common), index) for sound, index, common in _LEVELS[language].units(list(words))]


@lru_cache(maxsize=8192)
def wanted(language: str, phrase: str) -> tuple[Unit | None, ...]:
    """The units of a phrase, None for a name in braces."""
    level = _LEVELS[language]
    found: list[Unit | None] = []
    for number, piece in enumerate(PLACEHOLDER.split(phrase)):
        found += [None] if number else []
        found += [(sound, common) for sound, _, common in level.units(level.tokens(piece))]
    return tuple(found)


@lru_cache(maxsize=65536)
def explained(language: str, limits: Channel, phrase: str, text: tuple[Unit, ...]) -> tuple[float, ...]:
    """How much better each beginning of a phrase explains a text than chance does, at its best place there.

    Args:
        language: one that has a channel.
        limits: its channel.
        phrase: may have names in braces.
        text: the units heard.

    Returns:
        Log-odds (natural) for the first unit alone, the first two, ..., the whole phrase; nothing for an empty phrase.
    """
    alike = _LEVELS[language].alike
    gains = [limits.common if common else limits.rare for _, common in text]
    put_in = [limits.put_in_common if common else limits.put_in_rare for _, common in text]
    row = [0.0] * (len(text) + 1)  # best log-odds of the units so far, ending after each unit of the text
    best: list[float] = []
    for unit in wanted(language, phrase):
        following = [row[0] - limits.left_out]
        for at, (sound, _) in enumerate(text):
            if unit is None:
                found = max(row[at], following[at]) - limits.gap
            else:
                share = 1.0 - alike(unit[0], sound)
                found = row[at] + gains[at] - (limits.unlike * share**limits.bend if share else 0.0)
                found = max(found, following[at] - put_in[at])
            following.append(max(found, row[at + 1] - limits.left_out))
        row = following
        best.append(max(row))
    return tuple(best)


@lru_cache(maxsize=8192)
def whole(language: str, limits: Channel, phrase: str) -> float:
    """The log-odds of a phrase whose every word is heard as it is."""
    return sum(limits.common if unit[1] else limits.rare for unit in wanted(language, phrase) if unit is not None)
