"""One comparison of the journal with CEL and queue_log, beside a running engine or without one.

Calls that are under way are left alone. Calls are mended a few in a transaction, in which they are compared again:
what the engine has written meanwhile counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.journal.reconcile.compare import compare
from ivr.journal.reconcile.drift import Drift, Kind
from ivr.journal.reconcile.fields import shown
from ivr.journal.reconcile.mend import mend
from ivr.journal.reconcile.read import Found, Sources, read_sources
from ivr.journal.reconcile.rebuild import Seen
from ivr.journal.reconcile.report import Report
from ivr.journal.sources.files import MOST_BYTES
from ivr.storage import calls, sources
from ivr.storage.database import Database
from ivr.storage.models import Call, Reconciliation, Reconstruction

DAY = timedelta(days=1)
# What has just ended is still on its way into the journal and the files.
SETTLE = timedelta(seconds=5)
# Few at a time: the engine's own loop has callers to answer in between.
READ_AT_ONCE = 20
MEND_AT_ONCE = 10
T = TypeVar("T")

_log = get_logger("reconcile")


class Reconciler:
    """Compares and mends.

    Args:
        database: the journal's.
        clock: the time.
        sources: the files.
        agents: ids of agents by extension, asked at each run.
    """

    def __init__(
        self, database: Database, clock: Clock, sources: Sources, agents: Callable[[], Mapping[str, str]]
    ) -> None:
        self._database = database
        self._clock = clock
        self._sources = sources
        self._agents = agents

    async def run(
        self,
        *,
        since: datetime | None = None,
        by: str = "command",
        check: bool = False,
        most_bytes: int = MOST_BYTES,
        longest: timedelta | None = None,
    ) -> Report:
        """Compare all calls begun since, and mend what can be.

        Args:
            since: if None, from where the last run has to be resumed; a day back if there was none.
            by: engine or command, for the row about this run.
            check: change nothing; what could be mended counts as left.
            most_bytes: of each source, the newest.
            longest: go back no further than this, whatever the last run left.

        Raises:
            SetupError: if a source cannot be read.
            StorageError: if the database refuses; what was mended before stays mended.
        """
        began = self._clock.now()
        resume = await self._resume(began)
        # Other files, or a later beginning, leave the place where the next run has to go on.
        covered = self._sources.own and (since is None or since <= resume)
        if since is None:
            since = max(resume, began - longest) if longest else resume
        found = await asyncio.to_thread(read_sources, self._sources, self._agents(), since=since, most_bytes=most_bytes)
        report = Report(since, began, cel=found.cel, queue_log=found.queue_log, missing=found.missing)
        known: set[str] = set()
        for part in _parts(found.calls, READ_AT_ONCE):
            known.update(seen.call.linkedid for seen in part)
            await self._part(part, found, report, check=check)
            await asyncio.sleep(0)
        await self._only_here(known, found, report)
        if not check:
            await self._write_down(report, by, began, None if covered else resume)
        return report

    async def _resume(self, now: datetime) -> datetime:
        async with self._database.read() as session:
            last = await sources.last_run(session)
        return last.resume_at if last else now - DAY

    async def _part(self, part: Sequence[Seen], found: Found, report: Report, *, check: bool) -> None:
        async with self._database.read() as session:
            here = await sources.stories(session, [seen.call.linkedid for seen in part])
        broken: list[Seen] = []
        for seen in part:
            call = here.get(seen.call.linkedid)
            if not self._comparable(seen, call, report):
                continue
            report.compared += 1
            drifts = _new(seen) if call is None else compare(call, seen)
            if not drifts:
                report.agreeing += 1
            elif check or not any(one.mend for one in drifts):
                report.remains(drifts)
            else:
                broken.append(seen)
        for some in _parts(broken, MEND_AT_ONCE):
            put_in, left = await self._mend_or_tell(some, found)
            report.was_mended(put_in)
            report.remains(left)
            for linkedid in dict.fromkeys(one.linkedid for one in put_in):
                _log.warning("story mended", linkedid=linkedid, fields=sum(one.linkedid == linkedid for one in put_in))

    def _comparable(self, seen: Seen, call: Call | None, report: Report) -> bool:
        linkedid = seen.call.linkedid
        if call is None and not (seen.ours and seen.whole):
            report.strangers += 1
            return False
        now = self._clock.now()
        started = call.started_at if call else seen.call.started_at
        if (seen.over and seen.last_at > now - SETTLE) or not (seen.over or seen.dead or _ended(call)):
            report.under_way[linkedid] = min(started, seen.call.started_at)
            return False
        if not seen.whole:
            report.strangers += 1
            return False
        return True

    async def _mend_or_tell(self, some: Sequence[Seen], found: Found) -> tuple[list[Drift], list[Drift]]:
        """Mend some calls; if the database refuses, one by one, so that one that cannot be mended costs only itself."""
        try:
            return await self._mend(some, found)
        except StorageError as error:
            if error.retryable:
                raise
            if len(some) == 1:
                linkedid = some[0].call.linkedid
                _log.error("story not mended", linkedid=linkedid, problem=str(error))
                return [], [Drift(linkedid, "call", "", Kind.CONTRADICTION, "", "", "both")]
        put_in: list[Drift] = []
        left: list[Drift] = []
        for seen in some:
            more = await self._mend_or_tell([seen], found)
            put_in += more[0]
            left += more[1]
        return put_in, left

    async def _mend(self, some: Sequence[Seen], found: Found) -> tuple[list[Drift], list[Drift]]:
        put_in: list[Drift] = []
        left: list[Drift] = []
        async with self._database.write() as session:
            for seen in some:
                await calls.ensure(session, seen.call.linkedid, seen.call.started_at)
            held = await calls.hold(session, [seen.call.linkedid for seen in some])
            for seen in some:
                call = held[seen.call.linkedid]
                booted = next((boot for boot in found.boots if boot > seen.last_at), None)
                rows = mend(call, seen, at=self._clock.now(), booted=booted)
                session.add_all(rows)
                put_in += [_told(call, row) for row in rows]
                left += compare(call, seen)
        return put_in, left

    async def _only_here(self, known: set[str], found: Found, report: Report) -> None:
        """Calls of the journal that CEL does not know."""
        if found.cel_from is None:
            return
        async with self._database.read() as session:
            begun = await sources.begun_between(session, found.cel_from, report.until - SETTLE)
        report.remains(
            [
                Drift(linkedid, "call", "", Kind.EXTRA, shown(at), "", "cel")
                for linkedid, at in begun.items()
                if linkedid not in known
            ]
        )

    async def _write_down(self, report: Report, by: str, began: datetime, resume: datetime | None) -> None:
        resume = resume or min([began - SETTLE, *report.under_way.values()])
        detail = {"cel": report.cel.as_dict(), "queue_log": report.queue_log.as_dict(), "missing": [*report.missing]}
        async with self._database.write() as session:
            session.add(
                Reconciliation(
                    began_at=began,
                    ended_at=self._clock.now(),
                    since=report.since,
                    resume_at=resume,
                    by=by,
                    calls=report.compared,
                    mended=report.mended,
                    left=report.left,
                    detail=detail,
                )
            )


def _ended(call: Call | None) -> bool:
    return call is not None and call.ended_at is not None


def _new(seen: Seen) -> list[Drift]:
    def put() -> None:
        """The call is made when it is mended."""

    call = seen.call
    return [Drift(call.linkedid, "call", "", Kind.NO_CALL, "", shown(call.started_at), "cel", put)]


def _told(call: Call, row: Reconstruction) -> Drift:
    kind = Kind.GUESS if row.before else Kind.MISSING
    return Drift(call.linkedid, row.place, row.field, kind, row.before, row.after, row.source)


def _parts(all_of: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for begin in range(0, len(all_of), size):
        yield all_of[begin : begin + size]


__all__ = ["DAY", "SETTLE", "Reconciler"]
