"""Intervals for shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z95 = 1.959963984540054
"""The standard normal quantile of a two-sided interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of counted things with its interval of 95 %; all three are 0..1.

    Args:
        value: ``count / of``.
        low, high: Wilson's bounds.
    """

    count: int
    of: int
    value: float
    low: float
    high: float


def wilson(count: int, of: int) -> Share | None:
    """``count`` of ``of`` as a share with Wilson's interval of 95 %; None when there is nothing to count.

    Source: E. B. Wilson, JASA 22 (1927), 209-212.

    Raises:
        ValueError: if ``count`` is not within 0..of.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of}")
    if of == 0:
        return None
    value, square = count / of, Z95 * Z95
    middle = (value + square / (2 * of)) / (1 + square / of)
    half = Z95 * math.sqrt(value * (1 - value) / of + square / (4 * of * of)) / (1 + square / of)
    return Share(count, of, value, max(0.0, min(value, middle - half)), min(1.0, max(value, middle + half)))
