"""Hours, days and months of a time zone, as stretches of UTC. A day of 23 or 25 hours has so many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from ivr.core.errors import UsageError
from ivr.core.language import Text

Kind = Literal["hour", "day", "month"]
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Period:
    """``begin <= t < end``, in UTC; ``name`` as people of the zone call it."""

    name: str
    begin: datetime
    end: datetime


def midnight(day: date, zone: tzinfo) -> datetime:
    """When a day begins in ``zone``, in UTC; where clocks skip midnight, its first moment, where it comes twice, the
    first."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def periods(since: datetime, until: datetime, kind: Kind, zone: tzinfo) -> list[Period]:
    """The hours, days or months that touch ``since <= t < until``, cut to it.

    Raises:
        UsageError: if they are more than 10,000.
    """
    found: list[Period] = []
    for one in _whole(since, until, kind, zone):
        if len(found) >= MOST:
            raise UsageError(
                Text(f"more than {MOST} rows", f"超过 {MOST} 行"),
                cure=Text("choose a shorter period, or --by day", "请缩短时段，或用 --by day"),
            )
        found.append(Period(one.name, max(one.begin, since), min(one.end, until)))
    return found


def _whole(since: datetime, until: datetime, kind: Kind, zone: tzinfo) -> Iterator[Period]:
    begin = _floor(since, kind, zone)
    while begin < until:
        end = _next(begin, kind, zone)
        yield Period(_name(begin, kind, zone), begin, end)
        begin = end


def _floor(at: datetime, kind: Kind, zone: tzinfo) -> datetime:
    local = at.astimezone(zone)
    if kind == "hour":
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return at.astimezone(UTC) - past
    return midnight(local.date() if kind == "day" else local.date().replace(day=1), zone)


def _next(begin: datetime, kind: Kind, zone: tzinfo) -> datetime:
    local = begin.astimezone(zone)
    if kind == "hour":
        # In elapsed time, so that an hour that clocks repeat is two; to the full hour, as some clocks move by half one.
        return begin + timedelta(minutes=60 - local.minute)
    if kind == "day":
        return midnight(local.date() + timedelta(days=1), zone)
    return midnight((local.date().replace(day=1) + timedelta(days=32)).replace(day=1), zone)


def _name(begin: datetime, kind: Kind, zone: tzinfo) -> str:
    local = begin.astimezone(zone)
    if kind == "month":
        return f"{local:%Y-%m}"
    if kind == "day":
        return f"{local:%Y-%m-%d}"
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M}" + (f"{offset[:3]}:{offset[3:5]}" if twice else "")
