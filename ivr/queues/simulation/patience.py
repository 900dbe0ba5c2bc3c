"""How long callers would have waited: of those who were answered only a lower limit is known."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """The share of callers still patient after each time at which one gave up.

    E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations" (1958); the waits of those who
    were answered are censored. Past the longest observed giving up nothing is known: who would stay that long stays.
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]

    def still(self, at: float) -> float:
        """Share of callers who would wait longer than ``at`` seconds."""
        place = bisect_right(self.times, at)
        return self.shares[place - 1] if place else 1.0

    def longer(self, at: float, chance: float) -> float:
        """A time beyond ``at``: that which a share ``chance`` (0..1) of those still patient at ``at`` outlast."""
        after = bisect_right(self.times, at)
        place = bisect_left(self.shares, -self.still(at) * chance, lo=after, key=lambda share: -share)
        return self.times[place] if place < len(self.times) else math.inf


def estimate(waits: Iterable[tuple[float, bool]]) -> Patience:
    """The patience behind waits in seconds, each with whether the caller gave up."""
    rows = sorted(waits)
    times: list[float] = []
    shares: list[float] = []
    left, share = len(rows), 1.0
    place = 0
    while place < len(rows):
        time = rows[place][0]
        here = [gave_up for wait, gave_up in _same(rows, place)]
        if any(here):
            share *= 1.0 - sum(here) / left
            times.append(time)
            shares.append(share)
        left -= len(here)
        place += len(here)
    return Patience(tuple(times), tuple(shares))


def mean_patience(waits: Iterable[tuple[float, bool]]) -> float | None:
    """Mean patience if it is exponential: all seconds waited / callers who gave up; None where nobody did."""
    rows = list(waits)
    gave_up = sum(gone for _, gone in rows)
    return sum(wait for wait, _ in rows) / gave_up if gave_up else None


def _same(rows: list[tuple[float, bool]], place: int) -> list[tuple[float, bool]]:
    end = place
    while end < len(rows) and rows[end][0] == rows[place][0]:
        end += 1
    return rows[place:end]
