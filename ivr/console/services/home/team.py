"""A supervisor's work: how the team stands, what is overdue, how many agents the next hours need."""

from __future__ import annotations

from datetime import datetime, timedelta

from ivr.console.context import Console
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.console.services.casework import Shown
from ivr.console.services.home.agent import DayScore
from ivr.console.services.trends.period import Wanted, ground
from ivr.reports.traffic.staffing import need, parse_target
from ivr.reports.trends import read
from ivr.reports.trends.sums import ScoreSums
from ivr.storage import alerts
from ivr.storage.work import complaints, orders

TARGET = "80/20"
WEEKS = 4
"""So many of the same weekday tell the load of an hour (B6)."""
HOURS = 4
"""So many hours ahead are planned."""


class AgentStanding(Shown):
    """An agent's final scores of the last 7 days beside the 7 before; means are null without cards."""

    agent: str
    n: int
    mean: float | None
    n_before: int
    mean_before: float | None
    failed_all: int
    reviewed: int
    undecided: int


class Alert(Shown):
    """What goes on."""

    id: int
    rule: str
    kind: str
    subject: str
    began_at: datetime
    threshold: float | None
    value: float | None


class HourNeed(Shown):
    """Agents one hour needs, from the calls of the same hour on the last four of this weekday; null if unknown."""

    hour: int
    calls: float
    handling_s: float | None
    agents: int | None


class TeamWork(Shown):
    """How the team stands. ``target``: share of calls within seconds, for the staffing hint."""

    agents: tuple[AgentStanding, ...]
    days: tuple[DayScore, ...]
    alerts: tuple[Alert, ...]
    orders_open: int
    orders_overdue: int
    complaints_owed: int
    complaints_overdue: int
    target: str
    staffing: tuple[HourNeed, ...]
    staffing_days: int


async def team(console: Console, who: Person) -> TeamWork:
    """What a lead sees of the team.

    Raises:
        Forbidden: if who asks may not.
    """
    who.must(Permission.COACH)
    now = console.clock.now()
    today = now.astimezone(console.zone).date()
    week = await ground(console, Wanted(period="7d"))
    before = await ground(
        console,
        Wanted(
            period="days",
            since=(today - timedelta(days=13)).isoformat(),
            until=(today - timedelta(days=7)).isoformat(),
        ),
    )
    month = await ground(console, Wanted(period="30d"))
    async with console.database.read() as session:
        mine = await read.scores(session, week.span, "agent")
        theirs = await read.scores(session, before.span, "agent")
        by_day = await read.scores(session, month.span, "day")
        going_on = await alerts.going_on(session)
        open_, late = await orders.count_open(session, now)
        owed, overdue = await complaints.count_owed(session, now)
    staffing, days = await _staffing(console, now)
    return TeamWork(
        agents=tuple(
            _standing(str(key[0]), mine.get(key, ScoreSums()), theirs.get(key, ScoreSums()))
            for key in sorted({*mine, *theirs})
        ),
        days=tuple(
            DayScore(day=datetime.fromisoformat(str(key[0])).date(), n=sums.final.n, mean=sums.final.value)
            for key, sums in sorted(by_day.items())
        ),
        alerts=tuple(
            Alert(
                id=one.id,
                rule=one.rule,
                kind=one.kind,
                subject=one.subject,
                began_at=one.began_at,
                threshold=one.threshold,
                value=one.value,
            )
            for one in going_on[:20]
        ),
        orders_open=open_,
        orders_overdue=late,
        complaints_owed=owed,
        complaints_overdue=overdue,
        target=TARGET,
        staffing=staffing,
        staffing_days=days,
    )


async def _staffing(console: Console, now: datetime) -> tuple[tuple[HourNeed, ...], int]:
    local = now.astimezone(console.zone)
    target = parse_target(TARGET)
    asked: dict[int, int] = {}
    handled: dict[int, int] = {}
    seconds: dict[int, float] = {}
    days = 0
    for back in range(1, WEEKS + 1):
        day = (local.date() - timedelta(weeks=back)).isoformat()
        found = await ground(console, Wanted(period="days", since=day, until=day))
        async with console.database.read() as session:
            by_hour = await read.traffic(session, found.span, "hour")
        days += bool(by_hour)
        for key, sums in by_hour.items():
            hour = int(key[0])
            asked[hour] = asked.get(hour, 0) + sums.asked
            handled[hour] = handled.get(hour, 0) + sums.handled
            seconds[hour] = seconds.get(hour, 0.0) + sums.handling_s
    if not days:
        return (), 0
    whole = sum(handled.values())
    mean = sum(seconds.values()) / whole if whole else None
    rows = []
    for hour in range(local.hour, min(24, local.hour + HOURS)):
        calls = asked.get(hour, 0) / days
        # as in the plan of staffing: fewer than 10 talks say too little of how long one takes
        length = seconds[hour] / handled[hour] if handled.get(hour, 0) >= 10 else mean
        agents = None if not length else 0 if not calls else need(calls, length, 60, target).roster
        rows.append(HourNeed(hour=hour, calls=calls, handling_s=length, agents=agents))
    return tuple(rows), days


def _standing(agent: str, now: ScoreSums, before: ScoreSums) -> AgentStanding:
    return AgentStanding(
        agent=agent,
        n=now.final.n,
        mean=now.final.value,
        n_before=before.final.n,
        mean_before=before.final.value,
        failed_all=now.failed_all,
        reviewed=now.reviewed,
        undecided=now.undecided,
    )


__all__ = ["AgentStanding", "Alert", "HourNeed", "TeamWork", "team"]
