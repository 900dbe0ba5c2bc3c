"""Queues and agents as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ivr.console.context import Console
from ivr.console.fanout import Listener
from ivr.console.live import LiveFeed, Parts, Point
from ivr.console.pops import PopFeed
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person
from ivr.core.language import Text
from ivr.queues.served import Served
from ivr.reports.indicators.formulas import Sums, indicators_of
from ivr.reports.live.open_now import alerts_since, open_callbacks
from ivr.reports.live.past import by_hour, points, visits_since

HOURS_EVERY = 60.0  # seconds from one count of the day's callers to the next


class Live(BaseModel):
    """Everything a wallboard shows.

    ``parts`` by kind and name: ``line site``, ``hours NAME``, ``queue NAME`` and ``agent ID`` as the engine tells them;
    ``feed engine`` says whether it does; ``callbacks QUEUE``, ``alert ID`` and ``today QUEUE`` (who joined it in each
    hour) are of the database. ``points`` by queue: seconds since 1970, callers waiting, service level since midnight.
    """

    model_config = ConfigDict(frozen=True)

    seq: int = Field(description="number of the last change in it")
    at: datetime
    parts: dict[str, dict[str, Any]]
    points: dict[str, list[tuple[int, int, float | None]]]


async def snapshot(console: Console, who: Person) -> Live:
    """How things stand.

    Raises:
        Forbidden: if ``who`` may not see it.
    """
    who.must(Permission.WALLBOARD)
    await console.live.read()
    return Live.model_validate(console.live.snapshot())


async def listen(console: Console, who: Person) -> Listener:
    """How things stand, then each change, within the block of what is given back.

    Raises:
        Forbidden: if ``who`` may not see it.
        Conflict: if he has too many live pages open already.
    """
    who.must(Permission.WALLBOARD)
    return console.live.listen(who.id)


def formulas(console: Console) -> dict[str, dict[str, Text]]:
    """How the live figures of each queue are made, by queue and figure."""
    site, found = console.site(), {}
    counted = (
        Text("all abandoned calls count", "含短时放弃")
        if site.count_short_abandons
        else Text(f"without those who gave up before {site.short_abandon} s", f"不计 {site.short_abandon} 秒内放弃")
    )
    for name, queue in site.queues.items():
        by_id = {one.id: one.formula for one in indicators_of(Sums(levels=frozenset({float(queue.service_level)})))}
        rest = Text(
            f"; of today, each visit to the queue that has ended, as the engine counts them live ({counted.en})",
            f"；按今日已结束的每次排队计，由引擎实时统计（{counted.zh}）",
        )
        found[name] = {
            kind: Text(by_id[kind].en + rest.en, by_id[kind].zh + rest.zh) for kind in ("service_level", "answer_rate")
        }
    return found


class Beside:
    """Reads what wallboards show and the engine does not tell: open callbacks, alerts, callers of each hour."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._served = Served(console.site)
        self._hours: Mapping[str, Any] = {}
        self._counted_at: float | None = None

    async def past(self) -> dict[str, list[Point]]:
        """Points of the last hour."""
        console, now = self._console, self._console.clock.now()
        async with console.database.read() as session:
            visits = await visits_since(session, self._served.midnight(now))
        levels = {name: float(queue.service_level) for name, queue in console.site().queues.items()}
        return points(visits, levels, now)

    async def __call__(self) -> Parts:
        """What is open, and the day so far."""
        console, now = self._console, self._console.clock.now()
        midnight = self._served.midnight(now)
        queues = console.site().queues
        fresh = self._counted_at is not None and console.clock.monotonic() - self._counted_at < HOURS_EVERY
        async with console.database.read() as session:
            callbacks = await open_callbacks(session)
            alerts = await alerts_since(session, midnight)
            visits = [] if fresh else await visits_since(session, midnight)
        if not fresh:
            self._hours = {name: {"hours": hours} for name, hours in by_hour(visits, queues, console.zone).items()}
            self._counted_at = console.clock.monotonic()
        return {
            "callbacks": {name: one for name, one in callbacks.items() if name in queues},
            "alert": alerts,
            "today": self._hours,
        }


def parts(console: Console) -> dict[str, Any]:
    """What a console keeps for its live pages, by name: see :attr:`ivr.console.context.Console.parts`."""
    beside = Beside(console)
    return {
        "live": LiveFeed(console.engine, console.clock, beside=beside, past=beside.past),
        "pops": PopFeed(console.engine, console.clock),
    }


__all__ = ["Beside", "Live", "formulas", "listen", "parts", "snapshot"]
