"""Periods people choose: today, the last days, a month, from a day to a day; days of the site's zone."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date, timedelta

from ivr.core.errors import UsageError
from ivr.core.language import Text
from recording.review.draw import month_of

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Chosen:
    """``first`` to ``last``, both included; ``name`` for people."""

    first: date
    last: date
    name: Text

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def chosen(period: str, today: date, *, month: str = "", since: str = "", until: str = "") -> Chosen:
    """A period.

    Args:
        period: ``today``, ``7d``, ``30d``, ``month`` or ``days``.
        today: in the site's zone.
        month: YYYY-MM of ``month``; this one when empty.
        since, until: first and last day of ``days``, YYYY-MM-DD; the last is the first when empty.

    Raises:
        UsageError: if it is none of these, or longer than 400 days.
    """
    if period == "today":
        return Chosen(today, today, Text("today", "今天"))
    if period in {"7d", "30d"}:
        count = int(period[:-1])
        name = Text(f"the last {count} days", f"近 {count} 天")
        return Chosen(today - timedelta(days=count - 1), today, name)
    if period == "month":
        month = month or f"{today:%Y-%m}"
        year, number = month_of(month)
        first = _day(f"{year:04d}-{number:02d}-01")
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return Chosen(first, last, Text(month, month))
    if period != "days":
        raise UsageError(
            Text(f"no period {period!r:.20}", f"没有时段 {period!r:.20}"),
            cure=Text("today, 7d, 30d, month or days", "可选 today、7d、30d、month、days"),
        )
    first = _day(since)
    last = _day(until) if until else first
    if last < first or (last - first).days >= MOST_DAYS:
        raise UsageError(
            Text(f"from {first} to {last} is no period of at most {MOST_DAYS} days", f"时段须为 1 至 {MOST_DAYS} 天"),
            cure=Text("choose a shorter one, the first day first", "请缩短时段，并先填开始日期"),
        )
    return Chosen(first, last, Text(f"{first} to {last}", f"{first} 至 {last}"))


def _day(text: str) -> date:
    found = None
    with contextlib.suppress(ValueError):
        found = date.fromisoformat(text) if len(text) == 10 else None
    if found is None or not 2000 <= found.year < 3000:
        raise UsageError(
            Text(f"no day: {text!r:.40}", f"不是日期：{text!r:.40}"),
            cure=Text("write it as 2026-03-01", "请写成 2026-03-01"),
        )
    return found


__all__ = ["MOST_DAYS", "Chosen", "chosen"]
