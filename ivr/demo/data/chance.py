"""Chance that repeats itself."""

from __future__ import annotations

import random


def seeded(*names: object) -> random.Random:
    """Chance for one purpose: the same names give the same."""
    return random.Random(" ".join(map(str, names)))  # noqa: S311 - a simulation


__all__ = ["seeded"]
