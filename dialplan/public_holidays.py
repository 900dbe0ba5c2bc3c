"""Public holidays of countries, and the weekends that are worked instead: data of the ``holidays`` package."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays

_USUAL = 5  # years looked back on for a country's make-up days
_ENDED = {"TW": 2025}  # last year with make-up days, where there will be none again


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """Public holidays of one country in one year, by day.

    Args:
        names: in English, as greetings know them.
        make_up: weekend days worked instead.
        chinese: the names in Chinese, where there are any.
    """

    names: dict[date, str]
    make_up: frozenset[date]
    chinese: dict[date, str] = field(default_factory=dict)


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
    names, chinese = _of_year(found, year), {}
    if "zh_CN" in found.supported_languages:
        chinese = _of_year(holidays.country_holidays(country, years=year, language="zh_CN"), year)
    return HolidayYear(names, frozenset(worked), chinese)


def _of_year(found: holidays.HolidayBase, year: int) -> dict[date, str]:
    """The names of a year; one added by hand for another may be generated along."""
    return {day: str(name) for day, name in found.items() if day.year == year}


def make_up_known(country: str, year: int) -> bool:
    """Whether the make-up working days of ``year`` are known, for countries that have them.

    Those are published late in the year before, e.g. China's in November; until then weekends that are worked look
    free, and days off look worked.
    """
    if holiday_year(country, year).make_up or year > _ENDED.get(country, year):
        return True
    return not any(holiday_year(country, one).make_up for one in range(max(1, year - _USUAL), year))


__all__ = ["HolidayYear", "has_holidays", "holiday_year", "make_up_known"]
