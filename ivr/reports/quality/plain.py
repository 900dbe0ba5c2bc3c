"""A quality report as plain data for JSON, and as rows for CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from ivr.core.language import Text, console_language
from ivr.reports.quality.model import NOT_MEASURED, Group, ItemRow, QualityReport

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """Plain data for JSON; texts in both languages."""
    if isinstance(value, Text):
        return {"en": value.en, "zh": value.zh}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def cell(value: Any) -> str:
    """One cell of CSV. Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return str(NOT_MEASURED)
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" \u3000\ufeff").startswith(_FORMULAS) else text


def to_csv(report: QualityReport) -> str:
    """All tables of a report below one another: kind, name, figure, value, low, high, n."""
    zh = console_language() == "zh"
    head = ("类别", "名称", "指标", "值", "下限", "上限", "数量") if zh else (
        "kind", "name", "figure", "value", "low", "high", "n"
    )  # fmt: skip
    return csv_text(head, rows(report))


def csv_text(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """A table as CSV. Begins with a BOM, which tells spreadsheets that it is UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(one) for one in line] for line in lines)
    return "\ufeff" + out.getvalue()


def rows(report: QualityReport) -> Iterator[Sequence[Any]]:
    """The rows of the CSV, as values."""
    yield from _group("all", "", report.whole)
    for one in report.agents:
        yield from _group("agent", one.name, one)
    for one in report.teams:
        yield from _group("team", one.name, one)
    for row in report.items:
        yield from _item(row)
    for kind, points in (("day", report.days), ("month", report.months)):
        for point in points:
            final = point.final
            yield kind, point.day.isoformat(), "final score %", final.value, _or(final.low), _or(final.high), final.n
    for sheet in report.sheets:
        for figure in sheet.cells:
            name = f"{figure.id} {figure.unit}".strip()
            yield "sheet", sheet.agent, name, figure.value, "", "", "" if figure.n is None else figure.n
    for agreed in report.agreement:
        kappa = agreed.kappa
        yield "agreement", agreed.item, "kappa", kappa.value, _or(kappa.low), _or(kappa.high), kappa.n
    for spot in report.spots:
        yield "spot checks", spot.agent, "drawn", spot.drawn, "", "", spot.quota
        yield "spot checks", spot.agent, "reviewed", spot.reviewed, "", "", spot.drawn


def _group(kind: str, name: str, one: Group) -> Iterator[Sequence[Any]]:
    yield kind, name, "final score %", one.final.value, _or(one.final.low), _or(one.final.high), one.final.n
    yield (
        kind,
        name,
        "automatic score %",
        one.automatic.value,
        _or(one.automatic.low),
        _or(one.automatic.high),
        (one.automatic.n),
    )
    yield kind, name, "cards", one.cards, "", "", ""
    yield kind, name, "reviewed", one.reviewed, "", "", ""
    yield kind, name, "fail-all", one.failed_all, "", "", ""
    yield kind, name, "undecided items", one.undecided, "", "", ""


def _item(row: ItemRow) -> Iterator[Sequence[Any]]:
    if row.failed is not None:
        yield "item", row.item, "failed", row.failed.value, row.failed.low, row.failed.high, row.failed.of
    if row.rate.raw is not None:
        raw = row.rate.raw
        yield "item", row.item, "violations uncorrected", raw.value, raw.low, raw.high, raw.of
    if row.rate.corrected is not None:
        fixed = row.rate.corrected
        yield (
            "item",
            row.item,
            "violations corrected",
            fixed.value,
            fixed.low,
            fixed.high,
            row.rate.errors.violations,
        )
    yield "item", row.item, "undecided", row.undecided, "", "", ""
    for agent, share in row.by_agent.items():
        yield "item and agent", f"{row.item} / {agent}", "failed", share.value, share.low, share.high, share.of


def _or(value: float | None) -> float | str:
    return "" if value is None else value
