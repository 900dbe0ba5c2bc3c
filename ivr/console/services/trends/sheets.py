"""One agent's monthly evaluation sheet."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.errors import NotFound
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.trends.period import PeriodTold, Wanted, chosen_of, ground
from ivr.core.language import Text
from ivr.reports.quality.load import month_bounds
from ivr.reports.quality.words import value
from ivr.reports.trends import figures, read
from ivr.reports.trends.agent_sheet import agent_sheet


class CellTold(BaseModel):
    """One figure of the sheet."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    value: float | None = Field(description="null: not measured")
    shown: str = Field(description="the figure as people read it")
    n: int | None = Field(description="what it rests on")
    unit: str
    formula: str
    norm: str


class SheetTold(BaseModel):
    """An agent's sheet (B4, B5, B7)."""

    model_config = ConfigDict(frozen=True)

    period: PeriodTold
    month: str
    agent: str
    cells: list[CellTold]


async def month_sheet(console: Console, who: Person, agent: str, month: str = "") -> SheetTold:
    """The sheet of one agent and month.

    Raises:
        Forbidden: if he may not see trends, and is not this agent.
        NotFound: if nothing is known of the agent.
        UsageError: if it is no month.
    """
    if not (who.owns(agent) and who.may(Permission.CALLS_OWN)):
        who.must(Permission.TRENDS)
    wanted = Wanted(period="month", month=month, agent=agent)
    month = f"{chosen_of(console, wanted).first:%Y-%m}"
    here = await ground(console, wanted)
    since, until = month_bounds(month, console.zone)
    site = console.site()
    async with console.database.read() as session:
        found = await read.scores(session, here.span, "whole", agent=agent)
        group = figures.group(agent, found[()]) if () in found else None
        sheet = await agent_sheet(session, agent, month, since, until, site=site.name, group=group)
    if agent not in site.agents and group is None and not any(cell.value for cell in sheet.cells):
        raise NotFound(Text(f"no agent {agent!r:.60}", f"没有坐席 {agent!r:.60}"))
    return SheetTold(
        period=here.told,
        month=month,
        agent=agent,
        cells=[
            CellTold(
                id=cell.id,
                name=str(cell.name),
                value=cell.value,
                shown=str(value(cell)),
                n=cell.n,
                unit=cell.unit,
                formula=str(cell.formula),
                norm=cell.norm,
            )
            for cell in sheet.cells
        ],
    )


__all__ = ["CellTold", "SheetTold", "month_sheet"]
