"""The journal: takes facts from everywhere without keeping anybody waiting, and writes them down as stories."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.ami.events import ChannelEvent, ConnectionLost, ConnectionRestored
from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.journal.ending import conclude, interrupt
from ivr.journal.facts import EngineFact, Fact
from ivr.journal.story import TOLD, add, opens
from ivr.journal.waiting import KnownChannels, WaitingRoom
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.models import Call

CAPACITY = 10_000
BATCH = 500
# How long facts wait for others to be written with them: a call is read and written once for all of them.
BATCH_SECONDS = 0.25
# After a batch of fewer facts than this the next one is written sooner: nobody gains by waiting.
FEW, SOON = 20, 0.05
WRITE_TRIES = 5
# A list of channels is some milliseconds old when it arrives; who called in meanwhile is not missing.
RESYNC_MARGIN = timedelta(seconds=2)

_log = get_logger("journal")


@dataclass(slots=True)
class _Resync:
    alive: frozenset[str]
    at: datetime


@dataclass(slots=True)
class _Mark:
    """A place in the queue; ``done`` gets its result when everything before it has been written."""

    done: asyncio.Future[int]
    resync: _Resync | None = None


@dataclass(slots=True)
class JournalStats:
    """Counters since the start: facts written down, dropped because the queue was full, not writable."""

    written: int = 0
    dropped: int = 0
    failed: int = 0
    waiting: int = field(default=0)


class Journal:
    """Writes facts in batches, in the order in which they came.

    Args:
        database: where to.
        clock: for the time of a resync.
        capacity: most facts that wait to be written; more are dropped and counted.
    """

    def __init__(self, database: Database, clock: Clock, *, capacity: int = CAPACITY) -> None:
        self._database = database
        self._clock = clock
        self._queue: asyncio.Queue[Fact | _Mark | None] = asyncio.Queue(capacity)
        self._few = True
        self._hurry = asyncio.Event()  # what waits is to be written now
        self._unknown = WaitingRoom()
        self._channels = KnownChannels()
        self._lost_at: datetime | None = None
        self._task: asyncio.Task[None] | None = None
        self._stats = JournalStats()

    @property
    def stats(self) -> JournalStats:
        """The counters, and how many facts wait to be written."""
        self._stats.waiting = self._queue.qsize()
        return self._stats

    def start(self) -> None:
        """Begin to write; facts put before wait in the queue."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="journal")

    async def __aenter__(self) -> Journal:
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def put(self, fact: Fact | object) -> None:
        """Take a fact; never waits, never raises. What has no part in a story is passed over."""
        if not isinstance(fact, ConnectionLost | ConnectionRestored) and type(fact) not in TOLD:
            return
        try:
            self._queue.put_nowait(fact)  # type: ignore[arg-type]
            if self._queue.qsize() >= BATCH or isinstance(fact, ConnectionRestored):
                self._hurry.set()
        except asyncio.QueueFull:
            self._stats.dropped += 1
            if self._stats.dropped % 1000 == 1:
                _log.error("fact dropped: queue full", linkedid=_linkedid(fact), dropped=self._stats.dropped)

    async def flush(self, timeout_s: float = 60.0) -> None:
        """Wait until everything put so far has been written (or given up).

        Raises:
            StorageError: if that takes longer than ``timeout_s`` seconds, or the journal is not running.
        """
        await self._mark(None, timeout_s)

    async def resync(
        self, channels_alive: Collection[str], *, at: datetime | None = None, timeout_s: float = 60.0
    ) -> int:
        """Close stories whose end was missed: those that are open but that Asterisk no longer has.

        Done by itself when ``ConnectionRestored`` comes; to be called once after a start.

        Args:
            channels_alive: uniqueids (or linkedids or names) of the channels that Asterisk has.
            at: when it had them; now if not given. Calls that began later, or just before, are
                left alone.
            timeout_s: limit in seconds.

        Returns:
            How many stories were closed as interrupted, or lost a leg.
        """
        return await self._mark(_Resync(frozenset(channels_alive), at or self._clock.now()), timeout_s)

    async def close(self, timeout_s: float = 60.0) -> None:
        """Write what waits, then stop; gives up after ``timeout_s`` seconds."""
        task, self._task = self._task, None
        if task is None:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._queue.put(None)
                self._hurry.set()
                await asyncio.shield(task)
        except TimeoutError:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            _log.error("journal closed with facts unwritten", facts=self._queue.qsize())

    async def _mark(self, resync: _Resync | None, timeout_s: float) -> int:
        if self._task is None or self._task.done():
            raise StorageError("the journal is not running", cure="start it first")
        mark = _Mark(asyncio.get_running_loop().create_future(), resync)
        try:
            async with asyncio.timeout(timeout_s):
                await self._queue.put(mark)
                self._hurry.set()
                return await mark.done
        except TimeoutError as error:
            raise StorageError(f"the journal is more than {timeout_s:g} s behind", cure="see its log") from error

    async def _run(self) -> None:
        while True:
            item = await self._queue.get()
            batch: list[Fact] = []
            if not isinstance(item, _Mark | ConnectionRestored | None):
                batch.append(item)
                item = await self._collect(batch)
            try:
                await self._write(batch)
                if isinstance(item, ConnectionRestored):
                    alive = frozenset(channel.uniqueid for channel in item.snapshot.channels)
                    await self._resync(_Resync(alive, item.snapshot.at))
                elif isinstance(item, _Mark):
                    closed = await self._resync(item.resync) if item.resync else 0
                    if not item.done.done():
                        item.done.set_result(closed)
            except Exception as error:
                # Whatever went wrong, the next fact gets its chance.
                _log.exception("journal", error=type(error).__name__)
                if isinstance(item, _Mark) and not item.done.done():
                    item.done.set_exception(error)
            if item is None and not batch:
                return

    async def _collect(self, batch: list[Fact]) -> _Mark | ConnectionRestored | None:
        """Fill ``batch`` for a moment; returns what ended it early, if anything did."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SOON if self._few else BATCH_SECONDS):
                await self._hurry.wait()
        ended: _Mark | ConnectionRestored | None = None
        while ended is None and len(batch) < BATCH and not self._queue.empty():
            item = self._queue.get_nowait()
            if item is None:
                self._queue.put_nowait(None)  # the end comes after this batch
                return None
            if isinstance(item, _Mark | ConnectionRestored):
                ended = item
            else:
                batch.append(item)
        if self._queue.empty():
            self._hurry.clear()
        self._few = len(batch) < FEW
        return ended

    async def _write(self, facts: Sequence[Fact]) -> None:
        stories: dict[str, list[Fact]] = {}
        seen: dict[str, str] = {}
        for fact in facts:
            if isinstance(fact, ConnectionLost):
                self._lost_at = fact.at
            elif isinstance(fact, ChannelEvent):
                if seen.setdefault(fact.uniqueid, fact.linkedid) != fact.linkedid:
                    # The channel came to another call within this batch: what was told of it before goes first.
                    await self._tell(stories)
                    stories, seen = {}, {fact.uniqueid: fact.linkedid}
                known = self._channels.home(fact)
                if known.linkedid:
                    moved = self._unknown.move(known.uniqueid, known.linkedid)
                    stories.setdefault(known.linkedid, []).extend([*moved, known])
            elif linkedid := _linkedid(fact):
                stories.setdefault(linkedid, []).append(fact)
        await self._tell(stories)

    async def _tell(self, stories: dict[str, list[Fact]]) -> None:
        for linkedid in list(stories):
            if linkedid in self._unknown and not any(map(opens, stories[linkedid])):
                self._unknown.add(linkedid, stories.pop(linkedid))
        if stories:
            await self._save_or_split(stories)

    async def _save_or_split(self, stories: dict[str, list[Fact]]) -> None:
        """Save all stories at once; if the database refuses, one fact at a time, so that one bad fact costs one."""
        if await self._try_save(stories):
            return
        for linkedid, facts in stories.items():
            for fact in facts:
                if not await self._try_save({linkedid: [fact]}):
                    self._stats.failed += 1
                    _log.error("fact not written", linkedid=linkedid, fact=type(fact).__name__)

    async def _try_save(self, stories: dict[str, list[Fact]]) -> bool:
        for attempt in range(1, WRITE_TRIES + 1):
            try:
                await self._save(stories)
            except StorageError as error:
                _log.warning("journal not written", error=str(error), attempt=attempt, linkedid=next(iter(stories)))
                if not error.retryable or attempt == WRITE_TRIES:
                    return False
                await asyncio.sleep(0.2 * 2**attempt)
            except Exception as error:
                _log.exception("journal not written", error=type(error).__name__, linkedid=next(iter(stories)))
                return False
            else:
                return True
        return False

    async def _save(self, stories: dict[str, list[Fact]]) -> None:
        told: list[str] = []
        skipped = 0
        async with self._database.write() as session:
            found = await calls.hold(session, stories)
            begun: dict[str, datetime] = {}
            for linkedid in stories.keys() - found.keys():
                for opening in filter(opens, [*stories[linkedid][::-1], *self._unknown.of(linkedid)[::-1]]):
                    begun[linkedid] = opening.at
            found |= await calls.hold_new(session, begun)
            found |= await calls.hold(session, begun.keys() - found.keys())  # another engine was quicker
            for linkedid, call in found.items():
                facts = [*self._unknown.of(linkedid), *stories[linkedid]]
                skipped += self._tell_on(call, sorted(facts, key=opens, reverse=True))  # stable: the rest as it came
                told.append(linkedid)
                self._channels.learn(linkedid, (leg.uniqueid for leg in call.legs if leg.ended_at is None))
            await calls.write_parts(session, found.values())
        for linkedid, facts in stories.items():
            if linkedid in told:
                self._unknown.drop(linkedid)
            else:
                self._unknown.add(linkedid, facts)
        self._stats.failed += skipped
        self._stats.written += sum(len(stories[linkedid]) for linkedid in told) - skipped

    @staticmethod
    def _tell_on(call: Call, facts: Sequence[Fact]) -> int:
        """Tell a story on by these facts and conclude it; how many of them had to be passed over."""
        skipped = 0
        for fact in facts:
            try:
                add(call, fact)
            except Exception as error:
                skipped += 1
                _log.error("fact skipped", linkedid=call.linkedid, fact=type(fact).__name__, error=repr(error)[:300])
        try:
            conclude(call)
        except Exception as error:
            _log.error("story not concluded", linkedid=call.linkedid, error=repr(error)[:300])
        return skipped

    async def _resync(self, resync: _Resync) -> int:
        lost_at = self._lost_at if self._lost_at and self._lost_at < resync.at else None
        closed = 0
        async with self._database.write() as session:
            held = await calls.hold(session, await calls.open_calls(session))
            for linkedid, call in held.items():
                if interrupt(call, resync.alive, at=resync.at - RESYNC_MARGIN, lost_at=lost_at):
                    closed += 1
                    _log.warning("story closed without its end", linkedid=linkedid, outcome=call.outcome)
        self._lost_at = None
        return closed


def _linkedid(fact: object) -> str:
    return fact.linkedid if isinstance(fact, EngineFact | ChannelEvent) else ""
