"""Stories and indicators for the terminal, 80 columns and up; plain text where it is not a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.figures import amount, fraction, moment, seconds
from ivr.reports.indicators import Indicator, Indicators
from ivr.reports.model import CallStory, Card, Event, Finding, PathStep
from ivr.reports.wording import hung_up, outcome_of_call, party, value_of

_EVENT_STYLES = {
    "key": "bold cyan",
    "invalid": "yellow",
    "timeout": "yellow",
    "failure": "yellow",
    "emergency": "bold red",
    "connect": "green",
    "hangup": "bold",
    "prompt": "dim",
}
_MARKS = {"pass": ("✓", "green"), "fail": ("✗", "bold red"), "unsure": ("?", "yellow"), "not_applicable": ("–", "dim")}
_SPEAKERS = {"caller": "cyan", "agent": "magenta", "voicemail": "cyan"}


def print_story(console: Console, story: CallStory) -> None:
    """Print one call: header, way through the flow, events, transcript, verdicts, score."""
    console.print(story_view(story))


def print_indicators(console: Console, found: Indicators) -> None:
    """Print the indicators of a period, all queues together and each, formula beside the figure."""
    console.print(indicators_view(found))


def print_calls(console: Console, stories: Iterable[CallStory]) -> None:
    """Print calls as a list, one line each."""
    console.print(calls_view(stories))


def story_view(story: CallStory) -> RenderableType:
    """One call as Rich shows it."""
    parts: list[RenderableType] = [_header(story)]
    if story.path:
        parts.append(_path(story.path))
    parts += [Line(), _events(story)]
    if story.utterances:
        parts += [Line(), _title(Text("Transcript", "转写")), _transcript(story)]
    if story.findings:
        parts += [Line(), _title(Text("Script compliance", "话术合规")), _verdicts(story)]
    parts += [_card(card) for card in story.cards]
    return Group(*parts)


def verdicts_view(story: CallStory) -> RenderableType:
    """A call's verdicts and scores alone."""
    return Group(_verdicts(story), *map(_card, story.cards))


def indicators_view(found: Indicators) -> RenderableType:
    """The indicators of a period as Rich shows them."""
    parts: list[RenderableType] = [_title(Text("Indicators", "指标")), _indicator_table(found.whole)]
    if len(found.queues) > 1:
        for queue, figures in found.queues.items():
            parts += [_title(Text(f"Queue {clean(queue)}", f"队列 {clean(queue)}")), _indicator_table(figures)]
    return Group(*parts)


def calls_view(stories: Iterable[CallStory]) -> RenderableType:
    """Calls as a list."""
    stories = list(stories)
    several_days = len({story.started_at.date() for story in stories}) > 1
    table = _table()
    for name, justify in (
        (Text("#", "#"), "right"),
        (Text("start", "开始"), "left"),
        (Text("caller", "来电"), "left"),
        (Text("outcome", "结果"), "left"),
        (Text("wait", "等待"), "right"),
        (Text("talk", "通话"), "right"),
        (Text("hung up", "挂机"), "left"),
        (Text("script", "话术"), "left"),
    ):
        table.add_column(str(name), justify=justify, no_wrap=True)  # type: ignore[arg-type]
    for story in stories:
        table.add_row(
            str(story.id),
            f"{story.started_at:%m-%d %H:%M:%S}" if several_days else f"{story.started_at:%H:%M:%S}",
            Line(clean(story.caller, 13)),
            str(outcome_of_call(story.outcome)),
            seconds(story.wait_s) if story.visits else "",
            seconds(story.talk_s) if story.talk_s else "",
            str(party(story.hung_up_by)) if story.hung_up_by else "",
            _tally(story.findings),
        )
    return table


def _header(story: CallStory) -> Line:
    line = Line(no_wrap=False)
    line.append(f"#{story.id}  ", style="bold")
    line.append(f"{story.started_at:%Y-%m-%d %H:%M:%S}  ")
    line.append(f"{clean(story.caller, 40) or '—'} → {clean(story.number, 40)}", style="bold")
    line.append(f"  {clean(story.language, 16)}  ")
    line.append(
        str(outcome_of_call(story.outcome)), style="bold green" if story.outcome == "answered" else "bold yellow"
    )
    facts = [Text(f"{seconds(story.duration)} in all", f"全程 {seconds(story.duration)}")]
    if story.visits:
        facts.append(Text(f"waited {seconds(story.wait_s)}", f"等待 {seconds(story.wait_s)}"))
    if story.talk_s:
        facts.append(Text(f"talked {seconds(story.talk_s)}", f"通话 {seconds(story.talk_s)}"))
    if not story.under_way:
        facts.append(hung_up(story.hung_up_by))
    if story.route == "emergency":
        facts.append(Text("emergency route", "应急路由"))
    for fact in facts:
        line.append(f" · {fact}")
    line.append(f"\n{clean(story.linkedid, 128)}  {clean(story.flow)} {clean(story.flow_version)}", style="dim")
    return line


