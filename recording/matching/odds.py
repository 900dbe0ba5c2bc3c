"""Whether a phrase was said at a place, or a near miss of it, or only its beginning, or something else altogether."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from recording.matching.channel import Channel, Unit, channel, explained, heard, wanted, whole

_MARGIN = 4  # units on both sides of a place; the rest of what was said may have been heard as something else


@dataclass(frozen=True, slots=True)
class Odds:
    """What speaks for a phrase at one place, in natural logarithms.

    Args:
        said: of the phrase against everything else: 0 is even, 2 about seven to one.
        rival: of the best near miss against the phrase; minus infinity without any.
    """

    said: float
    rival: float

    @property
    def probability(self) -> float:
        """0..1, that the phrase was said."""
        return 1 / (1 + math.exp(min(500.0, -self.said)))


def odds(
    language: str, phrase: str, near_misses: Sequence[str], words: Sequence[str], start: int, end: int
) -> Odds | None:
    """The odds of a phrase at ``words[start:end]`` and a little around; None for a language without a channel.

    Bayes' rule over the phrase, each near miss, the phrase broken off in its first half, and all other talk; the log
    priors are the channel's.
    """
    limits = channel(language)
    return None if limits is None else weigh(language, limits, phrase, near_misses, around(language, words, start, end))


def around(language: str, words: Sequence[str], start: int, end: int) -> tuple[Unit, ...]:
    """The units of ``words[start:end]`` with a margin on both sides."""
    low, high = max(0, start - _MARGIN), end + _MARGIN
    return tuple(unit for unit, _ in heard(language, words[low:high]))


def weigh(language: str, limits: Channel, phrase: str, near_misses: Sequence[str], text: tuple[Unit, ...]) -> Odds:
    """``odds`` for units that were heard, by a channel's numbers."""
    steps = explained(language, limits, phrase, text)
    if not steps:
        return Odds(-math.inf, -math.inf)
    said = steps[-1]
    rivals = [explained(language, limits, near, text) for near in near_misses]
    against = [found[-1] + limits.rival for found in rivals if found]
    spoken = [step for step, unit in zip(steps, wanted(language, phrase), strict=True) if unit is not None]
    broken = spoken[: math.ceil(len(spoken) * limits.broken)] if len(spoken) > 1 else []
    other = limits.other + limits.chance * whole(language, limits, phrase)
    others = [other, *against, *([max(broken) + limits.half] if broken else [])]
    most = max(others)
    return Odds(
        said - most - math.log(math.fsum(math.exp(one - most) for one in others)),
        max(against, default=-math.inf) - said,
    )
