"""Reconciling as a part of the engine: after its start, and after each time in which it saw nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from ivr.ami.events import AmiEvent, ConnectionRestored, FullyBooted
from ivr.core.errors import IvrError
from ivr.core.log import get_logger
from ivr.journal.reconcile.report import Report
from ivr.journal.reconcile.run import DAY, SETTLE, Reconciler

# An engine that begins shall not read for minutes while callers ask.
MOST_BYTES = 16 << 20
AGAIN = 15.0  # seconds until calls that were under way are looked at again
PATIENCE = timedelta(hours=4)  # and after this long they are left to the next start, or to the command
LIMIT = 300.0  # seconds for one comparison
LOOK = 30.0  # seconds between looks at the counters of what was lost

_log = get_logger("reconcile")


class Keeper:
    """Compares when asked, and again until the calls that were under way then are over.

    Args:
        losses: how many events and facts have been dropped so far; when it grows, that is a reason to compare.
        again, settle, look: seconds, see the constants.
    """

    def __init__(
        self,
        reconciler: Reconciler,
        losses: Callable[[], int] = lambda: 0,
        *,
        again: float = AGAIN,
        settle: float = SETTLE.total_seconds(),
        look: float = LOOK,
    ) -> None:
        self._reconciler = reconciler
        self._losses = losses
        self._lost = 0
        self._again = again
        self._settle = settle
        self._look = look
        self._asked = asyncio.Event()
        self._pending: dict[str, datetime] = {}
        self.last: Report | None = None

    def ask(self) -> None:
        """Something may have been missed; never waits."""
        self._asked.set()

    def tell(self, event: AmiEvent) -> None:
        """A manager event: after the login, and after a time without events, something may have been missed."""
        if isinstance(event, ConnectionRestored | FullyBooted):
            self.ask()

    async def run(self) -> None:
        """Until cancelled. Trouble with the files or the database is logged, and the next time tried again."""
        while True:
            await self._wait(self._again if self._pending else self._look)
            lost = self._losses()
            fresh = self._asked.is_set() or lost != self._lost
            self._lost = lost
            if not fresh and not self._pending:
                continue
            self._asked.clear()
            await asyncio.sleep(self._settle if fresh else 0)
            await self._compare(fresh=fresh)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        except TimeoutError:
            pass

    async def _compare(self, *, fresh: bool) -> None:
        try:
            async with asyncio.timeout(LIMIT):
                report = await self._reconciler.run(by="engine", most_bytes=MOST_BYTES, longest=DAY)
        except TimeoutError:
            _log.error("not reconciled in time", seconds=LIMIT)
            self._pending = {}
            return
        except IvrError as error:
            _log.error("not reconciled", problem=str(error))
            return
        self.last = report
        under_way = report.under_way
        if not fresh:
            oldest = report.until - PATIENCE
            under_way = {
                linkedid: at for linkedid, at in under_way.items() if linkedid in self._pending and at > oldest
            }
        self._pending = under_way
        _log.info(
            "reconciled",
            compared=report.compared,
            mended=report.mended,
            left=report.left,
            under_way=len(self._pending),
        )
        for drift in report.drift[:20]:
            _log.warning(
                "drift is left", linkedid=drift.linkedid, place=drift.place, field=drift.field, kind=drift.kind
            )


__all__ = ["MOST_BYTES", "Keeper"]
