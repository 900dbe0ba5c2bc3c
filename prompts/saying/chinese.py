"""Mandarin.

Counted in groups of four digits (万, 亿), with 零 for a gap. 两 stands for 2 before 千, 万 and 亿 at the head of a
number, and before what is counted (两元, 两点); inside a number it is 二 (Lü Shuxiang, 现代汉语八百词).
Digit by digit, 1 is 幺, which cannot be taken for 7 on a bad line; a single 1 stays 一 (现代汉语词典, under 幺).
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from prompts.saying.values import hundredths, whole_and_places

ZERO, TWO, ONE_OF_DIGITS = "digits/0", "digits/liang", "digits/yao"
HUNDRED, THOUSAND, WAN, YI = "digits/hundred", "digits/thousand", "digits/wan", "digits/yi"
MINUS, POINT = "digits/minus", "digits/point"


def number(value: Decimal) -> list[str]:
    """二 for 2 alone; 一十 inside a number, 十 at its head."""
    whole, places = whole_and_places(abs(value))
    names = [MINUS] if value < 0 else []
    names += cardinal(whole)
    if places.strip("0"):
        names += [POINT, *(f"digits/{digit}" for digit in places)]
    return names


def digits(text: str) -> list[str]:
    """As on a hotline: 1 is 幺, but not alone."""
    return [ONE_OF_DIGITS if digit == "1" and len(text) > 1 else f"digits/{digit}" for digit in text]


def money(amount: Decimal, currency: str) -> list[str]:
    """元, 角 and 分; dollars with cents; won."""
    names = [MINUS] if amount < 0 else []
    whole, cents = hundredths(abs(amount))
    if currency == "KRW":
        return [*names, *_counted(whole), "digits/won"]
    if currency == "USD":
        if whole or not cents:
            names += [*_counted(whole), "digits/dollars"]
        return [*names, *_counted(cents), "digits/cents"] if cents else names
    jiao, fen = divmod(cents, 10)
    if whole or not cents:
        names += [*_counted(whole), "digits/yuan"]
    if jiao:
        names += [f"digits/{jiao}" if whole or jiao != 2 else TWO, "digits/jiao"]
    elif whole and fen:
        names.append(ZERO)
    if fen:
        names += [f"digits/{fen}" if whole or jiao or fen != 2 else TWO, "digits/fen"]
    return names


def day(year: int | None, month: int, day: int, *, weekday: bool) -> list[str]:
    """二零二六年十月一日, and 星期四."""
    names = [] if year is None else [*(f"digits/{digit}" for digit in str(year)), "digits/year"]
    names += [f"digits/mon-{month - 1}", *cardinal(day), "digits/day"]
    if weekday and year is not None:
        names.append(f"digits/day-{date(year, month, day).isoweekday() % 7}")
    return names


def time_of_day(moment: time) -> list[str]:
    """The part of the day, and its hours up to twelve: 下午三点零五分."""
    part, names = _part_of_day(moment.hour), _counted(moment.hour if moment.hour <= 12 else moment.hour - 12)
    names = [part, *names]
    if not moment.minute:
        return [*names, "digits/oclock-full"]
    names.append("digits/oclock")
    if moment.minute < 10:
        names.append(ZERO)
    return [*names, *cardinal(moment.minute), "digits/minute"]


def cardinal(value: int) -> list[str]:
    """A whole number from 0 to 999 999 999 999."""
    names: list[str] = []
    gap = False
    for part, unit in ((value // 10**8, YI), (value // 10**4 % 10**4, WAN), (value % 10**4, "")):
        if not part:
            gap = True
            continue
        if names and (gap or part < 1000):
            names.append(ZERO)
        gap = False
        names += [TWO] if part == 2 and unit else _up_to_9999(part, at_head=not names)
        if unit:
            names.append(unit)
    return names or [ZERO]


def _up_to_9999(value: int, *, at_head: bool) -> list[str]:
    names: list[str] = []
    thousands, rest = divmod(value, 1000)
    hundreds, rest = divmod(rest, 100)
    if thousands:
        names += [TWO if thousands == 2 and at_head else f"digits/{thousands}", THOUSAND]
    if hundreds:
        names += [f"digits/{hundreds}", HUNDRED]
    if rest and names and (not hundreds or rest < 10):
        names.append(ZERO)
    tens, ones = divmod(rest, 10)
    if tens == 1:
        names += [f"digits/{rest}"] if at_head and not names else ["digits/1", f"digits/{rest}"]
    elif rest:
        names += [f"digits/{tens * 10}"] if tens else []
        names += [f"digits/{ones}"] if ones else []
    return names


def _counted(value: int) -> list[str]:
    """A number before what it counts."""
    return [TWO] if value == 2 else cardinal(value)


def _part_of_day(hour: int) -> str:
    parts = ((6, "dawn"), (12, "morning"), (13, "noon"), (18, "afternoon"), (24, "evening"))
    return next(f"digits/{name}" for until, name in parts if hour < until)


__all__ = ["cardinal", "day", "digits", "money", "number", "time_of_day"]
