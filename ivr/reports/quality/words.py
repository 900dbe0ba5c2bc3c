"""Figures of a quality report as people read them, in both languages."""

from __future__ import annotations

from ivr.core.language import Text
from ivr.reports.figures import amount, seconds
from ivr.reports.quality.model import NOT_MEASURED, Cell, ItemRow, Mean, Spot
from recording.review.intervals import Share
from recording.review.kappa import Kappa


def score(mean: Mean) -> Text:
    """``84.7 (81.0–88.3)``; the interval only where there is one."""
    if mean.value is None:
        return NOT_MEASURED
    text = f"{mean.value:.1f}"
    if mean.low is not None and mean.high is not None:
        text += f" ({mean.low:.1f}–{mean.high:.1f})"
    return Text(text, text)


def share(found: Share | None) -> Text:
    """``29.8 % (24.3–36.1)``."""
    if found is None:
        return Text("—", "—")
    text = f"{100 * found.value:.1f} % ({100 * found.low:.1f}–{100 * found.high:.1f})"
    return Text(text, text)


def corrected(row: ItemRow) -> Text:
    """The corrected rate; ``uncorrected`` where there is none."""
    fixed = row.rate.corrected
    if fixed is None:
        return Text("uncorrected", "未校正") if row.rate.raw is not None else Text("—", "—")
    text = f"{100 * fixed.value:.1f} % ({100 * fixed.low:.1f}–{100 * fixed.high:.1f})"
    return Text(text, text)


def errors(row: ItemRow) -> Text:
    """The machine's errors on the item, as far as they were measured."""
    sensitivity, specificity = row.rate.errors.sensitivity, row.rate.errors.specificity
    if sensitivity is None or specificity is None:
        return Text("—", "—")
    return Text(
        f"finds {sensitivity.count} of {sensitivity.of}, clears {specificity.count} of {specificity.of}",
        f"查出 {sensitivity.count}/{sensitivity.of}，放行 {specificity.count}/{specificity.of}",
    )


def kappa(found: Kappa) -> Text:
    """``0.62 (0.41–0.83)``."""
    if found.value is None:
        return Text("not defined", "无定义") if found.n else NOT_MEASURED
    text = f"{found.value:.2f}"
    if found.low is not None and found.high is not None:
        text += f" ({found.low:.2f}–{found.high:.2f})"
    return Text(text, text)


def value(cell: Cell) -> Text:
    """A figure of the sheet with its unit; what was not measured is said to be that."""
    if cell.value is None:
        return NOT_MEASURED
    if cell.unit == "s":
        text = seconds(cell.value)
    elif cell.id == "spot_checks":
        text = f"{cell.value:.0f} / {cell.n}"
    else:
        text = f"{amount(cell.value)} {cell.unit}".strip()
    return Text(text, text)


def spot(one: Spot) -> Text:
    """How far the quota is met."""
    return Text(
        f"{one.drawn} of {one.quota} drawn, {one.reviewed} reviewed",
        f"应抽 {one.quota}，已抽 {one.drawn}，已评 {one.reviewed}",
    )
