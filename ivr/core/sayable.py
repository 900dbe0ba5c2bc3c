"""Text that is to be said as a number, amount, date or time, read strictly: refused where it is not of its kind."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

MOST = 999_999_999_999
"""The highest number that can be said."""
MOST_DIGITS = 40
MOST_PLACES = 6

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)
_DIGITS = re.compile(r"[0-9]+([ -][0-9]+)*", re.ASCII)
_DATE = re.compile(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?", re.ASCII)
_TIME = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?", re.ASCII)
_LEAP_YEAR = 2000


def plain_number(text: str) -> Decimal:
    """A number, without zeros at the end of its fraction.

    Raises:
        ValueError: if it is none, is above ``MOST``, or has more than ``MOST_PLACES`` places.
    """
    return _decimal(text, MOST_PLACES)


def plain_money(text: str, currency: str) -> Decimal:
    """An amount of money.

    Raises:
        ValueError: if it is none, is above ``MOST``, or has smaller parts than the currency.
    """
    return _decimal(text, 0 if currency == "KRW" else 2)


def plain_digits(text: str) -> str:
    """Digits alone.

    Raises:
        ValueError: if there is anything else among them but single spaces and hyphens, or there are too many.
    """
    if len(text) > 2 * MOST_DIGITS or not _DIGITS.fullmatch(text):
        raise ValueError("not digits")
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"more than {MOST_DIGITS} digits")
    return digits


def plain_date(text: str) -> tuple[int | None, int, int]:
    """Year, which may be missing, month, and day of the month.

    Raises:
        ValueError: if there is no such day.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError("not a date YYYY-MM-DD")
    year, month, day = found.groups()
    date(int(year) if year else _LEAP_YEAR, int(month), int(day))
    return int(year) if year else None, int(month), int(day)


def plain_time(text: str) -> time:
    """A time of day.

    Raises:
        ValueError: if it is none.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError("not a time HH:MM")
    return time(int(found[1]), int(found[2]))


def _decimal(text: str, most_places: int) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    value = Decimal(text)
    whole, _, places = text.removeprefix("-").partition(".")
    if int(whole) > MOST or len(places.rstrip("0")) > most_places:
        raise ValueError("too long a number")
    if abs(value) > MOST:
        raise ValueError("too high a number")
    return abs(value) if not value else Decimal(f"{'-' if value < 0 else ''}{int(whole)}.{places.rstrip('0') or '0'}")


__all__ = [
    "MOST",
    "MOST_DIGITS",
    "MOST_PLACES",
    "plain_date",
    "plain_digits",
    "plain_money",
    "plain_number",
    "plain_time",
]