def _path(path: Sequence[PathStep]) -> Line:
    line = Line(style="dim")
    for index, step in enumerate(path):
        line.append(" › " if index else "")
        line.append(clean(step.step, 64))
        for key, chosen in step.keys:
            line.append(f" [{clean(key, 8)}]", style="bold cyan not dim" if chosen else "yellow not dim")
        if step.timeouts:
            line.append(f" ({step.timeouts}× {Text('silent', '超时')})", style="yellow")
    return line


def _events(story: CallStory) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for event in story.events:
        table.add_row(moment(event.at), f"{story.clock(event.at):%H:%M:%S}", _event(event))
    return table


def _event(event: Event) -> Line:
    line = Line()
    if event.step:
        line.append(f"{clean(event.step, 64)}: ", style="dim")
    line.append(clean(str(event.text), 300), style=_EVENT_STYLES.get(event.kind, ""))
    return line


def _transcript(story: CallStory) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in story.utterances:
        who = clean(one.agent, 24) if one.speaker == "agent" and one.agent else str(party(one.speaker))
        table.add_row(moment(one.start), Line(who, style=_SPEAKERS.get(one.speaker, "")), Line(clean(one.text)))
    return table


def _verdicts(story: CallStory) -> Table:
    table = _table()
    table.add_column("")
    table.add_column(str(Text("rule", "规则")), overflow="fold")
    table.add_column(str(Text("norm", "规范")), no_wrap=True)
    table.add_column(str(Text("verdict", "判定")), no_wrap=True)
    table.add_column(str(Text("at", "时间")), justify="right", no_wrap=True)
    table.add_column(str(Text("score", "得分")), justify="right", no_wrap=True)
    table.add_column(str(Text("heard / missing", "听到 / 缺失")), overflow="fold", ratio=1)
    several = len({finding.agent for finding in story.findings}) > 1
    for finding in story.findings:
        mark, style = _MARKS[finding.mark]
        title = Line(clean(str(finding.title), 80))
        if finding.forbidden:
            title.append(f" ({Text('forbidden', '禁用')})", style="dim")
        if several:
            title.append(f" {clean(finding.agent, 24)}", style="dim")
        table.add_row(
            Line(mark, style=style),
            title,
            clean(finding.norm, 16),
            Line(str(value_of(finding.value)), style=style),
            "" if finding.start is None else moment(finding.start),
            "" if finding.score is None else f"{finding.score:.0f}",
            _evidence(finding),
        )
    return table


def _evidence(finding: Finding) -> Line:
    line = Line()
    if finding.heard and finding.located:
        line.append(clean(finding.told, 160))
    elif finding.heard:
        line.append(f"{Text('closest', '最接近')}: {clean(finding.heard, 160)}", style="dim")
    missing = [*finding.missing, *map(str, finding.missing_parts)]
    if missing:
        line.append("  " if line else "")
        line.append("− " + clean(" / ".join(missing), 160), style="yellow")
    if finding.mark != "pass" or not line:
        line.append("\n" if line else "")
        line.append(clean(str(finding.reason), 160), style="dim")
    return line


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
    line.append(f"  {clean(card.rulebook, 64)} {clean(card.rulebook_version, 64)}", style="dim")
    return line


def _indicator_table(figures: Sequence[Indicator]) -> Table:
    table = _table()
    table.add_column(str(Text("indicator", "指标")), overflow="fold")
    table.add_column(str(Text("value", "值")), justify="right", no_wrap=True, style="bold")
    table.add_column(str(Text("counted", "分子 / 分母")), justify="right", no_wrap=True)
    table.add_column(str(Text("formula", "公式")), overflow="fold", ratio=1, style="dim")
    for one in figures:
        name = f"{one.name} [{one.norm}]" if one.norm else str(one.name)
        value = "—" if one.value is None else f"{one.value:.1f} {one.unit}"
        table.add_row(Line(clean(name)), value, fraction(one), Line(clean(str(one.formula))))
    return table


def _tally(findings: Sequence[Finding]) -> Line:
    line = Line()
    for mark in ("pass", "fail", "unsure"):
        count = sum(finding.mark == mark for finding in findings)
        if count:
            sign, style = _MARKS[mark]
            line.append(f"{sign}{count} ", style=style)
    return line


def _title(text: Text) -> Line:
    return Line(str(text), style="bold underline")


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), header_style="dim")


__all__ = ["calls_view", "indicators_view", "print_calls", "print_indicators", "print_story", "story_view"]
