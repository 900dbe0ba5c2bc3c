"""What every question about a period has: the period itself, filters, and where its figures are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.reports.indicators import rules_of
from ivr.reports.indicators.model import Rules
from ivr.reports.trends.book import DayBook, Span
from ivr.reports.trends.chosen import Chosen, chosen

Period = Literal["today", "7d", "30d", "month", "days"]


class Wanted(BaseModel):
    """A period and what it is restricted to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    period: Period = Field(default="7d", description="days of the site's zone; month and days need more")
    month: str = Field(default="", max_length=7, description="YYYY-MM of period=month; this month when empty")
    since: str = Field(default="", max_length=10, description="first day of period=days, YYYY-MM-DD")
    until: str = Field(default="", max_length=10, description="last day of period=days; the first when empty")
    queue: str = Field(default="", max_length=64, description="only of this queue (of scores: of this team)")
    agent: str = Field(default="", max_length=64, description="only of this agent")


class PeriodTold(BaseModel):
    """The days a figure is of."""

    model_config = ConfigDict(frozen=True)

    name: str
    first: date
    last: date
    zone: str
    missing: int = Field(description="days with calls that are not added up yet: figures are without them")
    live: bool = Field(description="whether a day that still goes on is among them")


@dataclass(frozen=True, slots=True)
class Ground:
    """What one answer stands on."""

    wanted: Wanted
    span: Span
    rules: Rules
    told: PeriodTold

    @property
    def team(self) -> str | None:
        """The queue asked for; None: all."""
        return self.wanted.queue or None

    @property
    def agent(self) -> str | None:
        """The agent asked for; None: all."""
        return self.wanted.agent or None


def book_of(console: Console) -> DayBook:
    """The console's book of days."""
    found: DayBook = console.parts.setdefault("trends", DayBook(console.database, console.clock))
    return found


async def ground(console: Console, wanted: Wanted) -> Ground:
    """Where the figures of a period are.

    Raises:
        UsageError: if it is no period.
    """
    site = console.site()
    zone = console.zone
    found = chosen_of(console, wanted)
    rules = rules_of(site)
    span = await book_of(console).span(found.first, found.last, zone, rules)
    told = PeriodTold(
        name=str(found.name),
        first=found.first,
        last=found.last,
        zone=site.zone,
        missing=len(span.missing),
        live=bool(span.live),
    )
    return Ground(wanted, span, rules, told)


def chosen_of(console: Console, wanted: Wanted) -> Chosen:
    """The days of a period."""
    today = console.clock.now().astimezone(console.zone).date()
    return chosen(wanted.period, today, month=wanted.month, since=wanted.since, until=wanted.until)


__all__ = ["Ground", "Period", "PeriodTold", "Wanted", "book_of", "chosen_of", "ground"]
