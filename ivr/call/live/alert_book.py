"""Writes alerts down, in order and without keeping anybody waiting: what was raised, cleared, and told to whom."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.queues.alerts.engine import Alert
from ivr.storage import alerts
from ivr.storage.database import Database
from ivr.storage.models import AlertRow

log = get_logger("alerts")

MOST = 1000  # that wait to be written; more are dropped and counted
TOGETHER = 100  # in one transaction
LAST_WORDS = 2.0  # seconds for what still waits when the engine stops
PAUSES = (0.2, 1.0, 5.0)  # seconds before each further try


@dataclass(frozen=True, slots=True)
class _Told:
    """An alert, or (``later``) who heard of one that is written down already."""

    alert: Alert
    told: Mapping[str, str] = field(default_factory=dict)
    later: bool = False


class AlertBook:
    """The table of alerts, for the engine.

    Attributes:
        dropped: what was not written because too much waited, or the database refused for too long.
    """

    def __init__(self, database: Database, *, pauses: tuple[float, ...] = PAUSES) -> None:
        self._database = database
        self._pauses = pauses
        self._waiting: asyncio.Queue[_Told] = asyncio.Queue(MOST)
        self.dropped = 0

    def note(self, alert: Alert, told: Mapping[str, str]) -> None:
        """Have an alert written, with who was told of it; never waits."""
        self._put(_Told(alert, told))

    def heard(self, alert: Alert, whom: str, how: str) -> None:
        """Have it written what became of telling somebody of an alert noted before; never waits."""
        self._put(_Told(alert, {whom: how}, later=True))

    def _put(self, entry: _Told) -> None:
        try:
            self._waiting.put_nowait(entry)
        except asyncio.QueueFull:
            self._drop(1)

    async def raised(self) -> list[Alert]:
        """What an earlier engine raised and did not clear, the oldest first.

        Raises:
            StorageError: if the database refuses.
        """
        async with self._database.read() as session:
            rows = await alerts.going_on(session)
        return [
            Alert(row.rule, row.kind, "raised", row.subject, row.began_at, row.value, row.threshold)  # type: ignore[arg-type]
            for row in rows
        ]

    async def run(self) -> None:
        """Write what waits, until cancelled; then what still waits, for a moment."""
        writing: asyncio.Future[None] | None = None
        try:
            while True:
                first = await self._waiting.get()
                writing = asyncio.ensure_future(self.write([first, *self._next(TOGETHER - 1)]))
                await asyncio.shield(writing)
        finally:
            try:
                async with asyncio.timeout(LAST_WORDS):
                    if writing is not None:
                        await writing
                    await self.flush()
            except TimeoutError:
                self._drop(self._waiting.qsize())

    async def flush(self) -> None:
        """Write what waits now."""
        while entries := self._next(TOGETHER):
            await self.write(entries)

    def _next(self, most: int) -> list[_Told]:
        return [self._waiting.get_nowait() for _ in range(min(most, self._waiting.qsize()))]

    async def write(self, entries: Sequence[_Told]) -> None:
        """Write, with some patience for the database."""
        for pause in (*self._pauses, None):
            try:
                async with self._database.write() as session:
                    for entry in entries:
                        await _enter(session, entry)
            except StorageError as error:
                if pause is None or not error.retryable:
                    log.warning("alerts not written down", problem=str(error))
                    break
                await asyncio.sleep(pause)
            else:
                return
        self._drop(len(entries))

    def _drop(self, count: int) -> None:
        self.dropped += count
        log.error("alerts not written down: dropped", dropped=self.dropped)


async def _enter(session: alerts.Session, entry: _Told) -> None:
    alert, told = entry.alert, dict(entry.told)
    if entry.later:
        await alerts.tell(session, alert.rule, alert.subject, alert.state, alert.at, told)
    elif alert.state == "cleared":
        await alerts.end(session, alert.rule, alert.subject, alert.at, alert.value, told)
    else:
        over = alert.at if alert.state == "event" else None
        row = AlertRow(
            rule=alert.rule[:64],
            kind=alert.kind,
            subject=alert.subject[:128],
            began_at=alert.at,
            ended_at=over,
            threshold=alert.limit,
            value=alert.value,
            told={alert.state: told},
        )
        if over:
            alerts.add(session, row)
        else:
            await alerts.begin(session, row)


__all__ = ["AlertBook"]
