"""A traffic report as plain data for JSON, and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from ivr.core.language import Text, console_language
from ivr.reports.indicators import Figures, Indicator
from ivr.reports.quality.plain import csv_text
from ivr.reports.traffic.model import Row, Traffic

COUNTS = {
    "asked": Text("asked for an agent", "请求人工"),
    "answered": Text("answered", "已接"),
    "abandoned": Text("abandoned", "放弃"),
    "short": Text("of these short", "其中短时"),
    "unserved": Text("not served", "未获服务"),
    "waiting": Text("still waiting", "仍在等待"),
}
NO_DATA = Text("no data", "无数据")


def plain(report: Traffic) -> dict[str, Any]:
    """Plain data for JSON; no data is null."""
    return {
        "since": report.since.astimezone(report.zone).isoformat(),
        "until": report.until.astimezone(report.zone).isoformat(),
        "zone": str(report.zone),
        "by": report.by,
        "queue": report.queue or None,
        "agent": report.agent or None,
        "whole": _figures(report.whole),
        "rows": [_row(row, report) for row in report.rows],
        "notes": [{"en": one.en, "zh": one.zh} for one in report.notes],
    }


def plain_indicator(one: Indicator) -> dict[str, Any]:
    """One indicator with everything it was made from."""
    found: dict[str, Any] = {
        "id": one.id,
        "name": {"en": one.name.en, "zh": one.name.zh},
        "norm": one.norm or None,
        "value": one.value,
        "unit": one.unit,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "formula": {"en": one.formula.en, "zh": one.formula.zh},
    }
    if one.target is not None:
        found["target"] = one.target
    if one.reason is not None:
        found["reason"] = {"en": one.reason.en, "zh": one.reason.zh}
    if one.variant is not None:
        found["variant"] = {
            "value": one.variant.value,
            "numerator": one.variant.numerator,
            "denominator": one.variant.denominator,
            "formula": {"en": one.variant.formula.en, "zh": one.variant.formula.zh},
        }
    return found


def to_csv(report: Traffic) -> str:
    """One line a figure: row, figure, value, unit, numerator, denominator, formula."""
    zh = console_language() == "zh"
    head = ("范围", "指标", "标准", "值", "单位", "分子", "分母", "公式", "另一口径") if zh else (
        report.by, "figure", "norm", "value", "unit", "numerator", "denominator", "formula", "other way"
    )  # fmt: skip
    groups = [("*", report.whole), *((row.name, row.figures) for row in report.rows)]
    return csv_text(head, ((name, *line) for name, figures in groups for line in _lines(figures)))


def _lines(figures: Figures) -> Iterator[Sequence[Any]]:
    for name, text in COUNTS.items():
        yield str(text), "", getattr(figures.counts, name), "", "", "", "", ""
    for one in figures.indicators:
        other = "" if one.variant is None else _value(one.variant.value)
        formula = str(one.formula) if one.reason is None else f"{one.formula}; {one.reason}"
        yield str(one.name), one.norm, _value(one.value), one.unit, one.numerator, one.denominator, formula, other


def _value(value: float | None) -> Any:
    return str(NO_DATA) if value is None else value


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "counts": asdict(figures.counts),
        "indicators": {one.id: plain_indicator(one) for one in figures.indicators},
    }


def _row(row: Row, report: Traffic) -> dict[str, Any]:
    begin = None if row.begin is None else row.begin.astimezone(report.zone).isoformat()
    return {"name": row.name, "begin": begin, **_figures(row.figures)}
