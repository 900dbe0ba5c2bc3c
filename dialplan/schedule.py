"""When a line is open, and how it greets: pure functions of the time, in the site's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import get_args
from zoneinfo import ZoneInfo

import holidays

from dialplan.base import Day
from dialplan.hours import Hours

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

_DAYS: tuple[str, ...] = get_args(Day)
_FESTIVAL_NAMES = {
    "greeting-spring-festival": ("Chinese New Year", "Lunar New Year", "Korean New Year", "Spring Festival"),
    "greeting-mid-autumn": ("Mid-Autumn", "Chuseok"),
    "greeting-national-day": ("National Day",),
    "greeting-labour-day": ("Labor Day", "Labour Day", "Workers' Day", "May Day"),
}


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """Public holidays of one country in one year: day to English names; and weekend days worked instead."""

    names: dict[date, str]
    make_up: frozenset[date]


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries(include_aliases=True))


def has_holidays(country: str) -> bool:
    """Whether public holidays of ``country`` (ISO code, upper case) are known."""
    return country in _countries()


@lru_cache(maxsize=64)
def holiday_year(country: str, year: int) -> HolidayYear:
    """The holidays of a year; none for a country or year without data."""
    if not has_holidays(country):
        return HolidayYear({}, frozenset())
    found = holidays.country_holidays(country, years=year, language="en_US")
    worked = {day for day in getattr(found, "weekend_workdays", ()) if day.year == year}
    # a name added by hand for another year may be generated along; keep to the year asked for
    return HolidayYear({day: str(name) for day, name in found.items() if day.year == year}, frozenset(worked))


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


def is_open(hours: Hours, now: datetime, zone: str | ZoneInfo) -> bool:
    """Whether ``hours`` are open at ``now``.

    A single closed day wins over a single open day, that over the public holidays. Make-up working days,
    the site's own and the country's, have Monday's hours. An opening includes its start, not its end; on
    the nights the clocks change it is the clock on the wall that counts.

    Raises:
        ValueError: if ``now`` has no zone, or ``zone`` is none.
    """
    if hours.always is not None:
        return hours.always == "open"
    local = local_time(now, zone)
    day = working_day(hours, local.date())
    wall = local.time()
    return day is not None and any(
        day in opening.days and opening.start <= wall and (wall < opening.end or opening.end == time(0))
        for opening in hours.openings
    )


def working_day(hours: Hours, day: date) -> str | None:
    """The weekday whose openings ``day`` has: its own, ``mon`` for a make-up day, None when closed."""
    if day in hours.closed:
        return None
    if day in hours.open:
        return "mon"
    if hours.holidays:
        year = holiday_year(hours.holidays, day.year)
        if day in year.make_up:
            return "mon"
        if day in year.names:
            return None
    return _DAYS[day.weekday()]


def festival(day: date, country: str) -> str | None:
    """The festival greeting (A4) of ``day``, or None; days observed in its stead count, days off bridging do not."""
    name = holiday_year(country, day.year).names.get(day)
    if name is None:
        return None
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
    "festival",
    "greeting_key",
    "has_holidays",
    "holiday_year",
    "is_open",
    "local_time",
    "working_day",
    "zone_of",
]
