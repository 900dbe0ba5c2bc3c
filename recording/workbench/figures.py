"""Figures of a detector with three answers, and how far they can be trusted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Z = 1.959964  # two-sided 95 %
RESAMPLES = 2000
SEED = 20240607

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pair:
    """One phrase in one clip.

    Args:
        source: of the clip; clips made from one sound share it.
        true: whether the phrase was said.
        value: said, not_said or cannot_tell.
    """

    source: str
    true: bool
    value: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Verdicts by truth."""

    said_true: int = 0
    said_false: int = 0
    not_true: int = 0
    not_false: int = 0
    unsure_true: int = 0
    unsure_false: int = 0

    @property
    def pairs(self) -> int:
        """All verdicts."""
        return self.spoken + self.said_false + self.not_false + self.unsure_false

    @property
    def spoken(self) -> int:
        """Verdicts about phrases that were said."""
        return self.said_true + self.not_true + self.unsure_true

    @property
    def definite(self) -> int:
        """Verdicts other than cannot tell."""
        return self.said_true + self.said_false + self.not_true + self.not_false

    @property
    def wrong(self) -> int:
        """Definite verdicts that are not true."""
        return self.said_false + self.not_true

    @property
    def precision(self) -> float | None:
        """Of those called said, the share that was; None when nothing was called said."""
        return _share(self.said_true, self.said_true + self.said_false)

    @property
    def recall(self) -> float | None:
        """Of those that were said, the share called said: cannot tell is not detected."""
        return _share(self.said_true, self.spoken)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN)."""
        return _share(2 * self.said_true, self.said_true + self.said_false + self.spoken)


def count(pairs: Iterable[Pair]) -> Counts:
    """The verdicts of ``pairs`` by truth."""
    found = Counter((pair.value, pair.true) for pair in pairs)
    return Counts(
        said_true=found["said", True],
        said_false=found["said", False],
        not_true=found["not_said", True],
        not_false=found["not_said", False],
        unsure_true=found["cannot_tell", True],
        unsure_false=found["cannot_tell", False],
    )


def wilson(hits: float, total: float) -> Interval:
    """95 % interval of a proportion (Wilson 1927); (0, 1) without observations."""
    if total <= 0:
        return 0.0, 1.0
    share = hits / total
    middle = share + Z * Z / (2 * total)
    reach = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    scale = 1 + Z * Z / total
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def f1_interval(pairs: Sequence[Pair]) -> Interval:
    """A 95 % interval of F1: percentile bootstrap over clips (Efron 1979), those of one source drawn together.

    A faultless sample, or one of a single source, gives the bootstrap no width; then it is Wilson's interval with
    TP + (FP + FN) / 2 trials, of which F1 is the share of TP.
    """
    counts = count(pairs)
    if counts.f1 is None:
        return 0.0, 1.0
    found = cluster_bootstrap(pairs, lambda one: one.f1)
    if found is None or found[0] == found[1]:
        return wilson(counts.said_true, (counts.said_true + counts.said_false + counts.spoken) / 2)
    return found


def cluster_bootstrap(pairs: Sequence[Pair], figure: Callable[[Counts], float | None]) -> Interval | None:
    """The middle 95 % of ``figure`` when whole sources are drawn with replacement; None for fewer than two."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.source, []).append(pair)
    if len(groups) < 2:
        return None
    table = np.array([_row(count(group)) for group in groups.values()])
    draw = np.random.default_rng(SEED)
    values = []
    for _ in range(RESAMPLES):
        total = np.bincount(draw.integers(0, len(table), len(table)), minlength=len(table)) @ table
        value = figure(Counts(*(int(number) for number in total)))
        if value is not None:
            values.append(value)
    if not values:
        return None
    return float(np.percentile(values, 2.5)), float(np.percentile(values, 97.5))


def poisson_interval(events: int) -> Interval:
    """Exact 95 % interval of a mean of which ``events`` were seen (Garwood 1936), by bisection."""
    low = 0.0 if events == 0 else _solve(lambda mean: 1 - _at_most(events - 1, mean), 0.025, events)
    high = _solve(lambda mean: 1 - _at_most(events, mean), 0.975, events)
    return low, high


def summary(
    pairs: Sequence[Pair], *, clips: int, alarms: int, talk_s: float, cpu_s: float, sound_s: float
) -> dict[str, Any]:
    """All figures of some clips as plain data for JSON; None where there is nothing to divide by.

    Args:
        pairs: of those clips.
        clips: how many.
        alarms: times a phrase was called said in other talk.
        talk_s: seconds of other talk.
        cpu_s: CPU seconds of transcription.
        sound_s: seconds of sound.
    """
    one = count(pairs)
    hours = talk_s / 3600
    rate = tuple(round(bound / hours, 2) for bound in poisson_interval(alarms)) if hours else None
    return {
        "n": clips,
        "verdicts": one.pairs,
        "spoken": one.spoken,
        "precision": _rounded(one.precision),
        "precision_ci": _interval(wilson(one.said_true, one.said_true + one.said_false)),
        "recall": _rounded(one.recall),
        "recall_ci": _interval(wilson(one.said_true, one.spoken)),
        "f1": _rounded(one.f1),
        "f1_ci": _interval(f1_interval(pairs)),
        "cannot_tell": _rounded(_share(one.pairs - one.definite, one.pairs)),
        "definite": _rounded(_share(one.definite, one.pairs)),
        "definite_ci": _interval(wilson(one.definite, one.pairs)),
        "wrong": _rounded(_share(one.wrong, one.pairs)),
        "wrong_ci": _interval(wilson(one.wrong, one.pairs)),
        "wrong_of_definite": _rounded(_share(one.wrong, one.definite)),
        "wrong_of_definite_ci": _interval(wilson(one.wrong, one.definite)),
        "counts": dict(zip(_NAMES, _row(one), strict=True)),
        "false_alarms": alarms,
        "talk_hours": round(hours, 4),
        "false_alarms_per_hour": round(alarms / hours, 2) if hours else None,
        "false_alarms_per_hour_ci": rate,
        "sound_s": round(sound_s, 1),
        "cpu_s_per_s": round(cpu_s / sound_s, 4) if sound_s else None,
    }


_NAMES = ("said_true", "said_false", "not_true", "not_false", "unsure_true", "unsure_false")


def _row(one: Counts) -> list[int]:
    return [int(getattr(one, name)) for name in _NAMES]


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _interval(bounds: Interval) -> list[float]:
    return [round(bounds[0], 4), round(bounds[1], 4)]


def _at_most(events: int, mean: float) -> float:
    """P(X <= events) for a Poisson X."""
    if mean <= 0:
        return 1.0
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(events + 1))


def _solve(rising: Callable[[float], float], wanted: float, events: int) -> float:
    low, high = 0.0, 10.0 + 3.0 * events + 10 * math.sqrt(events)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def by_level(levels: Mapping[str, Any]) -> list[str]:
    """Noise levels in the order people read them: clean first, then the loudest noise last."""
    return sorted(levels, key=lambda name: (name != "clean", -float(name) if name != "clean" else 0.0))
