"""When a line is open, and how it greets: pure functions of the time, in the site's zone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from dialplan.base import Day
from dialplan.hours import Hours, Opening
from dialplan.public_holidays import has_holidays, holiday_year, make_up_known

FESTIVALS = (
    "greeting-spring-festival",
    "greeting-mid-autumn",
    "greeting-national-day",
    "greeting-labour-day",
    "greeting-new-year",
)
DAYTIMES = ("greeting-morning", "greeting-afternoon", "greeting-evening")
GREETINGS = DAYTIMES + FESTIVALS

NOON = 12
EVENING = 18

State = Literal["open", "closed", "break", "holiday"]
Why = Literal["switched", "always", "closed day", "open day", "holiday", "make-up day", "weekday"]
Position = Literal["open", "closed"]
Switched = Callable[[str], Position | None]
"""How hours have been switched by hand, by their name; None where the schedule decides."""

_DAYS: tuple[str, ...] = get_args(Day)
_WEEKEND = 5
_A_RUN = 14  # days that a festival with its days off lasts at most
_FESTIVAL_NAMES = {
    "greeting-spring-festival": ("Chinese New Year", "Lunar New Year", "Korean New Year", "Spring Festival"),
    "greeting-mid-autumn": ("Mid-Autumn", "Chuseok"),
    "greeting-national-day": ("National Day",),
    "greeting-labour-day": ("Labor Day", "Labour Day", "Workers' Day", "May Day"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How business hours stand at a moment, and why.

    Args:
        state: ``break`` and ``holiday`` are closed, too; a single closed day is a holiday of the site's own.
        why: what decided: somebody by hand, the setting ``always``, a single day, a public holiday, a make-up
            working day, or just the weekday.
        holiday, holiday_zh: name of the holiday in English and, if there is one, in Chinese, where that decided.
    """

    state: State
    why: Why
    holiday: str = ""
    holiday_zh: str = ""

    @property
    def open(self) -> bool:
        """Whether the line is served."""
        return self.state == "open"


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, or None if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def local_time(now: datetime, zone: str | ZoneInfo) -> datetime:
    """``now`` on the clock of ``zone``.

    Raises:
        ValueError: if ``now`` has no zone, or ``zone`` is none.
    """
    if now.tzinfo is None:
        raise ValueError("naive time: give a timezone-aware one")
    found = zone_of(zone) if isinstance(zone, str) else zone
    if found is None:
        raise ValueError(f"not a time zone: {zone!r:.80}")
    return now.astimezone(found)


def by_schedule(_: str) -> Position | None:
    """Where nobody switches anything."""
    return None


def standing(hours: Hours, now: datetime, zone: str | ZoneInfo, position: Position | None = None) -> Standing:
    """How ``hours`` stand at ``now``.

    What was switched by hand wins over all else. A single closed day wins over a single open day, that over the
    public holidays. Make-up working days, the site's own and the country's, have Monday's hours and breaks. A
    stretch includes its start, not its end; on the nights the clocks change it is the clock on the wall that counts.

    Args:
        position: how somebody has switched them by hand; None when the schedule decides.

    Raises:
        ValueError: if ``now`` has no zone, or ``zone`` is none.
    """
    local = local_time(now, zone)
    if position is not None:
        return Standing(position, "switched")
    if hours.always is not None:
        return Standing(hours.always, "always")
    day, why = _day(hours, local.date())
    if day is None:
        if why == "holiday" and hours.holidays:
            year, today = holiday_year(hours.holidays, local.year), local.date()
            return Standing("holiday", why, year.names[today], year.chinese.get(today, ""))
        return Standing("holiday", why)
    if not _within(hours.openings, day, local.time()):
        return Standing("closed", why)
    return Standing("break" if _within(hours.breaks, day, local.time()) else "open", why)


def is_open(hours: Hours, now: datetime, zone: str | ZoneInfo, position: Position | None = None) -> bool:
    """Whether ``hours`` are open at ``now``; see :func:`standing`.

    Raises:
        ValueError: if ``now`` has no zone, or ``zone`` is none.
    """
    return standing(hours, now, zone, position).open


