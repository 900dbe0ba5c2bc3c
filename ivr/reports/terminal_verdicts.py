"""Verdicts and scorecards for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports.arranged import AgentView, SectionView, arranged, shown_reading
from ivr.reports.clean import clean
from ivr.reports.figures import amount, moment
from ivr.reports.findings import Card, Finding
from ivr.reports.model import CallStory
from ivr.reports.terminal_parts import plain_table
from ivr.reports.wording import value_of
from recording.compliance.reasons import NOT_HEARD

MARKS = {"pass": ("✓", "green"), "fail": ("✗", "bold red"), "unsure": ("?", "yellow"), "not_applicable": ("–", "dim")}


def verdicts_view(story: CallStory) -> RenderableType:
    """A call's verdicts and scores, by agent and section."""
    views = arranged(story)
    parts: list[RenderableType] = []
    for view in views:
        if len(views) > 1:
            parts.append(Line(clean(view.agent, 64) or "—", style="magenta"))
        parts.append(_verdicts(view))
        if any(section.manual for section in view.sections):
            parts += [_manual(view), Line()]
        if view.aside:
            parts.append(_aside(view.aside))
        if view.card is not None:
            parts.append(_card(view.card))
    return Group(*parts)


def _verdicts(view: AgentView) -> Table:
    table = plain_table()
    table.add_column("")
    table.add_column(str(Text("rule", "规则")), overflow="fold", ratio=2)
    table.add_column(str(Text("norm", "规范")), no_wrap=True)
    table.add_column(str(Text("verdict", "判定")), no_wrap=True)
    table.add_column(str(Text("at", "时间")), justify="right", no_wrap=True)
    table.add_column(str(Text("score", "得分")), justify="right", no_wrap=True)
    table.add_column(str(Text("heard, measured / missing", "听到、测得 / 缺失")), overflow="fold", ratio=3)
    several = len(view.sections) > 1
    for section in view.sections:
        if not section.findings:
            continue
        if several:
            table.add_row("", _heading(section))
        for finding in section.findings:
            _row(table, finding)
    return table


def _manual(view: AgentView) -> Table:
    """What a person judges and why, under the same headings."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for section in view.sections:
        for item in section.manual:
            line = Line(clean(str(item.title), 80))
            line.append(f"  {clean(str(section.title), 64)} {clean(item.norm, 16)}", style="dim")
            reason = clean(str(item.reason), 300)
            line.append(f"\n{Text('a person judges', '由人工判断')}", style="yellow")
            line.append(f": {reason}" if reason else "", style="dim")
            table.add_row(Line("☐", style="yellow"), line)
    return table


def _heading(section: SectionView) -> Line:
    line = Line(clean(str(section.title), 64), style="bold")
    if section.possible:
        line.append(f"  {amount(section.points)} / {amount(section.possible)}", style="dim")
    return line


def _row(table: Table, finding: Finding) -> None:
    mark, style = MARKS[finding.mark]
    title = Line(clean(str(finding.title), 80))
    if finding.forbidden:
        title.append(f" ({Text('forbidden', '禁用')})", style="dim")
    table.add_row(
        Line(mark, style=style),
        title,
        clean(finding.norm, 16),
        Line(str(value_of(finding.value)), style=style),
        "" if finding.start is None else moment(finding.start),
        "" if finding.score is None else f"{finding.score:.0f}",
        _evidence(finding),
    )


def _evidence(finding: Finding) -> Line:
    line = Line()
    if finding.measured is not None:
        line.append(clean(str(shown_reading(finding.measured)), 160))
        if finding.mark == "unsure":
            line.append("\n" + clean(str(finding.reason), 160), style="dim")
        return line
    if finding.heard and finding.located:
        line.append(clean(finding.told, 160))
    elif finding.heard:
        line.append(f"{Text('closest', '最接近')}: {clean(finding.heard, 160)}", style="dim")
    missing = [*finding.missing, *map(str, finding.missing_parts)]
    if missing:
        line.append("  " if line else "")
        line.append("− " + clean(" / ".join(missing), 160), style="yellow")
    expected = finding.mark == "pass" and finding.reason == NOT_HEARD  # what is forbidden was not said
    if not expected and (finding.mark != "pass" or not line):
        line.append("\n" if line else "")
        line.append(clean(str(finding.reason), 160), style="dim")
    return line


def _aside(findings: Sequence[Finding]) -> Line:
    """What did not apply to this call, in one line."""
    titles = "; ".join(clean(str(one.title), 80) for one in findings)
    count = len(findings)
    return Line(f"– {Text(f'{count} did not apply', f'{count} 项不适用')}: {titles}", style="dim")


def _card(card: Card) -> Line:
    line = Line()
    line.append(f"{Text('Score', '得分')} ", style="bold")
    if card.agent:
        line.append(f"{clean(card.agent, 64)}  ")
    line.append(f"{amount(card.points)} / {amount(card.possible)}", style="bold red" if card.failed_all else "bold")
    if card.percent is not None:
        line.append(f"  {card.percent:.0f} %")
    if card.failed_all:
        line.append(f"  {Text('a fail-all item was broken', '触发一票否决项')}", style="red")
    if card.for_person:
        line.append(f"  {Text(f'{card.for_person} for a person', f'{card.for_person} 项待人工判断')}", style="yellow")
    manual = len(card.manual)
    if manual:
        line.append(f"  {Text(f'{manual} that only a person judges', f'{manual} 项仅由人工判断')}", style="yellow")
    line.append(f"  {clean(card.rulebook, 64)} {clean(card.rulebook_version, 64)}", style="dim")
    return line
