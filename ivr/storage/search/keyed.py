"""Tokens as keyed hashes: an index that can be searched with the key, and that holds no word.

HMAC-SHA-256 of the token, 80 bits of it, in Base32. Phrases are found as before, as the order of tokens stays. So does
how often each stands in a call: who has the index without the key can count, and guess common words from that.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from functools import lru_cache

Spelling = Callable[[str], str]

_BYTES = 10  # 16 characters of Base32
_KNOWN = 1 << 16  # spellings that are remembered


def plainly(token: str) -> str:
    """A token as it is."""
    return token


@lru_cache(maxsize=4)
def keyed(key: bytes) -> Spelling:
    """How tokens are spelt with a key."""

    @lru_cache(maxsize=_KNOWN)
    def spell(token: str) -> str:
        return base64.b32encode(hmac.digest(key, token.encode(), "sha256")[:_BYTES]).decode().lower()

    return spell


def spelling(key: bytes | None) -> Spelling:
    """How tokens stand in what is written now."""
    return plainly if key is None else keyed(key)


def spellings(key: bytes | None) -> tuple[Spelling, ...]:
    """How tokens may stand in the index: with a key, rows of before it are still plain."""
    return (plainly,) if key is None else (keyed(key), plainly)


__all__ = ["Spelling", "keyed", "plainly", "spelling", "spellings"]
