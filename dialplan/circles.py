"""Circles in a graph: ways that lead back to where they began."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Way = TypeVar("Way")


def circles(
    starts: Iterable[str], ways: Callable[[str], Iterable[Way]], target: Callable[[Way], str]
) -> list[list[Way]]:
    """The circles met on one walk over all that ``starts`` lead to, each once, as the ways round it.

    Walks without recursion: a site may be thousands of steps deep.

    Args:
        ways: out of a place, in order.
        target: the place that a way leads to.
    """
    done: set[str] = set()
    found: list[list[Way]] = []
    for start in starts:
        if start in done:
            continue
        trail: dict[str, int] = {start: 0}  # place to its position
        taken: list[Way] = []
        waiting = [iter(ways(start))]
        while trail:
            way = next(waiting[-1], None)
            if way is None:
                done.add(trail.popitem()[0])
                waiting.pop()
                del taken[-1:]
            elif (to := target(way)) in trail:
                found.append([*taken[trail[to] :], way])
            elif to not in done:
                trail[to] = len(trail)
                taken.append(way)
                waiting.append(iter(ways(to)))
    return found


__all__ = ["circles"]
