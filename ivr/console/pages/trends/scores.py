"""Scores day by day, by team, agent and hour, each mean with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.console.pages.trends.choosing import Asked, told
from ivr.console.pages.trends.shown import agent_title, bars_with_ends, categories, few, mean, per_cent, rounded
from ivr.console.parts.frame import element, empty
from ivr.console.parts.plot import figure, plot
from ivr.console.parts.table import Column, table
from ivr.console.services.trends import quality
from ivr.console.services.trends.quality import GroupTold
from ivr.console.view import View
from ivr.core.language import Text

FINAL = Text(
    "mean of the scores that count: review and disputes before the machine; interval of 95 %",
    "最终得分的平均（复核与申诉优先于机器），95% 区间",
)
MACHINE = Text("mean of the machine's own scores", "机器评分的平均")


async def show(view: View, asked: Asked) -> None:
    """The whole, a plot of days, and tables."""
    days = await quality.scores(view.console, view.who, asked.wanted, "day")
    told(view, days.period)
    whole = days.whole
    if not whole.cards:
        empty(view, Text("No scorecards in this time.", "该时段没有评分表。"))
        return
    with element("section", "card"), element("div", "figures"):
        figure(view, Text("scorecards", "评分表"), f"{whole.cards:,}")
        figure(view, Text("final score", "最终得分"), mean(whole.final), formula=FINAL)
        figure(view, Text("machine's score", "机器得分"), mean(whole.machine), formula=MACHINE)
        figure(view, Text("reviewed by people", "已复核"), f"{whole.reviewed:,}")
        figure(view, Text("fail-all broken", "一票否决"), f"{whole.failed_all:,}")
        figure(view, Text("items left open", "未决项目"), f"{whole.undecided:,}")
    _plot(view, Text("Day by day", "逐日"), days.rows, whole.cards, line=True)
    hours = await quality.scores(view.console, view.who, asked.wanted, "hour")
    _plot(view, Text("By hour of the call", "按通话时段"), hours.rows, whole.cards)
    if not asked.wanted.queue:
        teams = await quality.scores(view.console, view.who, asked.wanted, "team")
        _table(view, Text("By team", "按团队"), teams.rows, lambda row: asked.address(queue=row.name))
    if not asked.wanted.agent:
        agents = await quality.scores(view.console, view.who, asked.wanted, "agent")
        _table(view, Text("By agent", "按坐席"), agents.rows, lambda row: asked.address(agent=row.name))


def _plot(view: View, title: Text, rows: Sequence[GroupTold], n: int, *, line: bool = False) -> None:
    kind = {"type": "line", "symbolSize": 5} if line else {"type": "bar", "barMaxWidth": 28}
    options = {
        "xAxis": categories([row.name[5:] if line else row.name for row in rows]),
        "yAxis": per_cent(),
        "series": [
            kind
            | {"name": view.say(Text("final score", "最终得分")), "data": [rounded(row.final.value) for row in rows]},
            *bars_with_ends([rounded(row.final.low) for row in rows], [rounded(row.final.high) for row in rows]),
        ],
    }
    head = [Text("Name", "名称"), Text("n", "n"), Text("Score", "得分"), Text("Low", "下限"), Text("High", "上限")]
    body = [[row.name, row.final.n, row.final.value, row.final.low, row.final.high] for row in rows]
    plot(view, title, options, head, body, n=n, height=200)


def _table(view: View, title: Text, rows: Sequence[GroupTold], href: object) -> None:
    element("h2", "below", text=view.say(title))
    columns: list[Column[GroupTold]] = [
        Column(Text("Name", "名称"), lambda row: agent_title(view, row.name) or view.say(Text("(none)", "（无）"))),
        Column(Text("Cards", "评分表"), lambda row: f"{row.cards:,}", number=True),
        Column(
            Text("Final score", "最终得分"),
            lambda row: mean(row.final),
            number=True,
            hint=FINAL,
            classes=lambda row: few(row.final.n),
        ),
        Column(Text("Machine", "机器得分"), lambda row: mean(row.machine), number=True, hint=MACHINE),
        Column(Text("Reviewed", "已复核"), lambda row: f"{row.reviewed:,}", number=True),
        Column(Text("Fail-all", "一票否决"), lambda row: f"{row.failed_all:,}", number=True),
        Column(Text("Open items", "未决项目"), lambda row: f"{row.undecided:,}", number=True),
    ]
    table(view, columns, rows, label=title, href=href)  # type: ignore[arg-type]


__all__ = ["show"]
