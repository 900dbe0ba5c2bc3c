"""Silences of both parties that are long enough to be a wait (norms C7, E4)."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[float, float]

# Seconds in which neither speaks; a pause for thought is shorter.
WAIT = 6.0


def shifted(spans: Iterable[Span], offset: float) -> list[Span]:
    """Spans of a file as times of the call; the file began ``offset`` seconds into it."""
    return [(start + offset, end + offset) for start, end in spans]


def long_silences(spoken: Iterable[Span], talk: Span, *, least: float = WAIT) -> list[Span]:
    """The stretches of at least ``least`` seconds inside the talk between words of either party.

    Silence before the first word and after the last is not a wait.

    Args:
        spoken: spans of speech of both parties, seconds of the call, in any order.
        talk: when the two were connected, seconds of the call.
    """
    found: list[Span] = []
    until: float | None = None
    for start, end in sorted(spoken):
        if end <= talk[0] or start >= talk[1]:
            continue
        if until is not None and start - until >= least:
            found.append((until, start))
        until = end if until is None else max(until, end)
    return found
