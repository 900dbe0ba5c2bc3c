"""One agent's monthly evaluation sheet (B4, B5, B7)."""

from __future__ import annotations

from ivr.console.pages.trends.choosing import Asked, linked, told
from ivr.console.pages.trends.shown import agent_title
from ivr.console.parts.frame import element, empty
from ivr.console.parts.table import Column, table
from ivr.console.services.trends import quality, sheets
from ivr.console.services.trends.period import Wanted
from ivr.console.services.trends.sheets import CellTold
from ivr.console.view import View
from ivr.core.language import Text


async def show(view: View, asked: Asked) -> None:
    """The sheet of the agent that was chosen; without one, who has one."""
    month = asked.wanted.month
    if not asked.wanted.agent:
        await _agents(view, asked, month)
        return
    found = await sheets.month_sheet(view.console, view.who, asked.wanted.agent, month)
    told(view, found.period)
    element("h2", text=f"{agent_title(view, found.agent)} · {found.month}").props("data-words")
    columns: list[Column[CellTold]] = [
        Column(Text("Figure", "指标"), lambda row: row.name),
        Column(Text("Value", "值"), lambda row: row.shown, number=True,
               classes=lambda row: "faint" if row.value is None else ""),
        Column(Text("n", "n"), lambda row: "" if row.n is None else f"{row.n:,}", number=True),
        Column(Text("Norm", "规范"), lambda row: row.norm),
        Column(Text("How it comes about", "计算方法"), lambda row: row.formula),
    ]  # fmt: skip
    table(view, columns, found.cells, label=Text("Evaluation sheet", "考核表"))
    with element("p", "row-of below"):
        linked(view.say(Text("All agents", "全部坐席")), asked.address(agent=""), "button")


async def _agents(view: View, asked: Asked, month: str) -> None:
    found = await quality.scores(view.console, view.who, Wanted(period="month", month=month), "agent")
    told(view, found.period)
    if not found.rows:
        empty(
            view,
            Text("No scorecards in this month.", "该月没有评分表。"),
            Text("Choose an agent to see his sheet all the same.", "仍可选择坐席查看其考核表。"),
        )
        return
    columns: list[Column[quality.GroupTold]] = [
        Column(Text("Agent", "坐席"), lambda row: agent_title(view, row.name)),
        Column(Text("Cards", "评分表"), lambda row: f"{row.cards:,}", number=True),
        Column(
            Text("Final score", "最终得分"),
            lambda row: "–" if row.final.value is None else f"{row.final.value:.1f}",
            number=True,
        ),
        Column(Text("Reviewed", "已复核"), lambda row: f"{row.reviewed:,}", number=True),
    ]
    element("p", "faint", text=view.say(Text("Choose an agent for his sheet.", "选择坐席查看考核表。")))
    table(
        view,
        columns,
        found.rows,
        label=Text("Agents with scorecards", "有评分表的坐席"),
        href=lambda row: asked.address(agent=row.name),
    )


__all__ = ["show"]
