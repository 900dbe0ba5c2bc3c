"""A traffic report in the terminal: the whole with its formulae, then the rows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.figures import seconds
from ivr.reports.indicators import Counts, Figures
from ivr.reports.terminal import indicator_table
from ivr.reports.terminal_parts import plain_table, title
from ivr.reports.traffic.bars import BARS_FROM, bar, named, sparkline
from ivr.reports.traffic.model import By, Row, Traffic

ALL_ROWS = 62  # more are shown only where there was a call
LEFT_OUT = Text(
    "Rows without calls are left out here; --format csv has them.", "此处省略无来电的行；--format csv 中齐全。"
)
_NAMES: dict[By, Text] = {
    "queue": Text("queue", "队列"),
    "agent": Text("agent", "坐席"),
    "hour": Text("hour", "小时"),
    "day": Text("day", "日"),
    "month": Text("month", "月"),
}
_SHORT = {
    "answer_rate": Text("ans. %", "接通率%"),
    "service_level": Text("level %", "服务水平%"),
    "speed_of_answer": Text("speed", "应答"),
    "abandonment_rate": Text("aband. %", "放弃率%"),
    "three_rings": Text("3 rings %", "三声%"),
    "handling_time": Text("AHT", "处理"),
    "occupancy": Text("occup. %", "占用率%"),
    "pickup_rate": Text("rings %", "振铃接听%"),
    "pickup_time": Text("pick-up", "接听"),
}


def print_traffic(console: Console, report: Traffic) -> None:
    """Print a report."""
    console.print(traffic_view(report, console.width))


def traffic_view(report: Traffic, width: int = 120) -> RenderableType:
    """A report as Rich shows it in ``width`` columns."""
    since, until = (at.astimezone(report.zone) for at in (report.since, report.until))
    about = " · ".join(clean(one, 60) for one in (report.queue, report.agent) if one)
    head = Line(f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}  {report.zone}", style="bold")
    if about:
        head.append(f"  {about}")
    parts: list[RenderableType] = [head, _counts(report.whole, agent=bool(report.agent)), Line()]
    parts += [title(Text("Indicators", "指标")), indicator_table(report.whole.indicators)]
    if report.rows:
        parts += [title(Text(f"By {_NAMES[report.by].en}", f"按{_NAMES[report.by].zh}")), _rows(report, width)]
        if len(_told(report.rows)) < len(report.rows):
            parts.append(Line(str(LEFT_OUT), style="dim"))
        if report.by in {"hour", "day", "month"} and 2 < len(report.rows) <= ALL_ROWS:
            parts += _lines(report.rows)
    parts += [Line(str(note), style="dim") for note in report.notes]
    return Group(*parts)


def _counts(figures: Figures, *, agent: bool) -> Line:
    counts = figures.counts
    if agent:
        return Line(str(Text(f"talks: {counts.answered}", f"通话：{counts.answered}")))
    en = (
        f"asked for an agent {counts.asked} = answered {counts.answered} + abandoned {counts.abandoned}"
        f" (short {counts.short}) + not served {counts.unserved}"
    )
    zh = (
        f"请求人工 {counts.asked} = 已接 {counts.answered} + 放弃 {counts.abandoned}"
        f"（短时 {counts.short}）+ 未获服务 {counts.unserved}"
    )
    if counts.waiting:
        en += f"; still waiting, not counted: {counts.waiting}"
        zh += f"；仍在等待、未计入：{counts.waiting}"
    return Line(str(Text(en, zh)))


def _rows(report: Traffic, width: int) -> Table:
    of_agents = report.by == "agent" or bool(report.agent)
    table = plain_table()
    table.add_column(str(_NAMES[report.by]), no_wrap=True)
    counted = Text("talks", "通话") if of_agents else Text("asked", "请求")
    table.add_column(str(counted), justify="right", no_wrap=True)
    bars = width >= BARS_FROM
    if bars:
        table.add_column("", no_wrap=True, style="cyan")
    for one in report.rows[0].figures.indicators:
        table.add_column(str(_SHORT.get(one.id, one.name)), justify="right")
    rows = _told(report.rows)
    most = max((row.figures.counts.asked for row in rows), default=0)
    days = {row.name[:10] for row in rows} if report.by == "hour" else set()
    for row in rows:
        name = row.name[11:] if len(days) == 1 else row.name
        asked = row.figures.counts.asked
        shown = [_shown(one.value, one.unit) for one in row.figures.indicators]
        table.add_row(Line(clean(name or "—", 40)), str(asked), *([bar(asked, most, 8)] if bars else []), *shown)
    return table


def _told(rows: Sequence[Row]) -> Sequence[Row]:
    """All rows; of very many only those with calls."""
    return rows if len(rows) <= ALL_ROWS else [row for row in rows if row.figures.counts != Counts()]


def _lines(rows: Sequence[Row]) -> list[RenderableType]:
    asked = [float(row.figures.counts.asked) for row in rows]
    found: list[RenderableType] = [named(Text("asked", "请求"), sparkline(asked, low=0))]
    ids = [one.id for one in rows[0].figures.indicators]
    if "service_level" in ids:
        values = [row.figures["service_level"].value for row in rows]
        found.append(named(Text("service level 0–100 %", "服务水平 0–100%"), sparkline(values, low=0, high=100)))
    return found


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "—"
    return seconds(value) if unit == "s" else f"{value:.1f}"
