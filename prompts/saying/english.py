"""American English: no "and" inside a number; dates as month, ordinal, year; times by the twelve-hour clock."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from prompts.saying.values import hundredths, whole_and_places

HUNDRED, MINUS, POINT, OH = "digits/hundred", "digits/minus", "digits/point", "digits/oh"
GROUPS = ((10**9, "digits/billion"), (10**6, "digits/million"), (10**3, "digits/thousand"), (1, ""))


def number(value: Decimal) -> list[str]:
    """Twelve point zero five."""
    whole, places = whole_and_places(abs(value))
    names = [MINUS] if value < 0 else []
    names += cardinal(whole)
    if places.strip("0"):
        names += [POINT, *(f"digits/{digit}" for digit in places)]
    return names


def digits(text: str) -> list[str]:
    """Each by its name, 0 as zero."""
    return [f"digits/{digit}" for digit in text]


def money(amount: Decimal, currency: str) -> list[str]:
    """Dollars and cents; yuan with a decimal fraction, won without."""
    names = [MINUS] if amount < 0 else []
    if currency == "KRW":
        return [*names, *number(abs(amount)), "digits/won"]
    if currency == "CNY":
        return [*names, *number(abs(amount)), "digits/yuan"]
    dollars, cents = hundredths(abs(amount))
    if dollars or not cents:
        names += [*cardinal(dollars), "digits/dollar" if dollars == 1 else "digits/dollars"]
    if dollars and cents:
        names.append("digits/and")
    if cents:
        names += [*cardinal(cents), "digits/cent" if cents == 1 else "digits/cents"]
    return names


def day(year: int | None, month: int, day: int, *, weekday: bool) -> list[str]:
    """Thursday, October first, twenty twenty-six."""
    names = [f"digits/mon-{month - 1}", *_ordinal(day)]
    if year is None:
        return names
    if weekday:
        names.insert(0, f"digits/day-{date(year, month, day).isoweekday() % 7}")
    return [*names, *_year(year)]


def time_of_day(moment: time) -> list[str]:
    """Three oh five p.m.; twelve noon, twelve midnight."""
    names = [f"digits/{(moment.hour + 11) % 12 + 1}"]
    if not moment.minute and not moment.hour % 12:
        return [*names, "digits/noon" if moment.hour else "digits/midnight"]
    if moment.minute:
        names += [OH] if moment.minute < 10 else []
        names += cardinal(moment.minute)
    return [*names, "digits/p-m" if moment.hour >= 12 else "digits/a-m"]


def cardinal(value: int) -> list[str]:
    """A whole number from 0 to 999 999 999 999."""
    names: list[str] = []
    for size, unit in GROUPS:
        part, value = divmod(value, size)
        if part:
            names += _up_to_999(part)
            names += [unit] if unit else []
    return names or ["digits/0"]


def _up_to_999(value: int) -> list[str]:
    hundreds, rest = divmod(value, 100)
    names = [f"digits/{hundreds}", HUNDRED] if hundreds else []
    if rest >= 20:
        names.append(f"digits/{rest // 10 * 10}")
        rest %= 10
    return [*names, f"digits/{rest}"] if rest else names


def _ordinal(day: int) -> list[str]:
    if day <= 20 or day == 30:
        return [f"digits/h-{day}"]
    return [f"digits/{day // 10 * 10}", f"digits/h-{day % 10}"]


def _year(year: int) -> list[str]:
    """In pairs: nineteen oh five, nineteen hundred, twenty ten; but two thousand six."""
    century, rest = divmod(year, 100)
    if year < 1000 or (not century % 10 and rest < 10):
        return cardinal(year)
    if not rest:
        return [*cardinal(century), HUNDRED]
    return [*cardinal(century), *([OH] if rest < 10 else []), *cardinal(rest)]


__all__ = ["cardinal", "day", "digits", "money", "number", "time_of_day"]
