"""Finding articles: by words in any language, the tokens of the search over transcripts.

All articles are a few hundred texts, so they are searched in memory; what is kept there is read again when an article
has changed. A word in the title counts more than one among the keywords, and that more than one in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.storage.models import Article
from ivr.storage.search.tokens import tokens_of

TITLE, KEYWORD, BODY = 5.0, 4.0, 1.0
LEAST = 0.6  # share of the words that must be there
MOST_TOKENS = 60
LONGEST = 200  # characters of a query


@dataclass(frozen=True, slots=True)
class Kept:
    """One article in memory.

    Args:
        weights: by language, of each token the weight of the best place it stands in.
    """

    article: Article
    weights: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """All articles, and what they were read at."""

    mark: tuple[int, int, datetime | None]
    articles: tuple[Kept, ...]


def shelf(mark: tuple[int, int, datetime | None], articles: Sequence[Article]) -> Shelf:
    """Articles ready to be searched."""
    return Shelf(mark, tuple(Kept(one, {text.language: _weights(one, text.language) for text in one.texts})
                             for one in articles))  # fmt: skip


def score(kept: Kept, wanted: Sequence[str], language: str) -> float:
    """How well an article answers; 0: not at all.

    Args:
        wanted: tokens of the query, from :func:`query_tokens`.
        language: of who asks: the same in his language counts a little more.
    """
    best = 0.0
    for name, weights in kept.weights.items():
        found = [weights.get(token, 0.0) for token in wanted]
        share = sum(one > 0 for one in found) / len(found) if found else 0.0
        if share >= LEAST:
            best = max(best, share * sum(found) * (1.1 if name == language else 1.0))
    return best


def query_tokens(query: str) -> tuple[str, ...]:
    """The tokens somebody looks for, each once; what stands apart is looked for by itself."""
    words = query[:LONGEST].split()
    return tuple(dict.fromkeys(token for word in words for token in tokens_of(word).row))[:MOST_TOKENS]


def _weights(article: Article, language: str) -> dict[str, float]:
    text = next(one for one in article.texts if one.language == language)
    found: dict[str, float] = {}

    def put(said: Iterable[str], weight: float) -> None:
        for one in said:
            tokens = tokens_of(one)
            for token in (*tokens.row, *tokens.singles):
                found[token] = max(found.get(token, 0.0), weight)

    put([text.body], BODY)
    put([str(one) for one in text.keywords], KEYWORD)
    put([text.title, article.slug.replace("-", " "), *(str(norm) for norm in article.norms)], TITLE)
    return found


__all__ = ["LONGEST", "Kept", "Shelf", "query_tokens", "score", "shelf"]
