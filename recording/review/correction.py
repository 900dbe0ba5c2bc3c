"""Violation rates corrected for the machine's own errors (Rogan and Gladen), as far as the site has measured them.

The machine misses some violations and reports some that are none. Where people have judged enough calls that
were drawn by lot, both errors are known with their uncertainty, and the rate can be corrected. Where not, the
raw rate is shown and called uncorrected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ivr.core.language import Text
from recording.review.intervals import Z95, Share, wilson

LEAST_EACH = 10
"""Fewest reviewed violations, and fewest reviewed non-violations, from which an error is taken."""


@dataclass(frozen=True, slots=True)
class Errors:
    """How the machine's definite verdicts on one item compared with people's, on calls drawn by lot.

    Args:
        true_positive: violations that the machine reported.
        false_negative: violations that it did not report.
        true_negative: no violation, and none reported.
        false_positive: no violation, but one reported.
    """

    true_positive: int = 0
    false_negative: int = 0
    true_negative: int = 0
    false_positive: int = 0

    @property
    def violations(self) -> int:
        """Reviewed violations."""
        return self.true_positive + self.false_negative

    @property
    def others(self) -> int:
        """Reviewed calls without the violation."""
        return self.true_negative + self.false_positive

    @property
    def sensitivity(self) -> Share | None:
        """Reported of all violations."""
        return wilson(self.true_positive, self.violations)

    @property
    def specificity(self) -> Share | None:
        """Not reported of all non-violations."""
        return wilson(self.true_negative, self.others)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected rate; all 0..1.

    Args:
        value: the estimate of Rogan and Gladen, within 0..1.
        low, high: the interval of 95 % by Lang and Reiczigel.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A violation rate as it may be shown.

    Args:
        raw: what the machine reported, of its definite verdicts; None when there were none.
        corrected: None when it cannot be had.
        why: why it is not corrected; None when it is.
        errors: what the correction rests on.
    """

    raw: Share | None
    corrected: Corrected | None
    why: Text | None
    errors: Errors


def rate(reported: int, of: int, errors: Errors) -> Rate:
    """The violation rate of ``reported`` in ``of`` definite verdicts, corrected if the errors are known well enough."""
    raw = wilson(reported, of)
    why = refusal(errors) if raw is not None else Text("no definite verdict", "没有确定的判定")
    if raw is None or why is not None:
        return Rate(raw, None, why, errors)
    return Rate(raw, rogan_gladen(reported, of, errors), None, errors)


def refusal(errors: Errors) -> Text | None:
    """Why these errors cannot correct anything; None if they can."""
    if errors.violations < LEAST_EACH or errors.others < LEAST_EACH:
        return Text(
            f"not corrected: of the calls drawn by lot, people judged {errors.violations} violations and "
            f"{errors.others} others; {LEAST_EACH} of each are needed",
            f"未校正：抽签通话中人工判定违规 {errors.violations} 例、合规 {errors.others} 例，各需 {LEAST_EACH} 例",
        )
    sensitivity, specificity, _ = _shrunk(errors)
    if (
        sensitivity + specificity <= 1
        or (errors.true_positive / errors.violations) + (errors.true_negative / errors.others) <= 1
    ):
        return Text(
            "not corrected: on reviewed calls the machine did no better than chance (sensitivity + specificity ≤ 1)",
            "未校正：在已复核的通话中，机器判定不优于随机（灵敏度＋特异度 ≤ 1）",
        )
    return None


def rogan_gladen(reported: int, of: int, errors: Errors) -> Corrected:
    """The true rate behind ``reported`` in ``of``.

    Sources: W. J. Rogan, B. Gladen, Am. J. Epidemiol. 107 (1978), 71-76, for the estimate; Zs. Lang, J. Reiczigel,
    Prev. Vet. Med. 113 (2014), 13-22, for the interval, which holds the uncertainty of both errors too.

    Raises:
        ValueError: if there is nothing to correct, or the errors are no better than chance.
    """
    if of <= 0 or not 0 <= reported <= of or not errors.violations or not errors.others:
        raise ValueError("nothing to correct")
    sensitivity = errors.true_positive / errors.violations
    specificity = errors.true_negative / errors.others
    if sensitivity + specificity <= 1:
        raise ValueError("no better than chance")
    value = (reported / of + specificity - 1) / (sensitivity + specificity - 1)

    se, sp, (n_se, n_sp) = _shrunk(errors)
    square = Z95 * Z95
    n = of + square
    apparent = (reported + square / 2) / n
    gain = se + sp - 1
    if gain <= 0:
        raise ValueError("no better than chance")
    middle = (apparent + sp - 1) / gain
    var_se, var_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    shift = 2 * square * (middle * var_se - (1 - middle) * var_sp)
    deviation = math.sqrt(apparent * (1 - apparent) / n + middle**2 * var_se + (1 - middle) ** 2 * var_sp) / gain
    low, high = middle + shift - Z95 * deviation, middle + shift + Z95 * deviation
    value = min(1.0, max(0.0, value))
    return Corrected(value, min(value, max(0.0, low)), max(value, min(1.0, high)))


def _shrunk(errors: Errors) -> tuple[float, float, tuple[int, int]]:
    """Sensitivity and specificity with one success and one failure added, and the numbers they then rest on."""
    n_se, n_sp = errors.violations + 2, errors.others + 2
    return (errors.true_positive + 1) / n_se, (errors.true_negative + 1) / n_sp, (n_se, n_sp)
