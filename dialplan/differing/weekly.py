"""How business hours differ: the hours of the week that are now open, closed or a break."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Literal, get_args

from dialplan.base import Day
from dialplan.hours import Hours, Opening
from ivr.core.language import Text

Standing = Literal["open", "break", "closed"]

DAYS: tuple[str, ...] = get_args(Day)
_MINUTES = 24 * 60
_ZH = dict(zip(DAYS, "一二三四五六日", strict=True))
STANDINGS: dict[Standing, Text] = {
    "open": Text("open", "营业"),
    "break": Text("a break", "休息时段"),
    "closed": Text("closed", "不营业"),
}


def weekly_changes(old: Hours, new: Hours) -> Iterator[tuple[Text, Standing, Standing]]:
    """Hours of the week whose standing differs, what it was and what it is; days alike are told together."""
    spans: dict[tuple[int, int, Standing, Standing], list[str]] = {}
    for day in DAYS:
        before, after = _day(old, day), _day(new, day)
        start = 0
        while start < _MINUTES:
            end = start + 1
            if before[start] != after[start]:
                while end < _MINUTES and (before[end], after[end]) == (before[start], after[start]):
                    end += 1
                spans.setdefault((start, end, before[start], after[start]), []).append(day)
            start = end
    for (start, end, was, now), days in spans.items():
        clock = f"{_clock(start)}-{_clock(end)}"
        yield Text(f"{_days_en(days)} {clock}", f"{_days_zh(days)} {clock}"), was, now


def _day(hours: Hours, day: str) -> list[Standing]:
    """The standing of each minute of a day of the week, holidays apart."""
    if hours.always is not None:
        return [hours.always] * _MINUTES
    minutes: list[Standing] = ["closed"] * _MINUTES
    for opening in hours.openings:
        _fill(minutes, opening, day, "open")
    for pause in hours.breaks:
        _fill(minutes, pause, day, "break")
    return minutes


def _fill(minutes: list[Standing], opening: Opening, day: str, standing: Standing) -> None:
    if day not in opening.days:
        return
    start = opening.start.hour * 60 + opening.start.minute
    end = _MINUTES if opening.end == time(0) else opening.end.hour * 60 + opening.end.minute
    for minute in range(start, end):
        if standing == "open" or minutes[minute] == "open":  # a break is one within the openings
            minutes[minute] = standing


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _runs(days: list[str]) -> Iterator[tuple[str, str]]:
    """First and last of days that follow one another."""
    numbers = [DAYS.index(day) for day in days]
    start = previous = numbers[0]
    for number in [*numbers[1:], 99]:
        if number != previous + 1:
            yield DAYS[start], DAYS[previous]
            start = number
        previous = number


def _days_en(days: list[str]) -> str:
    return ", ".join(a.title() if a == b else f"{a.title()}-{b.title()}" for a, b in _runs(days))


def _days_zh(days: list[str]) -> str:
    return "、".join(f"周{_ZH[a]}" if a == b else f"周{_ZH[a]}至周{_ZH[b]}" for a, b in _runs(days))


__all__ = ["DAYS", "STANDINGS", "Standing", "weekly_changes"]