def next_change(hours: Hours, now: datetime, zone: str | ZoneInfo, *, days: int = 31) -> datetime | None:
    """When the schedule will next stand another way than at ``now``; None if not within ``days`` days.

    Raises:
        ValueError: if ``now`` has no zone, or ``zone`` is none.
    """
    local = local_time(now, zone)
    before = standing(hours, now, zone).state
    edges = {time(0)}
    for one in (*hours.openings, *hours.breaks):
        edges |= {one.start, one.end}
    for ahead in range(days + 1):
        day = local.date() + timedelta(days=ahead)
        for edge in sorted(edges):
            # by way of UTC, so that a time which the clocks leave out is the one they show instead
            moment = local_time(datetime.combine(day, edge, local.tzinfo).astimezone(UTC), zone)
            if moment > local and standing(hours, moment, zone).state != before:
                return moment
    return None


def _day(hours: Hours, day: date) -> tuple[str | None, Why]:
    if day in hours.closed:
        return None, "closed day"
    if day in hours.open:
        return "mon", "open day"
    if hours.holidays:
        year = holiday_year(hours.holidays, day.year)
        if day in year.make_up:
            return "mon", "make-up day"
        if day in year.names:
            return None, "holiday"
    return _DAYS[day.weekday()], "weekday"


def _within(stretches: list[Opening], day: str, wall: time) -> bool:
    return any(day in one.days and one.start <= wall and (wall < one.end or one.end == time(0)) for one in stretches)


def festival(day: date, country: str) -> str | None:
    """The festival greeting (A4) of ``day``, or None.

    Days observed in its stead count, and the days off that join on to it: those swapped for a weekend that is
    worked, and the weekends between.
    """
    off = _off(day, country)
    if off == "festival":
        return _greeting_of(day, holiday_year(country, day.year).names[day])
    joined = off == "swapped" or (
        off == "weekend"
        and (
            _off(day - timedelta(days=1), country) == "swapped"
            or _runs_on(day, country, ("festival", "swapped"), timedelta(days=1)) is not None
        )
    )
    if not joined:
        return None
    begun = _runs_on(day, country, ("festival",), timedelta(days=-1))
    return None if begun is None else _greeting_of(begun, holiday_year(country, begun.year).names[begun])


Off = Literal["festival", "swapped", "weekend"]


def _off(day: date, country: str) -> Off | None:
    """What sort of day off it is; None for a working day."""
    year = holiday_year(country, day.year)
    if (name := year.names.get(day)) is not None:
        return "swapped" if name.startswith("Day off") else "festival"
    return "weekend" if year.names and day.weekday() >= _WEEKEND and day not in year.make_up else None


def _runs_on(day: date, country: str, wanted: tuple[Off, ...], step: timedelta) -> date | None:
    """The nearest day of a sort wanted, with nothing but days off between."""
    for _ in range(_A_RUN):
        if not date.min + timedelta(days=1) <= day <= date.max - timedelta(days=1):
            return None
        day += step
        off = _off(day, country)
        if off in wanted:
            return day
        if off is None:
            return None
    return None


def _greeting_of(day: date, name: str) -> str | None:
    for greeting, words in _FESTIVAL_NAMES.items():
        if any(word in name for word in words):
            return greeting
    if (day.month, day.day) == (1, 1) or name.startswith("New Year's Day"):
        return "greeting-new-year"
    return None


def greeting_key(now: datetime, zone: str | ZoneInfo, country: str) -> str:
    """The prompt id of the greeting: the festival's (A4), else by the time of day.

    Morning lasts to 12:00, afternoon to 18:00.

    Raises:
        ValueError: if ``now`` has no zone, or ``zone`` is none.
    """
    local = local_time(now, zone)
    if (found := festival(local.date(), country)) is not None:
        return found
    morning, afternoon, evening = DAYTIMES
    if local.hour < NOON:
        return morning
    return afternoon if local.hour < EVENING else evening


__all__ = [
    "DAYTIMES",
    "FESTIVALS",
    "GREETINGS",
    "Position",
    "Standing",
    "Switched",
    "by_schedule",
    "festival",
    "greeting_key",
    "has_holidays",
    "holiday_year",
    "is_open",
    "local_time",
    "make_up_known",
    "next_change",
    "standing",
    "zone_of",
]
