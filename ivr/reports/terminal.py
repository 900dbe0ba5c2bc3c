"""Stories and indicators for the terminal, 80 columns and up; plain text where it is not a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text as Line

from ivr.core.language import Text
from ivr.reports.clean import clean
from ivr.reports.figures import explained, fraction, moment, seconds, value
from ivr.reports.findings import Finding
from ivr.reports.indicators import Indicator, Indicators
from ivr.reports.model import CallStory, Event, PathStep
from ivr.reports.terminal_parts import plain_table, title
from ivr.reports.terminal_sound import recordings_view, sound_view
from ivr.reports.terminal_verdicts import MARKS, verdicts_view
from ivr.reports.wording import hung_up, outcome_of_call, party, pause_mark

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
_SPEAKERS = {"caller": "cyan", "agent": "magenta", "voicemail": "cyan", "statement": "cyan"}


def print_story(console: Console, story: CallStory) -> None:
    """Print one call: header, way through the flow, events, transcript, sound, verdicts, score, recordings."""
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
    if story.answers:
        parts += [Line(), title(Text("Survey [A8]", "满意度调查 [A8]")), _answers(story)]
    if story.utterances or story.pauses:
        parts += [Line(), title(Text("Transcript", "转写")), _transcript(story)]
    if story.sounds:
        parts += [Line(), title(Text("Sound", "语音表现")), sound_view(story)]
    if story.findings or story.cards:
        parts += [Line(), title(Text("Script compliance", "话术合规")), verdicts_view(story)]
    if story.tracks:
        parts += [Line(), title(Text("Recordings", "录音")), recordings_view(story)]
    return Group(*parts)


def indicators_view(found: Indicators) -> RenderableType:
    """The indicators of a period as Rich shows them."""
    parts: list[RenderableType] = [title(Text("Indicators", "指标")), indicator_table(found.whole)]
    if len(found.queues) > 1:
        for queue, figures in found.queues.items():
            parts += [title(Text(f"Queue {clean(queue)}", f"队列 {clean(queue)}")), indicator_table(figures)]
    return Group(*parts)


def calls_view(stories: Iterable[CallStory]) -> RenderableType:
    """Calls as a list."""
    stories = list(stories)
    several_days = len({story.started_at.date() for story in stories}) > 1
    table = plain_table()
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


def _answers(story: CallStory) -> Table:
    table = Table.grid(padding=(0, 2))
    for one in story.answers:
        about = " ".join(clean(name, 64) for name in (one.agent, one.queue) if name)
        answer = Line(clean(one.answer, 8), style="bold") if one.answer else Line(str(Text("no answer", "未回答")))
        table.add_row(
            Line(moment(one.at), style="dim"), Line(clean(one.question, 64)), answer, Line(about, style="dim")
        )
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
    lines: list[tuple[float, Line, Line]] = []
    for one in story.utterances:
        who = clean(one.agent, 24) if one.speaker == "agent" and one.agent else str(party(one.speaker))
        lines.append((one.start, Line(who, style=_SPEAKERS.get(one.speaker, "")), Line(clean(one.text))))
    lines += [(start, Line(), Line(str(pause_mark(start, end)), style="yellow")) for start, end in story.pauses]
    for at, speaker, text in sorted(lines, key=lambda line: line[0]):
        table.add_row(moment(at), speaker, text)
    return table


def indicator_table(figures: Sequence[Indicator]) -> Table:
    """Indicators with their parts and formulae."""
    table = plain_table()
    table.add_column(str(Text("indicator", "指标")), overflow="fold")
    table.add_column(str(Text("value", "值")), justify="right", no_wrap=True, style="bold")
    table.add_column(str(Text("counted", "分子 / 分母")), justify="right", no_wrap=True)
    table.add_column(str(Text("formula", "公式")), overflow="fold", ratio=1, style="dim")
    for one in figures:
        name = f"{one.name} [{one.norm}]" if one.norm else str(one.name)
        shown = value(one) if one.value is None else f"{value(one)} {one.unit}"
        table.add_row(Line(clean(name)), shown, fraction(one), Line(clean(str(explained(one)))))
    return table


def _tally(findings: Sequence[Finding]) -> Line:
    line = Line()
    for mark in ("pass", "fail", "unsure"):
        count = sum(finding.mark == mark for finding in findings)
        if count:
            sign, style = MARKS[mark]
            line.append(f"{sign}{count} ", style=style)
    return line


__all__ = [
    "calls_view",
    "indicator_table",
    "indicators_view",
    "print_calls",
    "print_indicators",
    "print_story",
    "story_view",
    "verdicts_view",
]
