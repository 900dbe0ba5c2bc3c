"""Finding a phrase in what a recogniser heard."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel, Opcode

from ivr.core.errors import UsageError
from recording.matching import english, korean, mandarin

LANGUAGES = ("zh-CN", "en-US", "ko-KR")
PLACEHOLDER = re.compile(r"\{[a-z]+\}")
_PRIVATE = 0xF0000  # no text has these characters; a language has some hundred sounds of several letters
_LETTERS: dict[str, str] = {}
_LOCK = Lock()
HEARD_SHARE = 0.5  # of a word's sounds: below it the word is missing

Keys = Callable[[list[str]], list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class _Level:
    """How one language is compared."""

    keys: Keys
    tokens: Callable[[str], list[str]]
    gap: int  # most sounds a placeholder may stand for


_LEVELS = {
    "zh-CN": _Level(mandarin.keys, mandarin.tokens, gap=24),
    "en-US": _Level(english.keys, english.tokens, gap=54),
    "ko-KR": _Level(korean.keys, korean.tokens, gap=36),
}


@dataclass(frozen=True, slots=True)
class Match:
    """The best place of a phrase in a list of words.

    Args:
        score: 0..100, normalised Indel similarity of the sounds.
        start: index of the first word.
        end: index after the last word.
        missing: words of the phrase that were not heard there.
        lost: share of the phrase's sounds that lie in the missing words, 0..1.
        heard: share of each word's sounds that was heard, 0..1, in the order of the phrase's words.
    """

    score: float
    start: int
    end: int
    missing: tuple[str, ...] = ()
    lost: float = 0.0
    heard: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a phrase between placeholders."""

    words: tuple[str, ...]
    sounds: str
    owners: tuple[int, ...]
    gap_before: bool

    @property
    def nothing(self) -> list[float]:
        """What was heard of each word when nothing was."""
        return [0.0] * len(self.words)


@dataclass(slots=True)
class _Place:
    score: float
    start: int
    end: int
    heard: list[float]  # share of each of the piece's words

    @property
    def missing(self) -> list[int]:
        """Indexes of the words of which too little was heard."""
        return [index for index, share in enumerate(self.heard) if share < HEARD_SHARE]


class Matcher:
    """Finds phrases in one language.

    Raises:
        UsageError: if the language is none of ``LANGUAGES``.
    """

    def __init__(self, language: str) -> None:
        if language not in _LEVELS:
            raise UsageError(f"no matching for language {language!r}", cure=f"one of {', '.join(LANGUAGES)}")
        self.language = language
        self._level = _LEVELS[language]

    def find(self, phrase: str, words: Sequence[str]) -> Match:
        """The place in ``words`` most like ``phrase``.

        ``{company}`` and other names in braces match any short stretch of words, at least one sound.
        Spaces, case and punctuation do not count.
        """
        return _find(self.language, phrase, tuple(words))

    def length(self, phrase: str) -> int:
        """How many sounds the phrase has, placeholders left out."""
        return sum(self.sizes(phrase))

    def words(self, phrase: str) -> int:
        """How many words the phrase has."""
        return len(self.sizes(phrase))

    def sizes(self, phrase: str) -> tuple[int, ...]:
        """How many sounds each word of the phrase has, in the order of ``Match.heard``."""
        return _sizes(self.language, phrase)


def split_placeholders(phrase: str) -> list[str]:
    """The spoken parts of a phrase, without its ``{names}``."""
    return [part.strip() for part in PLACEHOLDER.split(phrase) if part.strip()]


