"""What the grammar pass may hear: a rulebook's phrases, and decoys that keep it honest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from recording.matching.near_misses import near_misses

LONGEST_WORD = 8  # characters tried when a word unknown to the model is split


class Mode(StrEnum):
    """How much of the speech is decoded with the model's whole vocabulary.

    ``full``: all of it, which gives a transcript. ``compliance``: only where the grammar pass heard a good part of a
    phrase and not all of it; elsewhere the words are those of the grammar pass, which is no transcript.
    """

    FULL = "full"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class Grammar:
    """Phrases to listen for, and decoys.

    A Vosk "grammar" is a small n-gram over the given words, not a list of sentences: without decoys it
    hears everything as one of the phrases.

    Args:
        phrases: what the rules look for.
        decoys: near misses of the phrases and common words.
        language: of the phrases; their negations and opposites become decoys too. Empty: they do not.
        mode: how much is decoded freely.
        checked: phrases for which compliance mode makes the free decode wherever they were heard, although all of
            them was: what nobody may be charged with on one pass alone, and what stands beside a name.
    """

    phrases: tuple[str, ...]
    decoys: tuple[str, ...] = ()
    language: str = ""
    mode: Mode = Mode.FULL
    checked: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "phrases": list(self.phrases),
            "decoys": list(self.decoys),
            "language": self.language,
            "mode": self.mode.value,
            **({"checked": list(self.checked)} if self.checked else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Grammar:
        """The grammar that ``to_dict`` described."""
        return cls(
            tuple(data["phrases"]),
            tuple(data["decoys"]),
            str(data.get("language", "")),
            Mode(data.get("mode", "full")),
            tuple(data.get("checked", ())),
        )

    @property
    def near_misses(self) -> tuple[str, ...]:
        """What sounds like a phrase and is none of them."""
        made = (near for phrase in self.phrases for near in near_misses(self.language, phrase))
        return tuple(near for near in dict.fromkeys(made) if near not in self.phrases)


@dataclass(frozen=True, slots=True)
class Spelt:
    """A grammar in the words of one model."""

    phrases: tuple[str, ...]
    decoys: tuple[str, ...]
    unknown: tuple[str, ...] = field(default=())

    @property
    def lines(self) -> list[str]:
        """What the recogniser is given: no line twice, always in the same order."""
        return list(dict.fromkeys((*self.phrases, *self.decoys)))


def spell(text: str, knows: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """``text`` in words the model knows.

    A word it does not know is split into the longest words it does, down to single characters
    (Korean particles, Chinese written without spaces).

    Returns:
        (words, unknown): ``unknown`` holds what could not be spelt.
    """
    words: list[str] = []
    unknown: list[str] = []
    for token in text.split():
        if knows(token):
            words.append(token)
            continue
        pieces = None if token.isascii() else _split(token, knows)
        if pieces is None:
            unknown.append(token)
        else:
            words.extend(pieces)
    return words, unknown


def _split(token: str, knows: Callable[[str], bool]) -> list[str] | None:
    """The split of ``token`` into the fewest known words, or None."""
    best: list[list[str] | None] = [[]] + [None] * len(token)
    for end in range(1, len(token) + 1):
        for start in range(max(0, end - LONGEST_WORD), end):
            before = best[start]
            if before is None or not knows(token[start:end]):
                continue
            here = best[end]
            if here is None or len(before) + 1 < len(here):
                best[end] = [*before, token[start:end]]
    return best[len(token)]


def spell_grammar(grammar: Grammar, knows: Callable[[str], bool]) -> Spelt:
    """The grammar in the model's words; phrases it cannot spell are left out and named."""
    phrases: list[str] = []
    decoys: list[str] = []
    unknown: list[str] = []
    for source, target in ((grammar.phrases, phrases), ((*grammar.near_misses, *grammar.decoys), decoys)):
        for text in source:
            words, missing = spell(text, knows)
            if words and not missing:
                target.append(" ".join(words))
            if source is grammar.phrases:
                unknown.extend(missing)
    return Spelt(tuple(_unique(phrases)), tuple(_unique(decoys)), tuple(_unique(unknown)))


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
