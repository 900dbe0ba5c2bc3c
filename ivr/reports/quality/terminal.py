"""A quality report on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.quality import words
from ivr.reports.quality.model import Group as Scores
from ivr.reports.quality.model import ItemRow, Point, QualityReport, Sheet


def print_quality(console: Console, report: QualityReport) -> None:
    """Print the report: scores, items, trend, sheets."""
    console.print(quality_view(report), soft_wrap=False)


def quality_view(report: QualityReport) -> RenderableType:
    """The report as something to print."""
    head = Text(f"Quality of {report.month}", f"{report.month} 质检月报")
    parts: list[RenderableType] = [Line(str(head), style="bold")]
    if report.only is not None:
        parts.append(Line(clean(str(report.only), 200), style="dim"))
    parts += [_title(Text("Scores", "得分")), _scores(report)]
    if report.items:
        parts += [_title(Text("Items", "项目")), _items(report.items), Line(str(_basis(report)), style="dim")]
    parts += [_title(Text("Trend", "走势")), _months(report.months)]
    if report.agreement:
        parts += [_title(Text("Agreement of reviewers", "评分一致性")), _agreement(report)]
    if report.disputes.raised:
        parts.append(Line(str(disputes_line(report))))
    if report.sheets:
        parts += [_title(Text("Evaluation sheet", "月度评价表")), _sheets(report.sheets)]
    return Group(*parts)


def disputes_line(report: QualityReport) -> Text:
    """What became of the disputes, as a sentence."""
    one = report.disputes
    return Text(
        f"Disputes: {one.raised} raised, {one.changed} changed a value, {one.upheld} upheld, {one.waiting} waiting, "
        f"{one.overdue} overdue",
        f"申诉：{one.raised} 件，改判 {one.changed}，维持 {one.upheld}，处理中 {one.waiting}，逾期 {one.overdue}",
    )


def _basis(report: QualityReport) -> Text:
    return Text(
        f"Violations: as the machine reported them, with an interval of 95 %; corrected where {report.rates_of} "
        "reviewed calls that were drawn by lot tell its errors.",
        f"违规率为机器判定值及 95% 区间；仅在已复核的 {report.rates_of} 通抽签通话足以测得机器误差时校正。",
    )


def _scores(report: QualityReport) -> Table:
    table = _table()
    table.add_column("", overflow="fold")
    for name in (
        Text("final %\n(95 %)", "最终得分 %\n（95%）"),
        Text("machine\n%", "机器\n%"),
        Text("cards", "评分表"),
        Text("re-\nviewed", "已复核"),
        Text("fail-\nall", "一票\n否决"),
        Text("un-\ndecided", "未决项"),
    ):
        table.add_column(str(name), justify="right", no_wrap=True)
    _score_row(table, str(Text("all", "全部")), report.whole, style="bold")
    for one in report.teams:
        _score_row(table, str(Text(f"team {clean(one.name, 64) or '—'}", f"团队 {clean(one.name, 64) or '—'}")), one)
    for one in report.agents:
        _score_row(table, clean(one.name, 64) or "—", one)
    return table


def _score_row(table: Table, name: str, one: Scores, style: str = "") -> None:
    machine = "—" if one.automatic.value is None else f"{one.automatic.value:.1f}"
    counts = (one.cards, one.reviewed, one.failed_all, one.undecided)
    table.add_row(Line(name, style=style), _in_two(words.score(one.final)), machine, *map(str, counts))


def _items(items: Sequence[ItemRow]) -> Group:
    table = _table()
    table.add_column(str(Text("item", "项目")), overflow="fold")
    for name in (
        Text("failed\nat last", "最终\n不合格"),
        Text("violations,\nmachine", "机器判定\n违规"),
        Text("corrected", "校正后"),
        Text("un-\ndecided", "未决"),
        Text("by\npeople", "人工"),
    ):
        table.add_column(str(name), justify="right", no_wrap=True)
    shown = [one for one in items if one.failed or one.rate.raw or one.undecided or one.reviewed]
    for one in shown:
        table.add_row(
            Line(f"{clean(str(one.title), 80)} {clean(one.norm, 16)}"),
            _in_two(words.share(one.failed)),
            _in_two(words.share(one.rate.raw)),
            _in_two(words.corrected(one)),
            str(one.undecided),
            str(one.reviewed),
        )
    rest = len(items) - len(shown)
    aside = Text(f"{rest} more items applied to no call", f"另有 {rest} 个项目不适用于任何通话")
    return Group(table, *([Line(str(aside), style="dim")] if rest else []))


def _in_two(text: Text) -> str:
    """A figure, and its interval under it: columns fit 80 characters."""
    return str(text).replace(" (", "\n(", 1)


def _months(points: Sequence[Point]) -> Table:
    table = _table()
    for one in points:
        table.add_column(f"{one.day:%Y-%m}", justify="right", no_wrap=True)
    table.add_row(*("—" if one.final.value is None else f"{one.final.value:.1f}" for one in points))
    return table


def _agreement(report: QualityReport) -> Table:
    table = _table()
    table.add_column(str(Text("item", "项目")), overflow="fold")
    table.add_column(str(Text("judged twice", "双评")), justify="right")
    table.add_column(str(Text("agree", "一致")), justify="right", no_wrap=True)
    table.add_column("kappa (95 %)", justify="right", no_wrap=True)
    table.add_column(str(Text("note", "说明")), overflow="fold", style="dim")
    for one in report.agreement:
        observed = "—" if one.kappa.observed is None else f"{100 * one.kappa.observed:.0f} %"
        table.add_row(
            Line(clean(str(one.title), 80)),
            str(one.kappa.n),
            observed,
            str(words.kappa(one.kappa)),
            str(one.kappa.note or ""),
        )
    return table


def _sheets(sheets: Sequence[Sheet]) -> Table:
    table = _table()
    table.add_column(str(Text("figure", "指标")), overflow="fold")
    for sheet in sheets:
        table.add_column(clean(sheet.agent, 24), justify="right", overflow="fold")
    for index, cell in enumerate(sheets[0].cells):
        name = f"{cell.name} [{cell.norm}]" if cell.norm else str(cell.name)
        values = [sheet.cells[index] for sheet in sheets]
        table.add_row(
            Line(name),
            *(Line(str(words.value(one)), style="dim" if one.value is None else "") for one in values),
        )
    return table


def _title(text: Text) -> Line:
    return Line(f"\n{text}", style="bold underline")


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")


__all__ = ["disputes_line", "print_quality", "quality_view"]
