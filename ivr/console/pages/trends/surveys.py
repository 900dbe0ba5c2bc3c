"""What callers answered after the service: by question, then by queue or agent."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.console.pages.trends.choosing import Asked, told
from ivr.console.pages.trends.shown import NOTHING, agent_title, categories, few, numbers, per_cent, rounded
from ivr.console.parts.frame import element, empty
from ivr.console.parts.plot import figure, plot
from ivr.console.parts.table import Column, table
from ivr.console.services.trends import surveys
from ivr.console.services.trends.surveys import MeasureTold, QuestionTold
from ivr.console.view import View
from ivr.core.language import Text

NOBODY = Text("(talked to nobody)", "（未与坐席通话）")


async def show(view: View, asked: Asked) -> None:
    """Each question's figures and answers, its days, and tables."""
    by: surveys.By = "agent" if asked.wanted.queue else "queue"
    found = await surveys.surveys(view.console, view.who, asked.wanted, by)
    told(view, found.period)
    if not found.whole:
        empty(view, Text("Nobody was asked in this time.", "该时段没有进行满意度调查。"))
        return
    for one in found.whole:
        with element("section", "card"):
            element("h2", text=one.question).props("data-words")
            with element("div", "figures"):
                figure(view, Text("asked", "提问"), f"{one.asked:,}")
                for measure in one.measures:
                    formula = Text(measure.formula, measure.formula)
                    figure(view, Text(measure.name, measure.name), _value(measure), formula=formula)
        _answers(view, one)
    days = await surveys.surveys(view.console, view.who, asked.wanted, "day")
    _over_time(view, days.rows, sum(one.answered for one in found.whole))
    title = Text("By queue", "按队列") if by == "queue" else Text("By agent", "按坐席")
    _table(view, title, found.rows)
    if by == "queue" and not asked.wanted.agent:
        agents = await surveys.surveys(view.console, view.who, asked.wanted, "agent")
        _table(view, Text("By agent", "按坐席"), agents.rows)


def _answers(view: View, one: QuestionTold) -> None:
    keys = list(one.counts)
    options = {
        "xAxis": categories(keys),
        "yAxis": numbers(minInterval=1),
        "series": [{"type": "bar", "name": view.say(Text("answers", "回答")), "data": list(one.counts.values()),
                    "barMaxWidth": 40}],
    }  # fmt: skip
    head = [Text("Key", "按键"), Text("Answers", "次数"), Text("Share %", "占比 %")]
    body = [[key, times, 100 * times / one.answered if one.answered else None] for key, times in one.counts.items()]
    plot(view, Text("Answers by key", "各按键的回答"), options, head, body, n=one.answered, height=160)


def _over_time(view: View, rows: Sequence[QuestionTold], n: int) -> None:
    scaled = [row for row in rows if _measure(row, "satisfied") is not None]
    if len({row.name for row in scaled}) < 2:
        return
    question = scaled[0].question
    shown = [row for row in scaled if row.question == question]
    values = [rounded(_number(row, "satisfied")) for row in shown]
    options = {
        "xAxis": categories([row.name[5:] for row in shown]),
        "yAxis": per_cent(),
        "series": [{"type": "line", "name": view.say(Text("satisfied, %", "满意率 %")), "data": values,
                    "symbolSize": 5}],
    }  # fmt: skip
    head = [Text("Day", "日期"), Text("Answered", "回答"), Text("Satisfied %", "满意率 %"), Text("Mean", "平均分")]
    body = [[row.name, row.answered, _number(row, "satisfied"), _number(row, "mean")] for row in shown]
    plot(view, Text("Day by day", "逐日"), options, head, body, n=n, height=200)


def _table(view: View, title: Text, rows: Sequence[QuestionTold]) -> None:
    element("h2", "below", text=view.say(title))
    columns: list[Column[QuestionTold]] = [
        Column(Text("Name", "名称"), lambda row: agent_title(view, row.name) or view.say(NOBODY)),
        Column(Text("Question", "问题"), lambda row: row.question),
        Column(Text("Asked", "提问"), lambda row: f"{row.asked:,}", number=True),
        Column(Text("Answered", "回答"), lambda row: f"{row.answered:,}", number=True),
        Column(
            Text("Mean", "平均分"), lambda row: _shown(row, "mean"), number=True, classes=lambda row: few(row.answered)
        ),
        Column(
            Text("Satisfied", "满意率"),
            lambda row: _shown(row, "satisfied"),
            number=True,
            classes=lambda row: few(row.answered),
        ),
    ]
    table(view, columns, rows, label=title)


def _measure(row: QuestionTold, name: str) -> MeasureTold | None:
    return next((one for one in row.measures if one.id == name), None)


def _number(row: QuestionTold, name: str) -> float | None:
    found = _measure(row, name)
    return None if found is None else found.value


def _shown(row: QuestionTold, name: str) -> str:
    found = _measure(row, name)
    return NOTHING if found is None else _value(found)


def _value(one: MeasureTold) -> str:
    if one.value is None:
        return NOTHING
    text = f"{one.value:.1f} {one.unit}".strip() if one.unit else f"{one.value:.2f}"
    return text if one.low is None or one.high is None else f"{text} ({one.low:.1f}–{one.high:.1f})"


__all__ = ["show"]
