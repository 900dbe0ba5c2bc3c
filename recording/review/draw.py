"""Drawing lots for spot checks (B5): nobody chooses, nobody can foresee, anybody can check.

The month is cut into as many parts of whole days as the quota has calls (at most one part a day). When a part's
last day is over, the calls an agent ended in it are ordered by their tickets, and the smallest are drawn; what a part
could not give, the next one makes up for. A call's ticket is

    seed   = SHA-256("spot-1" | site | day on which the call ended, YYYY-MM-DD in the site's zone)
    ticket = SHA-256(seed | agent | linkedid of the call)

with the fields of each joined by the byte 0x1F. The linkedid holds the time of the call and is not known before, so
no ticket is. Each call's ticket depends on nothing else: the order in which calls are stored does not matter, and a
call that is stored late leaves the other tickets as they were.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from ivr.core.errors import UsageError
from ivr.core.language import Text

METHOD = "spot-1"
MOST_QUOTA = 200


@dataclass(frozen=True, slots=True)
class Part:
    """Some days of a month.

    Args:
        index: from 0.
        first, last: days, both included.
        wanted: calls to be drawn from the first part to this one.
    """

    index: int
    first: date
    last: date
    wanted: int

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Begin and end in ``zone``."""
        return datetime.combine(self.first, time(), zone), datetime.combine(self.last + timedelta(days=1), time(), zone)


@dataclass(frozen=True, slots=True)
class Lot:
    """A call that can be drawn.

    Args:
        day: on which it ended, in the site's zone.
    """

    call_id: int
    linkedid: str
    agent: str
    day: date


def month_of(text: str) -> tuple[int, int]:
    """(year, month) of ``YYYY-MM``.

    Raises:
        UsageError: if it is something else.
    """
    try:
        found = datetime.strptime(text, "%Y-%m")  # noqa: DTZ007 - a month
    except ValueError:
        found = None
    if found is None or len(text) != 7:
        raise UsageError(
            Text(f"not a month: {text!r:.40}", f"不是月份：{text!r:.40}"),
            cure=Text("write it as 2026-11", "请写成 2026-11 的形式"),
        )
    return found.year, found.month


def parts(month: str, quota: int) -> list[Part]:
    """The parts of a month for a quota of calls.

    Raises:
        UsageError: if ``month`` or ``quota`` is unusable.
    """
    year, number = month_of(month)
    if not 0 <= quota <= MOST_QUOTA:
        raise UsageError(
            Text(f"quota {quota}", f"抽检数 {quota}"),
            cure=Text(f"between 0 and {MOST_QUOTA} calls a month", f"每月 0 至 {MOST_QUOTA} 通"),
        )
    days = calendar.monthrange(year, number)[1]
    count = min(quota, days)
    return [
        Part(
            index,
            date(year, number, index * days // count + 1),
            date(year, number, (index + 1) * days // count),
            (index + 1) * quota // count,
        )
        for index in range(count)
    ]


def ticket(site: str, lot: Lot) -> str:
    """A call's ticket: 64 hexadecimal digits."""
    seed = _hash(METHOD, site, lot.day.isoformat())
    return _hash(seed, lot.agent, lot.linkedid)


def draw(lots: Iterable[Lot], wanted: int, site: str) -> list[tuple[str, Lot]]:
    """The ``wanted`` calls with the smallest tickets, with these, in order; fewer where there are fewer."""
    ordered = sorted(((ticket(site, lot), lot) for lot in lots), key=lambda one: (one[0], one[1].linkedid))
    return ordered[: max(0, wanted)]


def digest(lots: Iterable[Lot]) -> str:
    """What a set of candidates is known by: 64 hexadecimal digits."""
    return _hash(*sorted(lot.linkedid for lot in lots))


def _hash(*fields: str) -> str:
    return hashlib.sha256("\x1f".join(fields).encode("utf-8", "surrogatepass")).hexdigest()
