"""The book of days: which are kept, which are counted now, which still have to be added up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.reports.indicators.model import Rules
from ivr.reports.trends import keep
from ivr.reports.trends.day import Day, load_day
from ivr.storage.database import Database

log = get_logger("trends")

LOOK_EVERY = 30.0  # seconds between two looks for days that have changed
LIVE_FOR = 15.0  # seconds today's figures are taken for true
STALE_FOR = 180.0  # and so long shown, while they are counted anew behind
AT_ONCE = 1500  # calls and scorecards added up while somebody waits; the rest goes on behind
MOST_DAYS = 800  # in one look


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a question, and where their figures are.

    Args:
        first, last: both included.
        out: days from ``first`` to ``last`` whose kept figures do not count: they are in ``live``, or not added up yet.
        live: days counted now.
        missing: days with calls that are not added up yet.
        states: whether agents' states were on record on any of them.
    """

    first: date
    last: date
    out: tuple[str, ...] = ()
    live: tuple[Day, ...] = ()
    missing: tuple[date, ...] = ()
    states: bool = False


class DayBook:
    """Keeps days added up, and says where the figures of some days are. One a process.

    Args:
        database: calls in, days out.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._looked = float("-inf")
        self._live: dict[tuple[date, str], tuple[float, Day]] = {}
        self._lock = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None
        self._again: dict[date, asyncio.Task[None]] = {}

    async def span(self, first: date, last: date, zone: tzinfo, rules: Rules) -> Span:
        """The figures' places of ``first`` to ``last``; a little of what is missing is added up first.

        What is still missing then is added up behind, and told.
        """
        counted = keep.counted_by(rules, zone)
        now = self._clock.now()
        last = min(last, now.astimezone(zone).date())
        await self._look(zone)
        async with self._database.read() as session:
            begun = await keep.first_call(session)
            kept = await keep.kept_days(session, first, last, counted)
        if begun is None or last < first:
            return Span(first, last)
        wanted = _days(max(first, begun.astimezone(zone).date()), last)
        open_days: list[Day] = []
        missing: list[date] = []
        done = 0
        for day in reversed(wanted):
            if day in kept:
                continue
            late = (day - wanted[-1]).days < -1  # today, and yesterday shortly after midnight, are counted in any case
            if late and (done > AT_ONCE or self._busy) and not self._known(day, counted, STALE_FOR):
                missing.append(day)
                continue
            found = await self._day(day, zone, rules, counted)
            done += found.calls + found.cards
            if found.closed:
                await self._save(found, counted)
                kept[day] = found.states
            else:
                open_days.append(found)
        if missing and not self._busy:
            self._behind = asyncio.create_task(self._go_on(zone, rules))
        out = {one.day for one in open_days} | set(missing)
        return Span(
            first,
            last,
            tuple(sorted(day.isoformat() for day in out)),
            tuple(open_days),
            tuple(sorted(missing)),
            any(kept.values()) or any(one.states for one in open_days),
        )

    async def catch_up(
        self, zone: tzinfo, rules: Rules, told: Callable[[date, int, int], None] = lambda day, done, of: None
    ) -> int:
        """Add up every day that is over and not kept, the newest first; how many.

        Args:
            told: of each day, how many are done, and of how many.
        """
        counted = keep.counted_by(rules, zone)
        await self._look(zone, now=True)
        today = self._clock.now().astimezone(zone).date()
        async with self._database.read() as session:
            begun = await keep.first_call(session)
            if begun is None:
                return 0
            first = begun.astimezone(zone).date()
            kept = await keep.kept_days(session, first, today, counted)
        wanted = [day for day in reversed(_days(first, today)) if day not in kept]
        made = 0
        for number, day in enumerate(wanted):
            async with self._database.read() as session:
                found = await load_day(session, day, zone, rules, self._clock.now())
            if found.closed:
                await self._save(found, counted)
                made += 1
            told(day, number + 1, len(wanted))
            await asyncio.sleep(0)
        return made

    async def close(self) -> None:
        """Give up what goes on behind."""
        tasks = [*self._again.values(), *([self._behind] if self._behind is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def _busy(self) -> bool:
        return self._behind is not None and not self._behind.done()

    async def _go_on(self, zone: tzinfo, rules: Rules) -> None:
        try:
            await self.catch_up(zone, rules)
        except StorageError as error:  # the next question tries again
            log.warning("days not added up", problem=str(error))

    async def _look(self, zone: tzinfo, *, now: bool = False) -> None:
        """Let go of kept days that have changed since, at most every ``LOOK_EVERY`` seconds."""
        if not now and self._clock.monotonic() - self._looked < LOOK_EVERY:
            return
        self._looked = self._clock.monotonic()
        async with self._database.read() as session:
            changed, marks = await keep.look_for_changes(session, zone)
        if changed or marks:
            async with self._database.write() as session:
                await keep.let_go(session, changed, marks)

    async def _day(self, day: date, zone: tzinfo, rules: Rules, counted: str) -> Day:
        """A day as it was counted a little while ago, or else now; what is somewhat old is counted anew behind."""
        if self._known(day, counted, STALE_FOR):
            found = self._live[day, counted][1]
            if not self._known(day, counted, LIVE_FOR) and day not in self._again and not found.closed:
                task = asyncio.create_task(self._count_again(day, zone, rules, counted))
                self._again[day] = task
                task.add_done_callback(lambda _: self._again.pop(day, None))
            return found
        return await self._count(day, zone, rules, counted)

    async def _count(self, day: date, zone: tzinfo, rules: Rules, counted: str) -> Day:
        async with self._lock:  # who asks at the same time waits for the same answer
            if self._known(day, counted, LIVE_FOR):
                return self._live[day, counted][1]
            async with self._database.read() as session:
                found = await load_day(session, day, zone, rules, self._clock.now())
            for key in [key for key, (at, _) in self._live.items() if self._clock.monotonic() - at > STALE_FOR]:
                del self._live[key]
            self._live[day, counted] = (self._clock.monotonic(), found)
            return found

    async def _count_again(self, day: date, zone: tzinfo, rules: Rules, counted: str) -> None:
        try:
            await self._count(day, zone, rules, counted)
        except StorageError as error:  # the next question tries again
            log.warning("day not counted", problem=str(error))

    def _known(self, day: date, counted: str, seconds: float) -> bool:
        known = self._live.get((day, counted))
        return known is not None and self._clock.monotonic() - known[0] <= seconds

    async def _save(self, found: Day, counted: str) -> None:
        async with self._database.write() as session:
            await keep.save_day(session, found, counted, self._clock.now())


@asynccontextmanager
async def open_book(database: Database, clock: Clock) -> AsyncIterator[DayBook]:
    """A book of days, closed at the end."""
    book = DayBook(database, clock)
    try:
        yield book
    finally:
        await book.close()


def _days(first: date, last: date) -> list[date]:
    count = min(MOST_DAYS, (last - first).days + 1)
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


__all__ = ["DayBook", "Span", "open_book"]
