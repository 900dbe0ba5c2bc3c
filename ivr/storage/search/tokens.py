"""Text cut into tokens: Han and kana by pairs of characters, Korean by pairs of syllables, the rest by words.

Chinese has no spaces, and where a recogniser puts them says little: characters on both sides of a space are
neighbours. Korean glues particles to its words: pairs of syllables find the word without them. A pair stands for its
first character's place, so tokens that follow each other in the text follow each other here, and a phrase is found by
its tokens in a row. Single characters are kept beside the row, once each, for whoever looks for one.

Nine digits and more in a row are left out: who may search may not see dictated numbers of cards, papers and telephones,
and must not find them by trying out one digit after the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 64  # characters of one word; what is longer is cut

_HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HANGUL = "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"
_WORD = f"[^\\W_{_HAN}{_HANGUL}]"
_PIECES = re.compile(f"(?P<han>[{_HAN}](?:\\s*[{_HAN}])*)|(?P<hangul>[{_HANGUL}]+)|(?P<word>{_WORD}+(?:'{_WORD}+)*)")
_DIGIT = (
    "[0-9零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖공영일이삼사오육칠팔구]"
    "|\\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\\b"
)
_NUMBERS = re.compile(f"(?:(?:{_DIGIT})[\\s,.-]*){{9,}}")
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}])\\s+(?=[{_HAN}])")


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text's tokens.

    Args:
        row: in the order of the text.
        singles: characters and syllables that stand in it, in no order.
    """

    row: tuple[str, ...] = ()
    singles: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.row)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one script.

    Args:
        kind: han, hangul or word.
        text: without spaces, lower-cased.
    """

    kind: str
    text: str

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of it, in order."""
        if self.kind == "word" or len(self.text) == 1:
            return (self.text,)
        return tuple(self.text[at : at + 2] for at in range(len(self.text) - 1))


def pieces(text: str) -> Iterator[Piece]:
    """The stretches of a text; what is neither letter nor digit is between them."""
    for found in _PIECES.finditer(_NUMBERS.sub(" - ", normal(text).casefold())):
        kind = str(found.lastgroup)
        if kind == "word":
            yield Piece(kind, found.group().replace("'", "")[:LONGEST])
        else:
            yield Piece(kind, "".join(found.group().split()))


def tokens_of(text: str) -> Tokens:
    """All tokens of a text."""
    row: list[str] = []
    singles: set[str] = set()
    for piece in pieces(text):
        row += piece.tokens
        if piece.kind != "word":
            singles.update(piece.text)
    return Tokens(tuple(row), frozenset(singles))


def normal(text: str) -> str:
    """A text in one spelling: full width as half width, composed syllables, one kind of apostrophe."""
    return unicodedata.normalize("NFKC", text).replace("\u2019", "'")


def shown(text: str) -> str:
    """A transcript as people read it: no spaces between Han characters."""
    return _BETWEEN_HAN.sub("", normal(text))


__all__ = ["LONGEST", "Piece", "Tokens", "normal", "pieces", "shown", "tokens_of"]
