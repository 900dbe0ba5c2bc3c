"""Sentences that sound like a phrase and mean something else: its negation, its opposite.

A recogniser told to listen for a phrase only will take such a sentence for it, so it must be told of both.
They are made from the phrase itself; a rulebook's own near misses come on top of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

MOST = 12  # a phrase

# What is found, and what stands in its place; each is tried alone, at its first place.
_KOREAN = (
    (r"모르 ?겠", "알 겠"), (r"알 ?겠", "모르 겠"), (r"모릅니다", "압니다"), (r"(?<!\S)안 ", "잘 "),
    (r"(?<!\S)안 ", ""), (r"(?<!\S)못 ", "잘 "), (r"(?<!\S)못 ", ""), (r"(?<!\S)잘 (?!모르|알)", "안 "),
    (r"없", "있"), (r"있", "없"),
    (r"(?<!안 )됩니다$", "되 지 않습니다"), (r"합니다$", "하 지 않습니다"),
    (r"입니다$", "아닙니다"), (r"주세요$", "보세요"),
)  # fmt: skip
_MANDARIN = (
    (r"没有", "有"), (r"(?<!没)有", "没有"), (r"不(?=[能会可是要好])", ""), (r"(?<![不])(?=能|会|可以|是|要)", "不"),
    (r"不知道", "知道"), (r"(?<!不)知道", "不知道"), (r"不清楚", "清楚"), (r"(?<!不)清楚", "不清楚"),
    (r"办不了", "办得了"), (r"解决不了", "解决得了"), (r"请(?!不要)", "请不要"), (r"请不要", "请"),
)  # fmt: skip
_ENGLISH = (
    (r"\b(can|will|do|does|did|is|are|was|have|has|may|should|would|could)\b(?!'t| not\b)", r"\1 not"),
    (r"\b(\w+) not\b", r"\1"), (r"\bcan't\b", "can"), (r"\bwon't\b", "will"),
    (r"\b(?!ca|wo)(\w+)n't\b", r"\1"), (r"\bcannot\b", "can"),
    (r"\bno\b", "some"), (r"\bnever\b", "always"), (r"\byour\b", "my"), (r"\bplease\b", "do not"),
)  # fmt: skip
_RULES = {"ko-KR": _KOREAN, "zh-CN": _MANDARIN, "en-US": _ENGLISH}


@lru_cache(maxsize=4096)
def near_misses(language: str, phrase: str) -> tuple[str, ...]:
    """Near misses of ``phrase`` in its own spelling, at most ``MOST``; none for a language without rules."""
    return tuple(dict.fromkeys(_made(language, " ".join(phrase.casefold().split()))))[:MOST]


def _made(language: str, phrase: str) -> Iterator[str]:
    for pattern, other in _RULES.get(language, ()):
        made = " ".join(re.sub(pattern, other, phrase, count=1).split())
        if made and made != phrase:
            yield made
