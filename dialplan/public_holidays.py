"""Public holidays of countries, and the weekends that are worked instead: data of the ``holidays`` package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

_USUAL = 5  # years looked back on for a country's make-up days
_ENDED = {"TW": 2025}  # last year with make-up days, where there will be none again


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


@lru_cache(maxsize=256)
def holiday_year(country: str, year: int) -> HolidayYear:
    """The holidays of a year; none for a country or year without data."""
    if not has_holidays(country):
        return HolidayYear({}, frozenset())
    found = holidays.country_holidays(country, years=year, language="en_US")
    worked = {day for day in getattr(found, "weekend_workdays", ()) if day.year == year}
    # a name added by hand for another year may be generated along; keep to the year asked for
    return HolidayYear({day: str(name) for day, name in found.items() if day.year == year}, frozenset(worked))


def make_up_known(country: str, year: int) -> bool:
    """Whether the make-up working days of ``year`` are known, for countries that have them.

    Those are published late in the year before, e.g. China's in November; until then weekends that are worked look
    free, and days off look worked.
    """
    if holiday_year(country, year).make_up or year > _ENDED.get(country, year):
        return True
    return not any(holiday_year(country, one).make_up for one in range(max(1, year - _USUAL), year))


__all__ = ["HolidayYear", "has_holidays", "holiday_year", "make_up_known"]