@lru_cache(maxsize=16384)
def _find(language: str, phrase: str, words: tuple[str, ...]) -> Match:
    """``Matcher.find``; the same places are asked for by many rules, and again at every judging."""
    level = _LEVELS[language]
    sounds, owners = _sounds(language, words)
    pieces, open_end = _pieces(language, phrase)
    if not pieces or not sounds:
        silent = tuple(share for piece in pieces for share in piece.nothing)
        return Match(0.0, 0, 0, tuple(word for piece in pieces for word in piece.words), 1.0, silent)
    at, total, weight = 0, 0.0, 0
    places: list[_Place] = []
    for number, piece in enumerate(pieces):
        stop = len(sounds)
        if number:
            stop = min(stop, at + level.gap + 2 * len(piece.sounds))
        low = at + 1 if piece.gap_before and at < len(sounds) else at
        place = _place(piece, sounds, low, stop)
        places.append(place)
        at = place.end
        total += place.score * len(piece.sounds)
        weight += len(piece.sounds)
    if open_end and at >= len(sounds):  # nothing was said in the place of the name
        total *= 0.7
    pairs = list(zip(pieces, places, strict=True))
    missing = tuple(piece.words[index] for piece, place in pairs for index in place.missing)
    lost = sum(piece.owners.count(index) for piece, place in pairs for index in place.missing) / weight
    heard = tuple(share for place in places for share in place.heard)
    found = [place for place in places if place.end > place.start]
    if not found:
        return Match(0.0, 0, 0, missing, 1.0, heard)
    first, last = min(place.start for place in found), max(place.end for place in found)
    return Match(round(total / weight, 1), owners[first], owners[last - 1] + 1, missing, round(lost, 2), heard)


def _place(piece: _Piece, sounds: str, start: int, stop: int) -> _Place:
    """The best alignment of a piece within ``sounds[start:stop]``."""
    window = sounds[start:stop]
    wanted = piece.sounds
    if not window:
        return _Place(0.0, start, start, piece.nothing)
    if len(window) <= len(wanted):
        # partial_ratio would slide the text over the phrase and call a fragment perfect
        low, high, score = 0, len(window), float(fuzz.ratio(wanted, window))
    else:
        found = fuzz.partial_ratio_alignment(wanted, window)
        if found is None:
            return _Place(0.0, start, start, piece.nothing)
        low, high, score = found.dest_start, found.dest_end, float(found.score)
    codes = [code for code in Indel.opcodes(wanted, window[low:high]) if code.tag == "equal"]
    if not codes:
        return _Place(score, start + low, start + low, piece.nothing)
    # The window has the phrase's length; what it holds beyond the first and last common sound is not the phrase.
    first, last = low + codes[0].dest_start, low + codes[-1].dest_end
    return _Place(score, start + first, start + last, _heard(piece, codes))


@lru_cache(maxsize=2048)
def _sounds(language: str, words: tuple[str, ...]) -> tuple[str, tuple[int, ...]]:
    """The sounds of words, one character each, and the index of each one's word."""
    keys = _LEVELS[language].keys(list(words))
    return "".join(_letter(sound) for sound, _ in keys), tuple(index for _, index in keys)


def _letter(sound: str) -> str:
    """A character of its own for every sound: text is aligned much faster than a list."""
    if len(sound) == 1:
        return sound
    with _LOCK:
        return _LETTERS.setdefault(sound, chr(_PRIVATE + len(_LETTERS)))


def _heard(piece: _Piece, equal: list[Opcode]) -> list[float]:
    """The share of each of the piece's words that was heard."""
    heard = [0] * len(piece.words)
    for code in equal:
        for index in range(code.src_start, code.src_end):
            heard[piece.owners[index]] += 1
    return [count / max(1, piece.owners.count(index)) for index, count in enumerate(heard)]


@lru_cache(maxsize=4096)
def _pieces(language: str, phrase: str) -> tuple[tuple[_Piece, ...], bool]:
    """The pieces of a phrase, and whether it ends in a placeholder."""
    level = _LEVELS[language]
    pieces: list[_Piece] = []
    gap = False
    for number, text in enumerate(PLACEHOLDER.split(phrase)):
        gap = gap or number > 0
        words = level.tokens(text)
        sounds, owners = _sounds(language, tuple(words))
        if sounds:
            pieces.append(_Piece(tuple(words), sounds, owners, gap))
            gap = False
    return tuple(pieces), gap


@lru_cache(maxsize=4096)
def _sizes(language: str, phrase: str) -> tuple[int, ...]:
    pieces = _pieces(language, phrase)[0]
    return tuple(piece.owners.count(index) for piece in pieces for index in range(len(piece.words)))
