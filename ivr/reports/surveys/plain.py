"""The report on surveys as plain data for JSON, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ivr.core.language import Text, console_language
from ivr.reports.quality.plain import csv_text
from ivr.reports.surveys.model import Group, Measure, SurveyReport


def plain(report: SurveyReport) -> dict[str, Any]:
    """Plain data for JSON; no data is null."""
    return {
        "since": report.since.astimezone(report.zone).isoformat(),
        "until": report.until.astimezone(report.zone).isoformat(),
        "zone": str(report.zone),
        "by": report.by,
        "whole": [_group(one) for one in report.whole],
        "rows": [_group(one) for one in report.rows],
    }


def to_csv(report: SurveyReport) -> str:
    """One line a figure: name, question, figure, value, unit, numerator, denominator, interval, formula."""
    zh = console_language() == "zh"
    head = ("范围", "问题", "指标", "值", "单位", "分子", "分母", "下限", "上限", "公式") if zh else (
        report.by, "question", "figure", "value", "unit", "numerator", "denominator", "low", "high", "formula"
    )  # fmt: skip
    groups = [("*", one) for one in report.whole] + [(one.name, one) for one in report.rows]
    return csv_text(head, (line for name, group in groups for line in _lines(name, group)))


def _lines(name: str, group: Group) -> Iterator[Sequence[Any]]:
    for key, times in group.counts.items():
        yield (
            name,
            group.question,
            str(Text(f"answer {key}", f"回答 {key}")),
            times,
            "",
            times,
            group.answered,
            "",
            "",
            "",
        )
    for one in group.measures:
        low, high = ("" if bound is None else bound for bound in (one.low, one.high))
        number = "" if one.value is None else one.value
        yield (
            *(name, group.question, str(one.name), number, one.unit),
            *(one.numerator, one.denominator, low, high, str(one.formula)),
        )


def _group(group: Group) -> dict[str, Any]:
    return {
        "name": group.name or None,
        "question": group.question,
        "asked": group.asked,
        "answered": group.answered,
        "counts": dict(group.counts),
        "measures": {one.id: _measure(one) for one in group.measures},
    }


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "name": {"en": one.name.en, "zh": one.name.zh},
        "value": one.value,
        "unit": one.unit,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "low": one.low,
        "high": one.high,
        "formula": {"en": one.formula.en, "zh": one.formula.zh},
    }


__all__ = ["plain", "to_csv"]
