"""What somebody typed into the search box, and what each database is asked for it.

``refund``, ``"my order number"``, ``-hello`` or ``NOT hello``, ``agent:goodbye``, ``caller:"..."``; in Chinese also
``坐席：`` and ``客户：``. Everything has to be there, but what is excluded. Nothing typed reaches a database as its own
syntax: only tokens do, and they are letters and digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.storage.search.tokens import Piece, normal, pieces

LONGEST = 300  # characters of a query
MOST_TERMS = 16
MOST_TOKENS = 120

AGENT, CALLER, OTHER = "agent", "caller", "other"
SIDES = (AGENT, CALLER, OTHER)
"""Who said it: an agent, the caller (his messages too), somebody else."""

_NAMES = {
    "agent": AGENT, "坐席": AGENT, "客服": AGENT, "상담원": AGENT,
    "caller": CALLER, "customer": CALLER, "客户": CALLER, "来电": CALLER, "고객": CALLER,
}  # fmt: skip
_QUOTES = {'"': '"', "\u201c": "\u201d", "\u300c": "\u300d", "\uff02": "\uff02"}
_SIDE = re.compile(f"({'|'.join(_NAMES)})[:：]", re.IGNORECASE)
_WEIGHTS = {AGENT: "A", CALLER: "B", OTHER: "C"}

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that is looked for.

    Args:
        pieces: as it was typed, by script; to mark it where it was found.
        phrases: each a row of tokens that has to be there.
        side: who has to have said it; "" for anybody.
        excluded: it must not be there.
    """

    pieces: tuple[Piece, ...]
    phrases: tuple[Phrase, ...]
    side: str = ""
    excluded: bool = False


def parse(query: str) -> tuple[Term, ...]:
    """What is looked for; () when there is nothing.

    Raises:
        UsageError: if it is too long, or only says what must not be there.
    """
    if len(query) > LONGEST:
        raise UsageError(
            Text(f"more than {LONGEST} characters to search for", f"搜索内容超过 {LONGEST} 个字符"),
            cure=Text("search for fewer words", "请减少搜索词"),
        )
    terms = tuple(_terms(query))
    if len(terms) > MOST_TERMS or sum(len(phrase) for term in terms for phrase in term.phrases) > MOST_TOKENS:
        raise UsageError(
            Text(f"more than {MOST_TERMS} words to search for", f"搜索词超过 {MOST_TERMS} 个"),
            cure=Text("search for fewer words", "请减少搜索词"),
        )
    if terms and all(term.excluded for term in terms):
        raise UsageError(
            Text("the search only says what must not be there", "搜索条件只有排除词"),
            cure=Text("add a word that has to be there", "请再给出一个必须出现的词"),
        )
    return terms


def fts5(terms: Sequence[Term], spellings: Sequence[Callable[[str], str]]) -> str:
    """The terms in the words of SQLite's FTS5.

    Args:
        spellings: how tokens may stand in the index: as they are, hashed.
    """

    def said(term: Term) -> str:
        every = " AND ".join(f"({_any(phrase)})" for phrase in term.phrases)
        return f"({{{term.side}}} : ({every}))" if term.side else f"({every})"

    def _any(phrase: Phrase) -> str:
        return " OR ".join(f'"{" ".join(spell(token) for token in phrase)}"' for spell in spellings)

    wanted = " AND ".join(said(term) for term in terms if not term.excluded)
    found = f"({wanted})"
    for term in terms:
        if term.excluded:
            found = f"({found} NOT {said(term)})"
    return found


def tsquery(terms: Sequence[Term], spellings: Sequence[Callable[[str], str]]) -> str:
    """The terms in the words of PostgreSQL; arguments as with :func:`fts5`."""

    def said(term: Term) -> str:
        weight = f":{_WEIGHTS[term.side]}" if term.side else ""
        every = [" | ".join(_row(phrase, spell, weight) for spell in spellings) for phrase in term.phrases]
        whole = " & ".join(f"({one})" for one in every)
        return f"!({whole})" if term.excluded else f"({whole})"

    def _row(phrase: Phrase, spell: Callable[[str], str], weight: str) -> str:
        return "(" + " <-> ".join(f"'{spell(token)}'{weight}" for token in phrase) + ")"

    return " & ".join(said(term) for term in terms)


def _terms(query: str) -> Iterator[Term]:
    excluded, side = False, ""
    for kind, text in _chunks(normal(query)):
        if kind == "not":
            excluded = True
        elif kind == "side":
            side = _NAMES[text.lower()]
        else:
            found = tuple(pieces(text))
            if found:
                yield Term(found, tuple(_phrases(found)), side, excluded)
            excluded, side = False, ""


def _chunks(query: str) -> Iterator[tuple[str, str]]:
    """Signs and texts in order: ("not", ""), ("side", name), ("text", what was typed)."""
    at = 0
    while at < len(query):
        char = query[at]
        if char.isspace():
            at += 1
        elif char in "-\u2212!" and at + 1 < len(query) and not query[at + 1].isspace():
            at += 1
            yield "not", ""
        elif (found := _SIDE.match(query, at)) is not None:
            at = found.end()
            yield "side", found[1]
        elif char in _QUOTES:
            end = query.find(_QUOTES[char], at + 1)
            end = len(query) if end < 0 else end
            yield "text", query[at + 1 : end]
            at = end + 1
        else:
            end = at
            while end < len(query) and not query[end].isspace() and query[end] not in _QUOTES:
                end += 1
            word = query[at:end]
            at = end
            yield ("not", "") if word == "NOT" else ("text", "" if word == "AND" else word)


def _phrases(found: Sequence[Piece]) -> Iterator[Phrase]:
    """Rows of tokens; a character alone stands beside the row, so it parts what is around it."""
    row: list[str] = []
    for piece in found:
        if piece.kind != "word" and len(piece.text) == 1:
            if row:
                yield tuple(row)
            row = []
            yield (piece.text,)
        else:
            row += piece.tokens
    if row:
        yield tuple(row)


__all__ = ["AGENT", "CALLER", "LONGEST", "OTHER", "SIDES", "Phrase", "Term", "fts5", "parse", "tsquery"]
