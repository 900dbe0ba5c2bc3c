"""Mandarin as initials and finals of toneless pinyin, with the sounds merged that speakers and recognisers confuse.

A syllable whose initial or final alone was misheard is half a match, as jamo make it in Korean.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import lru_cache

from rapidfuzz.distance import Indel

# The fuzzy sounds of Chinese input methods, but for k/g: southern speakers and narrow-band recognisers blur them.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"), ("h", "f"))
_ALL_INITIALS = tuple("bpmfdtnlgkhjqxrzcsyw")
_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))
# Initials that differ in breath or by a neighbouring place of the tongue; the merged ones are not among them.
_NEIGHBOURS = frozenset(
    map(frozenset, ("bp", "dt", "gk", "jq", "qx", "jx", "zc", "cs", "zs", "jz", "mn", "lm", "bf", "hk"))
)
_NEIGHBOUR = 0.6  # of a whole initial
_FINAL = 0.5  # of a whole final, at most, when it is another one
_COMMON = frozenset("的了着过啊嗯呢吧吗呀哦那这一就在有是个我你您为也都")  # said all the time: they prove little
_HAN = re.compile(r"[\u3400-\u9fff]")
_RUNS = re.compile(r"[\u3400-\u9fff]+|[^\u3400-\u9fff]+")


def keys(words: list[str]) -> list[tuple[str, int]]:
    """(initial or final, index of its word) for every syllable; Latin letters stand for themselves."""
    return [(sound, index) for key, index, _ in units(words) for sound in halves(key)]


def units(words: list[str]) -> list[tuple[str, int, bool]]:
    """(toneless syllable, index of its word, whether it is a common one) for every character."""
    characters: list[tuple[str, int]] = []
    for index, word in enumerate(words):
        characters += [(character, index) for character in _numbers(word).casefold() if character.isalnum()]
    # All at once: how a character is read depends on its neighbours, across word borders too.
    syllables = _syllables("".join(character for character, _ in characters))
    return [
        (syllable, index, character in _COMMON)
        for syllable, (character, index) in zip(syllables, characters, strict=True)
    ]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> float:
    """0..1: how alike two syllables are, initial and final counting half each."""
    if one == other:
        return 1.0
    here, there = halves(one), halves(other)
    if len(here) < 2 or len(there) < 2:
        return 0.0
    initial = float(here[0] == there[0]) or _NEIGHBOUR * (frozenset((here[0][0], there[0][0])) in _NEIGHBOURS)
    final = float(here[1] == there[1]) or _FINAL * Indel.normalized_similarity(here[1][1:], there[1][1:])
    return (initial + final) / 2


@lru_cache(maxsize=4096)
def halves(syllable: str) -> tuple[str, ...]:
    """Initial and final of a syllable, marked as such; one without an initial has an empty one."""
    if len(syllable) < 2 and not syllable.isalpha():
        return (syllable,)
    initial = next((one for one in _ALL_INITIALS if syllable.startswith(one) and len(syllable) > len(one)), "")
    return f"{initial}-", f"-{syllable[len(initial) :]}"


@lru_cache(maxsize=4096)
def _syllables(text: str) -> tuple[str, ...]:
    """One key for every character of ``text``."""
    from pypinyin import (
        lazy_pinyin,
    )  # here, and cn2an below: they take a second of CPU that other languages need not pay

    read: list[str] = []
    for run in _RUNS.findall(text):
        if not _HAN.match(run):
            read += run
            continue
        syllables = lazy_pinyin(run)
        if len(syllables) != len(run):  # every character must keep its place
            syllables = [lazy_pinyin(character)[0] for character in run]
        read += [merge(syllable) for syllable in syllables]
    return tuple(read)


def merge(syllable: str) -> str:
    """A toneless syllable with zh/z, ch/c, sh/s, n/l/r, h/f, in/ing, en/eng and an/ang made one."""
    for sound, merged in _INITIALS:
        if syllable.startswith(sound):
            syllable = merged + syllable[len(sound) :]
            break
    for sound, merged in _FINALS:
        if syllable.endswith(sound):
            return syllable[: -len(sound)] + merged
    return syllable


@lru_cache(maxsize=4096)
def _numbers(word: str) -> str:
    """Digits of any script as they are read aloud; a number that cn2an cannot read stays as it is."""
    if not any(character.isdecimal() for character in word):
        return word
    import cn2an

    word = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in word)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of what it leaves alone
            return str(cn2an.transform(word, "an2cn"))
    except (ValueError, TypeError):
        return word


def tokens(text: str) -> list[str]:
    """The words that may be named as missing: single characters, Latin words whole."""
    return re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9]+", text)
