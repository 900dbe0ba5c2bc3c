"""Indicators of a period, each with its numerator, its denominator and its formula; docs/figures.md explains them."""

from __future__ import annotations

from ivr.reports.indicators.askings import Asking
from ivr.reports.indicators.formulas import compute
from ivr.reports.indicators.model import LEVEL_SECONDS, Counts, Figures, Indicator, Indicators, Rules, Variant
from ivr.reports.indicators.site import rules_of
from ivr.reports.indicators.whole import indicators

__all__ = [
    "LEVEL_SECONDS",
    "Asking",
    "Counts",
    "Figures",
    "Indicator",
    "Indicators",
    "Rules",
    "Variant",
    "compute",
    "indicators",
    "rules_of",
]
