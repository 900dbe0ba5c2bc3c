"""Requests that change something must come from our own pages: they carry a value only those can read."""

from __future__ import annotations

import hmac

HEADER = b"x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def fits(expected: str, shown: str) -> bool:
    """Whether a request shows its session's value, compared in constant time."""
    return bool(expected) and hmac.compare_digest(expected.encode(), shown.encode("utf-8", "replace"))


__all__ = ["HEADER", "SAFE", "fits"]
