"""Korean: Sino-Korean numerals in groups of four digits (만, 억); native ones for the hours of the clock.

The one before 십, 백, 천 and 만 is left out, that before 억 is not (만, 일억).
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from prompts.saying.values import hundredths, whole_and_places

HUNDRED, THOUSAND, WAN, YI = "digits/hundred", "digits/thousand", "digits/wan", "digits/yi"
MINUS, POINT = "digits/minus", "digits/point"


def number(value: Decimal) -> list[str]:
    """십이 점 영오."""
    whole, places = whole_and_places(abs(value))
    names = [MINUS] if value < 0 else []
    names += cardinal(whole)
    if places.strip("0"):
        names += [POINT, *(f"digits/{digit}" for digit in places)]
    return names


def digits(text: str) -> list[str]:
    """In Sino-Korean; 0 is 공 in a row of digits, 영 alone."""
    return ["digits/gong" if digit == "0" and len(text) > 1 else f"digits/{digit}" for digit in text]


def money(amount: Decimal, currency: str) -> list[str]:
    """Won; dollars and cents; yuan with a decimal fraction."""
    names = [MINUS] if amount < 0 else []
    if currency == "KRW":
        return [*names, *number(abs(amount)), "digits/won"]
    if currency == "CNY":
        return [*names, *number(abs(amount)), "digits/yuan"]
    dollars, cents = hundredths(abs(amount))
    if dollars or not cents:
        names += [*cardinal(dollars), "digits/dollars"]
    return [*names, *cardinal(cents), "digits/cents"] if cents else names


def day(year: int | None, month: int, day: int, *, weekday: bool) -> list[str]:
    """이천이십육년 시월 일일, and 목요일."""
    names = [] if year is None else [*cardinal(year), "digits/year"]
    names += [f"digits/mon-{month - 1}", *cardinal(day), "digits/day"]
    if weekday and year is not None:
        names.append(f"digits/day-{date(year, month, day).isoweekday() % 7}")
    return names


def time_of_day(moment: time) -> list[str]:
    """오후 세 시 오 분; twelve at noon is 낮, at midnight 밤."""
    if moment.hour % 12:
        part = "digits/p-m" if moment.hour > 12 else "digits/a-m"
    else:
        part = "digits/noon" if moment.hour else "digits/midnight"
    names = [part, f"digits/oclock-{(moment.hour + 11) % 12 + 1}"]
    return [*names, *cardinal(moment.minute), "digits/minute"] if moment.minute else names


def cardinal(value: int) -> list[str]:
    """A whole number from 0 to 999 999 999 999."""
    names: list[str] = []
    for part, unit in ((value // 10**8, YI), (value // 10**4 % 10**4, WAN), (value % 10**4, "")):
        if part:
            names += [] if part == 1 and unit == WAN else _up_to_9999(part)
            names += [unit] if unit else []
    return names or ["digits/0"]


def _up_to_9999(value: int) -> list[str]:
    names: list[str] = []
    for size, unit in ((1000, THOUSAND), (100, HUNDRED)):
        part, value = divmod(value, size)
        if part:
            names += [unit] if part == 1 else [f"digits/{part}", unit]
    if value >= 20:
        names.append(f"digits/{value // 10 * 10}")
        value %= 10
    return [*names, f"digits/{value}"] if value else names


__all__ = ["cardinal", "day", "digits", "money", "number", "time_of_day"]
