"""How fast somebody speaks, and how often he opens with a filler, from the times of his words (norms E1, D3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recording.analytics.features import rate_unit
from recording.transcription.transcript import Word

PAUSE_S = 0.5  # a shorter gap between words is part of speaking
SHORTEST_S = 1.0  # a shorter piece of speech is not counted
LEAST_S = 3.0  # of speaking time in all; less gives no rate

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_FILLERS = {
    "zh": frozenset({"啊", "嗯", "呃", "额", "哦", "那", "那个"}),
    "ko": frozenset({"어", "음", "그"}),
    "en": frozenset({"um", "uh", "er", "erm", "hmm", "ah"}),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast somebody speaks.

    Args:
        rate: units a minute; None when there is too little to measure.
        unit: what was counted.
        seconds: the speaking time it was taken over.
        fillers: pieces of speech that began with a filler.
    """

    rate: float | None
    unit: str
    seconds: float
    fillers: int


def pace(words: Sequence[Word], language: str) -> Pace:
    """The pace of these words.

    Words are joined into pieces at gaps below 0.5 s; a piece of less than 1 s is left out. The rate is the units
    of the pieces over their durations: characters for Chinese, syllables for Korean, words for English.

    Args:
        words: in order of time.
        language: e.g. ``zh-CN``.
    """
    kind = language.split("-", maxsplit=1)[0].casefold()
    fillers = _FILLERS.get(kind, _FILLERS["en"])
    count, seconds, opened = 0, 0.0, 0
    for piece in _pieces(words):
        opened += piece[0].word.casefold() in fillers
        length = piece[-1].end - piece[0].start
        if length >= SHORTEST_S:
            count += sum(units(word.word, kind) for word in piece)
            seconds += length
    rate = round(60 * count / seconds, 1) if seconds >= LEAST_S else None
    return Pace(rate, rate_unit(language), round(seconds, 2), opened)


def units(word: str, kind: str) -> int:
    """Characters, syllables or words in one word of the recogniser; a foreign word counts as one."""
    if kind == "zh":
        return len(_HAN.findall(word)) or int(_letters(word))
    if kind == "ko":
        return len(_HANGUL.findall(word)) or int(_letters(word))
    return int(_letters(word))


def _letters(word: str) -> bool:
    return any(character.isalnum() for character in word)


def _pieces(words: Sequence[Word]) -> Iterator[list[Word]]:
    piece: list[Word] = []
    for word in words:
        if piece and word.start - piece[-1].end >= PAUSE_S:
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece
