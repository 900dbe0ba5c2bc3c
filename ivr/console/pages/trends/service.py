"""Indicators B1 to B4 of a period: the whole, day by day (of one day by hour), by queue and by agent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivr.console.pages.trends.choosing import Asked, told
from ivr.console.pages.trends.shown import agent_title, categories, few, legend, numbers, per_cent, rounded, value
from ivr.console.parts.frame import element, empty
from ivr.console.parts.plot import figure, plot
from ivr.console.parts.table import Column, table
from ivr.console.services.trends import traffic
from ivr.console.services.trends.traffic import RowTold
from ivr.console.view import View
from ivr.core.language import Text

_WAITING = ("answer_rate", "service_level", "speed_of_answer", "abandonment_rate", "three_rings", "handling_time")
_WORK = ("pickup_rate", "three_rings", "pickup_time", "handling_time", "occupancy")


async def show(view: View, asked: Asked) -> None:
    """Figures with their formulas on hover, a plot, and tables."""
    one_day = asked.wanted.period == "today" or (
        asked.wanted.period == "days" and asked.wanted.since == (asked.wanted.until or asked.wanted.since)
    )
    found = await traffic.traffic(view.console, view.who, asked.wanted, "hour" if one_day else "day")
    told(view, found.period)
    whole = found.whole
    if not whole.asked:
        empty(view, Text("No call asked for an agent in this time.", "该时段没有来电请求人工。"))
        return
    with element("section", "card"), element("div", "figures"):
        asked_for = Text("talks", "通话") if asked.wanted.agent else Text("asked for an agent", "请求人工")
        figure(view, asked_for, f"{whole.asked:,}")
        for one in whole.figures:
            shown = Text(f"{one.name} {one.parts}", f"{one.name} {one.parts}")
            figure(
                view, shown, value(one), formula=Text(one.formula, one.formula), classes=_colour(one.value, one.target)
            )
    _over_time(view, asked, found.rows, whole.asked, by_hour=one_day)
    if not asked.wanted.queue and not asked.wanted.agent:
        queues = await traffic.traffic(view.console, view.who, asked.wanted, "queue")
        _table(view, Text("By queue", "按队列"), queues.rows, _WAITING, lambda row: asked.address(queue=row.name))
    if not asked.wanted.agent:
        agents = await traffic.traffic(view.console, view.who, asked.wanted, "agent")
        _table(view, Text("By agent", "按坐席"), agents.rows, _WORK, lambda row: asked.address(agent=row.name))


def _over_time(view: View, asked: Asked, rows: Sequence[RowTold], n: int, *, by_hour: bool) -> None:
    shown = ("pickup_rate", "three_rings") if asked.wanted.agent else ("answer_rate", "service_level")
    names = [_short(row.name) for row in rows]
    titles = {one.id: one.name for one in rows[0].figures} if rows else {}
    counted = view.say(Text("calls", "来电"))
    options = {
        "legend": legend(),
        "xAxis": categories(names),
        "yAxis": [per_cent(), numbers(splitLine={"show": False}, minInterval=1)],
        "grid": {"left": 40, "right": 44, "top": 30, "bottom": 24},
        "series": [
            {"type": "bar", "name": counted, "yAxisIndex": 1, "data": [row.asked for row in rows],
             "itemStyle": {"opacity": 0.35}, "barMaxWidth": 28},
            *({"type": "line", "name": titles[name], "symbolSize": 5,
               "data": [rounded(row[name].value) for row in rows]} for name in shown if name in titles),
        ],
    }  # fmt: skip
    head = [Text("Hour", "小时") if by_hour else Text("Day", "日期"), Text("Calls", "来电"), Text("Answered", "接听")]
    head += [Text(titles[name], titles[name]) for name in titles]
    body = [[row.name, row.asked, row.answered, *(rounded(one.value) for one in row.figures)] for row in rows]
    title = Text("By hour", "按小时") if by_hour else Text("Day by day", "逐日")
    plot(view, title, options, head, body, n=n)


def _table(view: View, title: Text, rows: Sequence[RowTold], shown: Sequence[str], href: object) -> None:
    element("h2", "below", text=view.say(title))
    columns: list[Column[RowTold]] = [
        Column(Text("Name", "名称"), lambda row: agent_title(view, row.name)),
        Column(Text("Calls", "来电"), lambda row: f"{row.asked:,}", number=True),
        Column(Text("Answered", "接听"), lambda row: f"{row.answered:,}", number=True),
    ]
    for one in rows[0].figures if rows else ():
        if one.id in shown:
            names, formulas = {row[one.id].name for row in rows}, {row[one.id].formula for row in rows}
            name = one.name if len(names) == 1 else re.split(r" \(|（", one.name)[0]  # each row has a limit of its own
            hint = Text(one.formula, one.formula) if len(formulas) == 1 else None
            columns.append(_column(one.id, Text(name, name), hint))
    table(view, columns, rows, label=title, href=href)  # type: ignore[arg-type]


def _column(name: str, title: Text, formula: Text | None) -> Column[RowTold]:
    return Column(
        title,
        lambda row: value(row[name]),
        number=True,
        hint=formula,
        classes=lambda row: few(int(row[name].denominator)) or _colour(row[name].value, row[name].target),
    )


def _colour(found: float | None, target: float | None) -> str:
    return "bad" if found is not None and target is not None and found < target else ""


def _short(day: str) -> str:
    return day[5:] if len(day) == 10 else day


__all__ = ["show"]
