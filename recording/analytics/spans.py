"""Arithmetic of stretches of time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recording.analytics.features import Span


def moved(spans: Iterable[Span], offset: float, within: Span) -> list[Span]:
    """Spans of a file that began ``offset`` seconds into the call, as times of the call, cut to ``within``."""
    return cut([(start + offset, end + offset) for start, end in spans], within)


def cut(spans: Iterable[Span], within: Span) -> list[Span]:
    """The spans' parts inside ``within``."""
    parts = [(max(start, within[0]), min(end, within[1])) for start, end in spans]
    return [(start, end) for start, end in parts if end > start]


def merged(spans: Iterable[Span], gap: float = 0.0) -> list[Span]:
    """The spans in order, those that meet or are less than ``gap`` seconds apart made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and (start <= found[-1][1] or start - found[-1][1] < gap):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Where a span of each of two lists meets; both in order and without overlap of their own."""
    found: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if end > start:
            found.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return found


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of ``spans`` when ``holes`` are taken out."""
    left = list(spans)
    for start, end in holes:
        rest: list[Span] = []
        for first, last in left:
            rest += [(first, min(last, start))] if first < start else []
            rest += [(max(first, end), last)] if last > end else []
        left = [span for span in rest if span[1] > span[0]]
    return left


def length(spans: Iterable[Span]) -> float:
    """Seconds in all."""
    return sum(end - start for start, end in spans)


def rounded(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans to the millisecond."""
    return tuple((round(start, 3), round(end, 3)) for start, end in spans)
