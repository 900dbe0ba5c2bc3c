"""The load of each half-hour of a day, measured: what staffing follows from (B6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from ivr.queues.simulation.patience import mean_patience
from ivr.reports.indicators.askings import asking
from ivr.reports.indicators.facts import CallFacts, Facts, TalkFacts, of_queue
from ivr.reports.indicators.handling import after_call
from ivr.reports.indicators.model import Rules

# Fewer callers than this who gave up say too little of patience.
LEAST_ABANDONED = 10
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of the day.

    Args:
        minute: of the day at which it begins.
        minutes: how long it is.
        calls: who asked for an agent in it, on all days.
        days: how many such stretches the period has.
        handled, handling_s: talks of those calls that ended, and seconds of talk and after-call work in all.
    """

    minute: int
    minutes: int
    calls: int
    days: int
    handled: int
    handling_s: float

    @property
    def name(self) -> str:
        """When it begins: ``09:30``."""
        return f"{self.minute // 60:02d}:{self.minute % 60:02d}"

    @property
    def mean_calls(self) -> float:
        """Calls a day."""
        return self.calls / self.days if self.days else 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """The load of a day.

    Args:
        handling_s: mean handling time of the whole period, seconds; None where nobody talked.
        patience_s: mean patience, seconds; None where fewer than 10 callers gave up.
        abandoned: callers who gave up.
        supposed_wrapup: whether after-call work is the site's setting, as nobody's states are on record.
    """

    intervals: tuple[Interval, ...]
    handling_s: float | None
    patience_s: float | None
    abandoned: int
    supposed_wrapup: bool


def measured(
    facts: Facts,
    rules: Rules,
    zone: tzinfo,
    *,
    wrapups: dict[str, float],
    queue: str = "",
    minutes: int = 30,
    weekdays: Sequence[int] = (),
) -> Load:
    """The load of a period by the time of day.

    Args:
        wrapups: after-call seconds by queue, where the journal of states has none.
        queue: only of this queue.
        minutes: length of an interval; divides a day.
        weekdays: only of these days, 0 = Monday; all when empty.
    """
    calls = of_queue(facts.calls, queue) if queue else facts.calls
    talks = [talk for call in calls for talk in call.talks if talk.ended is not None]
    known = None if facts.states is None else after_call(talks, facts.states, facts.now)

    def handled(talk: TalkFacts) -> float:
        return talk.seconds + (wrapups.get(talk.queue, 0.0) if known is None else known.get(talk, 0.0))

    count = DAY_MINUTES // minutes
    by_place: list[list[CallFacts]] = [[] for _ in range(count)]
    waits: list[tuple[float, bool]] = []
    for call in calls:
        local = call.visits[0].joined.astimezone(zone)
        if weekdays and local.weekday() not in weekdays:
            continue
        by_place[(local.hour * 60 + local.minute) // minutes].append(call)
        found = asking(call, rules)
        if found is not None:
            waits.append((found.waited_s, found.abandoned))
    days = _days(facts, zone, weekdays, minutes)
    intervals = []
    for place, here in enumerate(by_place):
        ended = [talk for call in here for talk in call.talks if talk.ended is not None]
        intervals.append(
            Interval(place * minutes, minutes, len(here), days[place], len(ended), sum(map(handled, ended)))
        )
    total = sum(one.handling_s for one in intervals)
    number = sum(one.handled for one in intervals)
    abandoned = sum(gone for _, gone in waits)
    patience = mean_patience(waits) if abandoned >= LEAST_ABANDONED else None
    return Load(tuple(intervals), total / number if number else None, patience, abandoned, known is None)


def _days(facts: Facts, zone: tzinfo, weekdays: Sequence[int], minutes: int) -> list[int]:
    """How often each interval of the day came in the period, up to now; what is cut off does not count."""
    begin, end = facts.since.astimezone(zone), min(facts.until, facts.now).astimezone(zone)
    counts = [0] * (DAY_MINUTES // minutes)
    day: date = begin.date()
    while day <= end.date():
        if not weekdays or day.weekday() in weekdays:
            first = begin.hour * 60 + begin.minute + (begin.second > 0) if day == begin.date() else 0
            last = end.hour * 60 + end.minute if day == end.date() else DAY_MINUTES
            for place in range(len(counts)):
                counts[place] += first <= place * minutes and (place + 1) * minutes <= last
        day += timedelta(days=1)
    return counts
