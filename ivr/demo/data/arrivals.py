"""When people call: by hour and weekday, with holidays, quiet nights and a few days on which something broke."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dialplan.public_holidays import holiday_year

# Share of a day's calls in each hour, by the clocks of the site: two peaks and a lull at noon.
HOURS = (
    0.4, 0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1.6, 5.0, 9.2, 10.4, 9.0,
    5.6, 6.0, 8.6, 9.4, 8.4, 6.4, 4.2, 4.6, 4.8, 3.2, 1.4, 0.6,
)  # fmt: skip
# Of a week, from Monday on: who has waited over the weekend calls on Monday.
WEEKDAYS = (1.32, 1.12, 1.06, 1.04, 1.08, 0.74, 0.64)
HOLIDAY = 0.55


@dataclass(frozen=True, slots=True)
class Arrival:
    """One caller who calls.

    Args:
        at: when.
        holiday: whether it is a public holiday.
        trouble: whether it is a day on which many lines are down.
    """

    at: datetime
    holiday: bool
    trouble: bool


def arrivals(
    calls: int, until: datetime, days: int, zone: ZoneInfo, country: str, chance: random.Random
) -> list[Arrival]:
    """``calls`` arrivals in the days before ``until``, in order of time; the day of ``until`` as far as it has come."""
    last = until.astimezone(zone).date()
    dates = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    troubled = set(chance.sample(dates, k=max(1, days // 30)))
    holidays = {day for day in dates if day in holiday_year(country, day.year).names}
    cells: list[tuple[date, int]] = []
    weights: list[float] = []
    for day in dates:
        weight = WEEKDAYS[day.weekday()] * (HOLIDAY if day in holidays else 1.0) * chance.uniform(0.93, 1.07)
        for hour, share in enumerate(HOURS):
            begin = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
            if begin + timedelta(hours=1) > until:
                continue
            swollen = 1.9 if day in troubled and 10 <= hour < 16 else 1.0
            cells.append((day, hour))
            weights.append(weight * share * swollen)
    found = []
    for day, hour in chance.choices(cells, weights, k=calls):
        at = datetime(day.year, day.month, day.day, hour, tzinfo=zone) + timedelta(seconds=chance.uniform(0, 3600))
        found.append(Arrival(at, day in holidays, day in troubled))
    found.sort(key=lambda one: one.at)
    return found


def busiest(found: Sequence[Arrival], days: int) -> float:
    """About how many calls the busiest hour of an ordinary day has."""
    return len(found) / max(1, days) * max(HOURS) / sum(HOURS)


__all__ = ["HOURS", "Arrival", "arrivals", "busiest"]
