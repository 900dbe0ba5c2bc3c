"""The report on surveys in the terminal: the whole with its formulae, then the rows."""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.surveys.model import By, Measure, SurveyReport
from ivr.reports.surveys.model import Group as Answers
from ivr.reports.terminal_parts import plain_table, title

_NAMES: dict[By, Text] = {
    "agent": Text("agent", "坐席"),
    "queue": Text("queue", "队列"),
    "day": Text("day", "日"),
}
_NOBODY = Text("(nobody)", "（无）")


def print_surveys(console: Console, report: SurveyReport) -> None:
    """Print a report."""
    console.print(surveys_view(report))


def surveys_view(report: SurveyReport) -> RenderableType:
    """A report as Rich shows it."""
    since, until = (at.astimezone(report.zone) for at in (report.since, report.until))
    span = Line(f"{since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M}", style="dim")
    parts: list[RenderableType] = [title(Text("Satisfaction survey [A8]", "满意度调查 [A8]")), span, _whole(report)]
    if report.rows:
        parts += [title(Text(f"By {report.by}", f"按{_NAMES[report.by].zh}")), _rows(report)]
    return Group(*parts)


def _whole(report: SurveyReport) -> RenderableType:
    table = plain_table()
    table.add_column(str(Text("question", "问题")), overflow="fold")
    table.add_column(str(Text("figure", "指标")), no_wrap=True)
    table.add_column(str(Text("value", "值")), justify="right", no_wrap=True, style="bold")
    table.add_column(str(Text("counted", "分子 / 分母")), justify="right", no_wrap=True)
    table.add_column(str(Text("95 %", "95% 区间")), justify="right", no_wrap=True)
    table.add_column(str(Text("formula", "公式")), overflow="fold", ratio=1, style="dim")
    for group in report.whole:
        for place, one in enumerate(group.measures):
            name = Line("" if place else clean(group.question, 64))
            counted = f"{one.numerator} / {one.denominator}"
            table.add_row(name, str(one.name), _value(one), counted, _interval(one), str(one.formula))
        table.add_row("", str(Text("answers", "回答")), "", _counts(group), "", "")
    return table


def _rows(report: SurveyReport) -> RenderableType:
    table = plain_table()
    table.add_column(str(_NAMES[report.by]), overflow="fold")
    table.add_column(str(Text("question", "问题")), overflow="fold")
    for name in (Text("asked", "提问"), Text("answered", "回答"), Text("rate", "回答率")):
        table.add_column(str(name), justify="right", no_wrap=True)
    table.add_column(str(Text("mean", "平均分")), justify="right", no_wrap=True, style="bold")
    table.add_column(str(Text("4 and 5", "满意率")), justify="right", no_wrap=True)
    table.add_column(str(Text("answers", "回答")), overflow="fold")
    for group in report.rows:
        found = {one.id: one for one in group.measures}
        shown = [_value(found[name]) if name in found else "" for name in ("answer_rate", "mean", "satisfied")]
        table.add_row(
            Line(clean(group.name, 64) or str(_NOBODY)),
            Line(clean(group.question, 64)),
            str(group.asked),
            str(group.answered),
            *shown,
            _counts(group),
        )
    return table


def _value(one: Measure) -> str:
    if one.value is None:
        return "—"
    return f"{one.value:.1f} %" if one.unit else f"{one.value:.2f}"


def _interval(one: Measure) -> str:
    return "" if one.low is None or one.high is None else f"{one.low:.1f} – {one.high:.1f} %"


def _counts(group: Answers) -> str:
    return "  ".join(f"{clean(key, 8)}: {times}" for key, times in group.counts.items()) or "—"


__all__ = ["print_surveys", "surveys_view"]
