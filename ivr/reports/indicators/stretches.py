"""Sets of stretches of time, as sorted pairs of seconds that do not touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Stretch = tuple[float, float]


def union(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The time covered by any of them."""
    found: list[Stretch] = []
    for begin, end in sorted(one for one in stretches if one[0] < one[1]):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def without(stretches: Sequence[Stretch], others: Sequence[Stretch]) -> list[Stretch]:
    """The time covered by ``stretches`` and by none of ``others``; both as ``union`` gives them."""
    found: list[Stretch] = []
    for begin, end in stretches:
        at = begin
        for low, high in others:
            if high <= at or low >= end:
                continue
            if low > at:
                found.append((at, low))
            at = max(at, high)
        if at < end:
            found.append((at, end))
    return found


def length(stretches: Iterable[Stretch]) -> float:
    """Seconds in all."""
    return sum(end - begin for begin, end in stretches)
