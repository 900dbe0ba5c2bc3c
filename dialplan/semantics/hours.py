"""Business hours: openings, breaks, holidays, and hours opened and closed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

from dialplan.codes import problem
from dialplan.hours import Hours, Opening
from dialplan.model import Enqueue, HoursGate, Site, Transfer
from dialplan.nesting import Nesting, Spot
from dialplan.places import Places
from dialplan.schedule import has_holidays, make_up_known
from dialplan.tree import Loc
from ivr.core.problems import Problem

_NOVEMBER = 11  # by then a country has published the make-up days of the next year


def hours(site: Site, nesting: Nesting, places: Places, today: date | None) -> Iterator[Problem]:
    """Problems of the hours.

    Args:
        today: what year it is; whether make-up days are known is not asked when not given.
    """
    switches: dict[str, str] = {}
    for name, one in site.hours.items():
        yield from _one(name, one, places)
        if one.switch is not None:
            if one.switch in switches:
                where = places.of("hours", name, "switch")
                yield problem("DP271", where, what=one.switch, hours=name, other=switches[one.switch])
            elif not any(agent.switches for agent in site.agents.values()):
                yield problem("DP272", places.of("hours", name, "switch"), hours=name)
            switches.setdefault(one.switch, name)
    for name, agent in site.agents.items():
        if agent.switches and not switches:
            yield problem("DP278", places.of("agents", name, "switches"), agent=name)
    yield from _gates(site, nesting, places)
    if today is not None:
        yield from _make_up(site, places, today)


def _one(name: str, hours: Hours, places: Places) -> Iterator[Problem]:
    at: Loc = ("hours", name)
    if hours.always is None and not hours.openings:
        yield problem("DP228", places.of_key(*at), hours=name)
    if hours.holidays is not None and not has_holidays(hours.holidays):
        yield problem("DP226", places.of(*at, "holidays"), what=hours.holidays)
    for part, stretches in (("openings", hours.openings), ("breaks", hours.breaks)):
        for index, one in enumerate(stretches):
            if one.end != time(0) and one.end <= one.start:
                where = places.of(*at, part, index, "end")
                yield problem("DP227", where, start=f"{one.start:%H:%M}", end=f"{one.end:%H:%M}")
    for index, day in enumerate(hours.open):
        if day in hours.closed:
            yield problem("DP229", places.of(*at, "open", index), what=day.isoformat(), hours=name)
    for index, pause in enumerate(hours.breaks):
        outside = [] if hours.always == "open" else [day for day in pause.days if not _within(pause, day, hours)]
        if outside:
            yield problem("DP273", places.of(*at, "breaks", index), hours=name, what=", ".join(outside))


def _within(pause: Opening, day: str, hours: Hours) -> bool:
    return any(
        day in one.days and one.start <= pause.start and (one.end == time(0) or time(0) != pause.end <= one.end)
        for one in hours.openings
    )


def _gates(site: Site, nesting: Nesting, places: Places) -> Iterator[Problem]:
    """Ways that are never taken, and ways round the hours."""
    unasked = _round_the_hours(nesting)
    for (flow, name), step in nesting.steps.items():
        at: Loc = ("flows", flow, "steps", name)
        match step:
            case HoursGate() if (found := site.hours.get(step.hours)) is not None:
                if step.at_break is not None and not found.breaks:
                    yield problem("DP274", places.of(*at, "at_break"), step=name, hours=step.hours)
                if step.holiday is not None and not (found.holidays or found.closed):
                    yield problem("DP275", places.of(*at, "holiday"), step=name, hours=step.hours)
            case Enqueue() | Transfer() if (flow, name) in unasked:
                yield problem("DP279", places.of_key(*at), step=name, queue=step.queue)


def _round_the_hours(nesting: Nesting) -> set[Spot]:
    """Steps to a queue that a number leads to in open hours, and by another way without asking for them."""
    gates = set(nesting.spots(HoursGate))
    found: set[Spot] = set()
    for entry in nesting.entries if gates else ():
        reached = nesting.reach([entry])
        opened = [
            (flow, step.open)
            for flow, name in gates & reached
            if isinstance(step := nesting.steps[flow, name], HoursGate)
        ]
        within = {_queue(nesting, spot) for spot in nesting.reach(opened, stop=gates)} - {None}
        found |= {spot for spot in nesting.reach([entry], stop=gates) if _queue(nesting, spot) in within}
    return found


def _queue(nesting: Nesting, spot: Spot) -> str | None:
    step = nesting.steps[spot]
    return step.queue if isinstance(step, Enqueue | Transfer) else None


def _make_up(site: Site, places: Places, today: date) -> Iterator[Problem]:
    years = [today.year, *([today.year + 1] if today.month > _NOVEMBER else [])]
    for name, one in site.hours.items():
        if one.holidays is None or not has_holidays(one.holidays):
            continue
        for year in years:
            named = any(day.year == year for day in (*one.open, *one.closed))
            if not named and not make_up_known(one.holidays, year):
                yield problem("DP276", places.of("hours", name, "holidays"), what=year, country=one.holidays)


__all__ = ["hours"]
