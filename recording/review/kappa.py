"""How far reviewers agree beyond chance: Cohen's kappa for two, Fleiss' for several."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations

from ivr.core.language import Text
from recording.review.intervals import Z95, wilson

FEW = 30
"""Below this many doubly judged calls a kappa says little."""
LOPSIDED = 0.8
"""From this prevalence index on, a low kappa may go with good agreement."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement of two raters.

    Args:
        n: how many things both rated.
        observed: share on which they agree, 0..1; None when n is 0.
        expected: share on which they would agree by chance.
        value: kappa, -1..1; None when it is not defined (n is 0, or both always said the same one thing).
        low, high: interval of 95 %; None when there is none.
        prevalence: how lopsided the answers are, 0..1: the largest minus the next largest category's share.
        pabak: kappa adjusted for prevalence and bias, (k * observed - 1) / (k - 1); None when n is 0.
        note: what to keep in mind; None if nothing.
    """

    n: int
    observed: float | None
    expected: float | None
    value: float | None
    low: float | None
    high: float | None
    prevalence: float
    pabak: float | None
    note: Text | None


def cohen(pairs: Sequence[tuple[Hashable, Hashable]]) -> Kappa:
    """Cohen's kappa of two raters' answers to the same questions.

    Sources: J. Cohen, Educ. Psychol. Meas. 20 (1960), 37-46; the interval's standard error by J. L. Fleiss, J. Cohen,
    B. S. Everitt, Psychol. Bull. 72 (1969), 323-327; PABAK by T. Byrt, J. Bishop, J. B. Carlin, J. Clin. Epidemiol.
    46 (1993), 423-429. Where all agree that error is 0, so the interval is Wilson's for the agreement.
    """
    n = len(pairs)
    if n == 0:
        note = Text("nothing was judged twice", "没有双人评分")
        return Kappa(0, None, None, None, None, None, 0.0, None, note)
    first = Counter(one for one, _ in pairs)
    second = Counter(other for _, other in pairs)
    kinds = sorted({*first, *second}, key=str)
    observed = sum(one == other for one, other in pairs) / n
    expected = sum(first[kind] * second[kind] for kind in kinds) / (n * n)
    shares = sorted(((first[kind] + second[kind]) / (2 * n) for kind in kinds), reverse=True)
    prevalence = shares[0] - (shares[1] if len(shares) > 1 else 0.0)
    many = max(2, len(kinds))
    pabak = (many * observed - 1) / (many - 1)
    if expected >= 1:
        note = Text(
            "kappa is not defined: both gave the same answer every time; look at the agreement",
            "Kappa 无定义：双方答案始终相同，请看一致率",
        )
        return Kappa(n, observed, 1.0, None, None, None, prevalence, pabak, note)
    value = (observed - expected) / (1 - expected)
    low, high = _interval(pairs, first, second, observed, expected, value)
    return Kappa(n, observed, expected, value, low, high, prevalence, pabak, _note(n, prevalence))


def _interval(
    pairs: Sequence[tuple[Hashable, Hashable]],
    first: Counter[Hashable],
    second: Counter[Hashable],
    observed: float,
    expected: float,
    value: float,
) -> tuple[float, float]:
    n = len(pairs)
    if observed == 1:
        share = wilson(n, n)
        assert share is not None
        return (share.low - expected) / (1 - expected), 1.0
    agreeing = off = 0.0
    for (one, other), count in Counter(pairs).items():
        share_ = count / n
        if one == other:
            agreeing += share_ * (1 - (first[one] + second[one]) / n * (1 - value)) ** 2
        else:
            off += share_ * ((second[one] + first[other]) / n) ** 2
    variance = agreeing + (1 - value) ** 2 * off - (value - expected * (1 - value)) ** 2
    deviation = math.sqrt(max(0.0, variance) / n) / (1 - expected)
    return max(-1.0, value - Z95 * deviation), min(1.0, value + Z95 * deviation)


def _note(n: int, prevalence: float) -> Text | None:
    few = Text(f"only {n} calls were judged twice", f"仅 {n} 通双人评分") if n < FEW else None
    lopsided = (
        Text(
            "nearly all answers are the same, which makes kappa small even where people agree: look at the agreement",
            "答案几乎相同，即使一致 Kappa 也会偏低：请同时看一致率",
        )
        if prevalence >= LOPSIDED
        else None
    )
    if few and lopsided:
        return Text(f"{few.en}; {lopsided.en}", f"{few.zh}；{lopsided.zh}")
    return few or lopsided


@dataclass(frozen=True, slots=True)
class Several:
    """Agreement of several raters.

    Args:
        subjects: how many things at least two rated.
        raters: the most raters of one thing.
        observed: mean share of agreeing pairs, 0..1; None when there are no subjects.
        fleiss: Fleiss' kappa; None when it is not defined.
        pairwise: mean of Cohen's kappa over the pairs of raters for whom it is defined; None without any.
        split: on how many subjects the raters did not all agree.
    """

    subjects: int
    raters: int
    observed: float | None
    fleiss: float | None
    pairwise: float | None
    split: int


def several(ratings: Sequence[dict[str, Hashable]]) -> Several:
    """Agreement of raters, each subject given as rater to answer; subjects of a single rater are left out.

    Source: J. L. Fleiss, Psychol. Bull. 76 (1971), 378-382; written for numbers of raters that differ by subject.
    """
    used = [one for one in ratings if len(one) >= 2]
    raters = sorted({name for one in used for name in one})
    if not used:
        return Several(0, 0, None, None, None, 0)
    agreement, totals, count = 0.0, Counter[Hashable](), 0
    for one in used:
        answers = Counter(one.values())
        size = len(one)
        agreement += sum(times * (times - 1) for times in answers.values()) / (size * (size - 1))
        totals += answers
        count += size
    observed = agreement / len(used)
    expected = sum((times / count) ** 2 for times in totals.values())
    fleiss = (observed - expected) / (1 - expected) if expected < 1 else None
    kappas = []
    for left, right in combinations(raters, 2):
        found = cohen([(one[left], one[right]) for one in used if left in one and right in one])
        if found.value is not None:
            kappas.append(found.value)
    return Several(
        subjects=len(used),
        raters=max(len(one) for one in used),
        observed=observed,
        fleiss=fleiss,
        pairwise=sum(kappas) / len(kappas) if kappas else None,
        split=sum(len(set(one.values())) > 1 for one in used),
    )
