"""Times of day and dates as people write them in a site, read strictly: no zones, no timestamps."""

from __future__ import annotations

import re
from datetime import date, time

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def clock_time(value: object) -> time:
    """A time of day: ``8:30``, ``08:30``, ``08:30:00``; ``24:00`` is ``00:00``, the end of the day.

    Raises:
        ValueError: if ``value`` is anything else, a time with a zone included.
    """
    if isinstance(value, time) and value.tzinfo is None:
        return value
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("not a time of day")
    hour, minute, second = (int(part or 0) for part in found.groups())
    return time(0) if (hour, minute, second) == (24, 0, 0) else time(hour, minute, second)


def plain_date(value: object) -> date:
    """A day written ``YYYY-MM-DD``.

    Raises:
        ValueError: if ``value`` is anything else or no such day exists.
    """
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("not a date")
    return date.fromisoformat(value)


__all__ = ["clock_time", "plain_date"]
