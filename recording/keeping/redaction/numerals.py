"""Words as recognisers write spoken digits: Chinese, English, Korean, figures, and what comes between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

SymbolKind = Literal["digit", "tens", "maybe", "repeat", "filler", "cue", "unit", "other"]

_SPLIT = re.compile(r"([0-9]+|[零〇一二三四五六七八九幺]{3,})")
_TIMES = re.compile(r"([二三四两])个\Z")
_BREAKS = re.compile(r"[-‐‑–—/.,\s]+")
_LONGEST = 200  # letters of a word


@dataclass(frozen=True, slots=True)
class Symbol:
    """A word, or a part of one, as dictation sees it.

    Args:
        kind: ``digit``: digits for certain; ``tens``: the first digit of sixty, seventy, ...; ``maybe``: sounds like
            a digit; ``repeat``: the next digit comes ``digits`` times; ``filler``: says nothing; ``cue``: a number of
            this kind is spoken of; ``unit``: what was counted before it; ``other``: any other word.
    """

    kind: SymbolKind
    digits: str = ""


@dataclass(frozen=True, slots=True)
class _Tables:
    characters: Mapping[str, str]
    words: Mapping[str, Symbol]
    endings: tuple[str, ...]


def symbols(word: str) -> list[Symbol]:
    """What a recogniser's word means in a dictation; never empty."""
    plain = unicodedata.normalize("NFKC", word[:_LONGEST]).strip(" \t\r\n.,;:!?，。、！？").lower()
    if not plain:
        return [Symbol("filler")]
    if (found := _whole(plain)) is not None:
        return [found]
    if times := _TIMES.match(plain):
        return [Symbol("repeat", _tables().characters[times[1]])]
    parts = [part for part in _BREAKS.split(plain) if part]
    if len(parts) > 1:
        return [symbol for part in parts for symbol in symbols(part)]
    pieces = [piece for piece in _SPLIT.split(plain) if piece]
    if len(pieces) > 1:
        return [_whole(piece) or Symbol("other") for piece in pieces]
    return [Symbol("other")]


def _whole(plain: str) -> Symbol | None:
    """The symbol of a word that is one; None if it is none or has several parts."""
    if plain.isascii() and plain.isdigit():
        return Symbol("digit", plain)
    tables = _tables()
    if plain in tables.words:
        return tables.words[plain]
    stem = plain
    while stem:
        if all(char in tables.characters for char in stem):
            return Symbol("digit", "".join(tables.characters[char] for char in stem))
        ending = next((one for one in tables.endings if stem.endswith(one)), None)
        if ending is None:
            return None
        stem = stem.removesuffix(ending)
    return None


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    data = yaml.safe_load((Path(__file__).parent / "numerals.yaml").read_text("utf-8"))
    words: dict[str, Symbol] = {}
    listed: tuple[tuple[SymbolKind, list[str]], ...] = (
        ("maybe", [*data["maybe_words"], *data["maybe_characters"]]),
        ("unit", data["units"]),
        ("cue", data["cues"]),
        ("filler", data["fillers"]),
    )
    for kind, names in listed:
        words |= {name: Symbol(kind, "?" if kind == "maybe" else "") for name in names}
    valued: tuple[tuple[SymbolKind, str], ...] = (("digit", "digits"), ("tens", "tens"), ("repeat", "repeats"))
    for kind, table in valued:
        words |= {name: Symbol(kind, digits) for name, digits in data[table].items()}
    return _Tables({char: str(digit) for char, digit in data["characters"].items()}, words, tuple(data["endings"]))
