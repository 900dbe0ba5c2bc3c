"""A lead's part of my work: how the team stands, what goes on, how many agents the next hours need."""

from __future__ import annotations

from ivr.console.parts.frame import element
from ivr.console.parts.plot import figure, plot
from ivr.console.parts.still import still
from ivr.console.parts.table import Column, table
from ivr.console.parts.work import heading, link, percent
from ivr.console.security.permissions import Permission
from ivr.console.services import notes
from ivr.console.services.home.team import AgentStanding, HourNeed, TeamWork
from ivr.console.view import View
from ivr.core.language import Text

LOWEST = 12
"""Rows shown of the team; the others are folded up."""
SCORES = Text(
    "mean of the scores that count (machine, review, dispute), calls begun in the last 7 days",
    "近 7 天通话最终得分（机器、人工、申诉）的均值",
)
BEFORE = Text("the same of the 7 days before", "再前 7 天的同一指标")
NEEDED = Text(
    "agents on duty by Erlang C for the target, from the calls of the same hour on the same weekday before (B6)",
    "按爱尔兰 C 公式和目标服务水平，依前几周同一星期几同一小时的来电计算（B6）",
)


def build(view: View, found: TeamWork) -> None:
    """Standing of the agents, trend, staffing."""
    with still("section", "card").props('data-part="team"'), element("div", "figures"):
        figure(view, Text("complaints owed an answer", "待答复投诉"), str(found.complaints_owed))
        figure(
            view,
            Text("of them overdue", "其中逾期"),
            str(found.complaints_overdue),
            classes="bad" if found.complaints_overdue else "",
        )
        figure(view, Text("work orders to be done", "待办工单"), str(found.orders_open))
        figure(
            view,
            Text("of them overdue", "其中逾期"),
            str(found.orders_overdue),
            classes="bad" if found.orders_overdue else "",
        )
    if found.days:
        _trend(view, found)
    _agents(view, found)


def staffing(view: View, found: TeamWork) -> None:
    """How many agents the next hours need."""
    with still("section", "card").props('data-part="staffing"'):
        _staffing(view, found)


async def alerts(view: View, found: TeamWork) -> None:
    """What goes on, and next steps that are due."""
    with still("section", "card").props('data-part="alerts"'):
        heading(view, Text("Alerts that go on", "进行中的告警"), len(found.alerts))
        for one in found.alerts:
            with element("div", "todo todo-head"):
                element("b", text=one.rule)
                element("span", text=one.subject)
                element("span", "faint", text=view.at(one.began_at, "%m-%d %H:%M"))
                if one.value is not None and one.threshold is not None:
                    element("span", "tag warn", text=f"{one.value:g} / {one.threshold:g}")
        if not found.alerts:
            element("p", "faint", text=view.say(Text("None.", "无。")))
    steps = [one for one in await notes.board(view.console, view.who) if one.due]
    if steps:
        with still("section", "card"):
            heading(view, Text("Next steps due (B7)", "应采取的下一步（B7）"), len(steps))
            for step in steps:
                with element("div", "todo todo-head"):
                    element("b", text=step.agent)
                    element("span", text=f"{step.kind_name} × {step.count}")


def _agents(view: View, found: TeamWork) -> None:
    heading(view, Text("Team, last 7 days", "团队，近 7 天"))
    columns = [
        Column[AgentStanding](Text("Agent", "坐席"), lambda one: one.agent),
        Column[AgentStanding](Text("Scored calls", "已评通话"), lambda one: str(one.n), number=True),
        Column[AgentStanding](Text("Mean score", "平均得分"), lambda one: percent(one.mean), number=True, hint=SCORES),
        Column[AgentStanding](Text("Before", "前一周"), lambda one: percent(one.mean_before), number=True, hint=BEFORE),
        Column[AgentStanding](Text("Change", "变化"), _change, number=True, classes=_direction),
        Column[AgentStanding](Text("Fail-all", "一票否决"), lambda one: str(one.failed_all or ""), number=True),
        Column[AgentStanding](Text("Undecided", "未决项"), lambda one: str(one.undecided or ""), number=True),
        Column[AgentStanding](Text("Reviewed", "已复核"), lambda one: str(one.reviewed or ""), number=True),
    ]
    title = Text("Team, last 7 days", "团队，近 7 天")
    lowest_first = sorted(found.agents, key=lambda one: (one.mean is None, one.mean or 0.0, one.agent))
    table(view, columns, lowest_first[:LOWEST], label=title)
    if len(lowest_first) > LOWEST:
        with element("details"):
            rest = len(lowest_first) - LOWEST
            element("summary", text=view.say(Text(f"{rest} more, with higher scores", f"其余 {rest} 位，得分更高")))
            table(view, columns, lowest_first[LOWEST:], label=title)


def _trend(view: View, found: TeamWork) -> None:
    plot(
        view,
        Text("Mean final score by day, 30 days", "每日平均最终得分，30 天"),
        {
            "xAxis": {"type": "category", "data": [f"{one.day:%m-%d}" for one in found.days]},
            "yAxis": {"type": "value", "min": 0, "max": 100},
            "series": [
                {
                    "type": "line",
                    "name": view.say(Text("mean score", "平均得分")),
                    "data": [None if one.mean is None else round(one.mean, 1) for one in found.days],
                }
            ],
        },
        (Text("day", "日期"), Text("mean score", "平均得分"), Text("calls", "通话数")),
        [(one.day.isoformat(), one.mean, one.n) for one in found.days],
        n=sum(one.n for one in found.days),
        height=180,
    )


def _staffing(view: View, found: TeamWork) -> None:
    heading(view, Text(f"Agents needed, target {found.target}", f"所需坐席，目标 {found.target}"))
    columns = [
        Column[HourNeed](Text("Hour", "时段"), lambda one: f"{one.hour:02d}:00"),
        Column[HourNeed](Text("Calls expected", "预计来电"), lambda one: f"{one.calls:.1f}", number=True),
        Column[HourNeed](
            Text("Handling time, s", "处理时长（秒）"),
            lambda one: "–" if one.handling_s is None else f"{one.handling_s:.0f}",
            number=True,
        ),
        Column[HourNeed](
            Text("Agents", "坐席"), lambda one: "–" if one.agents is None else str(one.agents), number=True, hint=NEEDED
        ),
    ]
    table(
        view,
        columns,
        found.staffing,
        label=Text("Agents needed", "所需坐席"),
        nothing=Text("No calls on the same weekday before.", "此前同一星期几没有来电。"),
    )
    if found.staffing:
        days = found.staffing_days
        element("p", "faint", text=view.say(Text(f"from {days} days", f"依据 {days} 天")))
    if view.who.may(Permission.TRENDS):
        with element("p"):
            link(view.say(Text("Trends", "趋势")), "/trends")


def _change(one: AgentStanding) -> str:
    if one.mean is None or one.mean_before is None:
        return "–"
    return f"{one.mean - one.mean_before:+.1f}"


def _direction(one: AgentStanding) -> str:
    if one.mean is None or one.mean_before is None:
        return ""
    return "up" if one.mean >= one.mean_before else "down"


__all__ = ["alerts", "build", "staffing"]
