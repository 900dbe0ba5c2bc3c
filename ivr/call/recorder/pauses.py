"""Pauses of recording: every recorder of a call writes silence, for a limited time.

A pause is a row before anything is muted, so that whoever reads the rows later, this engine or the next, can end
it. A call is silent while at least one of its pauses goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Protocol

from ivr.ami import events as ev
from ivr.ami.errors import AmiActionFailed, AmiError
from ivr.call.recorder.port import Reason, Telephone
from ivr.core.clock import Clock
from ivr.core.errors import IvrError, TelephonyError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.journal.facts import Fact, StepFact
from ivr.storage import pauses as rows
from ivr.storage.database import Database
from ivr.storage.models import Pause

log = get_logger("pauses")

LOOK_EVERY = 1.0  # seconds between looks for pauses that are overdue
WAITING = 1000  # most events that wait to be dealt with


class PauseError(TelephonyError):
    """It is not certain that nothing is recorded."""


class Journal(Protocol):
    """Where pauses are told."""

    def put(self, fact: Fact) -> None:
        """Take one fact."""
        ...


class Pauses:
    """Begins and ends pauses, mutes recorders that start during one, ends those that are overdue.

    Args:
        database: where pauses are kept.
        telephone: whose recorders are muted.
        journal: where each begin and end is told.
        clock: the time.
        limit: seconds after which a pause ends by itself.
    """

    def __init__(
        self, database: Database, telephone: Telephone, journal: Journal, clock: Clock, limit: Callable[[], float]
    ) -> None:
        self._database = database
        self._telephone = telephone
        self._journal = journal
        self._clock = clock
        self._limit = limit
        self._silent: dict[str, set[int]] = {}  # ids of pauses that go on, by linkedid
        self._events: asyncio.Queue[ev.AmiEvent] = asyncio.Queue(WAITING)
        self._turn = asyncio.Lock()  # one change at a time: of two, the later finds what the earlier did

    async def pause(
        self, linkedid: str, reason: Reason, *, by: str = "", seconds: float | None = None, request: str = ""
    ) -> Pause:
        """Silence every recorder of a call.

        Args:
            by: the agent's id, the step's name, or who asked.
            seconds: until it ends by itself, at most the limit; the limit if None.
            request: names the request; the same one again changes nothing.

        Raises:
            PauseError: if Asterisk cannot be asked, or refuses; then the pause has not begun.
            StorageError: if it cannot be written down; nothing is muted then.
        """
        limit = self._limit() if seconds is None else min(seconds, self._limit())
        async with self._turn:
            now = self._clock.now()
            async with self._database.write() as session:
                row = await rows.begin(
                    session,
                    linkedid,
                    at=now,
                    until=now + timedelta(seconds=limit),
                    reason=reason,
                    by=by[:64],
                    begun_on=request,
                )
            if row.ended_at is not None:
                return row
            self._silent.setdefault(linkedid, set()).add(row.id)
            try:
                found = await self._mute(linkedid, True)
            except AmiError as error:
                # Some recorders may be silent now: the row stays, overdue, until all have their sound again.
                async with self._database.write() as session:
                    await rows.expire(session, row.id)
                raise PauseError(
                    Text(f"recording not paused: {error.message}", f"录音未能暂停：{error.message}"),
                    cure=Text("see that Asterisk runs, then try again", "请确认 Asterisk 正在运行后重试"),
                ) from error
            if not found:
                await self._end(row, "failed")
                raise PauseError(
                    Text(f"no such call is under way: {linkedid}", f"没有正在进行的通话：{linkedid}"),
                    cure="ivr calls list",
                )
        self._tell(row, "paused", {"until_s": round(limit, 1)})
        return row

    async def resume(self, linkedid: str, *, by: str, reasons: tuple[str, ...] = (), request: str = "") -> int:
        """End the pauses of a call, of some reasons or all; returns how many there were.

        Raises:
            PauseError: if Asterisk cannot be asked; then they go on.
        """
        ended = 0
        async with self._turn:
            async with self._database.read() as session:
                found = [row for row in await rows.active(session, linkedid) if not reasons or row.reason in reasons]
            for row in found:
                ended += await self._finish(row, by, request)
        return ended

    def paused(self, linkedid: str, reason: Reason, *, by: str = "") -> AbstractAsyncContextManager[None]:
        """A block in which nothing of the call is recorded, however long it takes; see :class:`Recorder`.

        The limit counts from the moment the engine is gone.
        """

        @asynccontextmanager
        async def block() -> AsyncIterator[None]:
            row = await self.pause(linkedid, reason, by=by)
            keeping = asyncio.create_task(self._keep(row.id), name="pause")
            try:
                yield
            finally:
                keeping.cancel()
                try:
                    async with self._turn:
                        await self._finish(row, "flow", "")
                except IvrError as error:  # it ends by itself
                    log.error("pause not ended", linkedid=linkedid, problem=str(error))

        return block()

    async def toggle(self, linkedid: str, channel: str, *, by: str, request: str) -> str:
        """An agent's feature code: begin a pause of his, or end it; ``paused``, ``resumed`` or ``failed``.

        The channel's IVR_RECORDING is set to that, which the dialplan waits for.
        """
        try:
            async with self._database.read() as session:
                known = await rows.asked(session, request)
                going_on = [row for row in await rows.active(session, linkedid) if row.reason in ("agent", "api")]
            if known is not None:
                return "paused" if known.begun_on == request else "resumed"  # another engine was faster
            if going_on:
                await self.resume(linkedid, by="agent", reasons=("agent", "api"), request=request)
                result = "resumed"
            else:
                await self.pause(linkedid, "agent", by=by, request=request)
                result = "paused"
        except IvrError as error:
            log.error("feature code failed", linkedid=linkedid, problem=str(error))
            result = "failed"
        try:
            await self._telephone.setvar(channel, "IVR_RECORDING", result)
        except AmiError as error:
            log.warning("agent not told", linkedid=linkedid, problem=str(error))
        return result

    def tell(self, event: ev.AmiEvent) -> None:
        """Take one event of the manager; never waits."""
        match event:
            case ev.UserEvent():
                wanted = event.name == "IvrPause"
            case ev.RecordingStarted() | ev.BridgeEntered() | ev.ChannelEnded():
                wanted = event.linkedid in self._silent
            case _:
                wanted = isinstance(event, ev.ConnectionRestored | ev.EventsLost)
        if wanted:
            try:
                self._events.put_nowait(event)
            except asyncio.QueueFull:
                log.error("event dropped: queue full", event=type(event).__name__)

    async def run(self) -> None:
        """Deal with events and with pauses that are overdue, until cancelled."""
        await self.look()
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    event = await self._events.get()
            except TimeoutError:
                await self.look()
                continue
            try:
                await self._deal(event)
            except AmiError as error:
                log.error("recorder not muted", event=type(event).__name__, problem=str(error))

    async def look(self) -> None:
        """Read the rows: end what is overdue, know what goes on."""
        now = self._clock.now()
        async with self._turn:
            async with self._database.read() as session:
                found = await rows.active(session)
            self._silent = {}
            for row in found:
                self._silent.setdefault(row.linkedid, set()).add(row.id)
            if not self._telephone.connected:
                return
            for row in found:
                if row.until > now:
                    continue
                try:
                    await self._finish(row, "limit" if row.until > row.started_at else "failed", "")
                except PauseError as error:
                    log.warning("overdue pause goes on", linkedid=row.linkedid, problem=str(error))

    async def _deal(self, event: ev.AmiEvent) -> None:
        match event:
            case ev.UserEvent():
                fields = {name.lower(): value for name, value in event.fields.items()}
                request = f"{event.uniqueid} {event.at.isoformat()}"
                await self.toggle(event.linkedid, event.channel, by=fields.get("agent", ""), request=request)
            case ev.RecordingStarted() | ev.BridgeEntered():
                if self._silent.get(event.linkedid):
                    await self._mute_one(event.channel, True)
            case ev.ChannelEnded() if event.uniqueid == event.linkedid:
                async with self._turn:
                    await self._end_all(event.linkedid)
            case ev.ConnectionRestored() | ev.EventsLost():
                await self.look()
                async with self._turn:
                    for linkedid in list(self._silent):
                        if not await self._mute(linkedid, True):
                            await self._end_all(linkedid)

    async def _finish(self, row: Pause, by: str, request: str) -> int:
        """End one pause and, if it was the call's last, let its recorders go on."""
        others = self._silent.get(row.linkedid, set()) - {row.id}
        if not others:
            try:
                await self._mute(row.linkedid, False)
            except AmiError as error:
                raise PauseError(
                    Text(f"recording not resumed: {error.message}", f"录音未能恢复：{error.message}"),
                    cure=Text("it resumes by itself at the limit", "到达时限后将自动恢复"),
                ) from error
        return int(await self._end(row, by, request))

    async def _end(self, row: Pause, by: str, request: str = "") -> bool:
        going_on = self._silent.get(row.linkedid, set())
        going_on.discard(row.id)
        if not going_on:
            self._silent.pop(row.linkedid, None)
        async with self._database.write() as session:
            ended = await rows.end(session, row.id, at=self._clock.now(), by=by, ended_on=request)
        if ended is not None and by != "failed":
            self._tell(ended, "resumed", {"ended_by": by})
        return ended is not None

    async def _keep(self, pause_id: int) -> None:
        """Put the end of a pause off for as long as this engine is at work in it."""
        while True:
            await asyncio.sleep(self._limit() / 3)
            until = self._clock.now() + timedelta(seconds=self._limit())
            try:
                async with self._database.write() as session:
                    await rows.put_off(session, pause_id, until)
            except IvrError as error:
                log.error("pause not put off", problem=str(error))

    async def _end_all(self, linkedid: str) -> None:
        async with self._database.read() as session:
            found = await rows.active(session, linkedid)
        for row in found:
            await self._end(row, "call")

    async def _mute(self, linkedid: str, muted: bool) -> int:
        """Mute what records a call, or no longer; returns how many channels the call has."""
        found = [one for one in await self._telephone.channels() if one.linkedid == linkedid]
        for one in found:
            await self._mute_one(one.channel, muted)
        return len(found)

    async def _mute_one(self, channel: str, muted: bool) -> None:
        try:
            await self._telephone.mixmonitor_mute(channel, muted)
        except AmiActionFailed as error:
            # Asterisk's words for a channel that has just gone, or that nobody records.
            if not any(words in error.reason.lower() for words in ("no such channel", "mute flag")):
                raise

    def _tell(self, row: Pause, event: str, detail: dict[str, object]) -> None:
        told = {"reason": row.reason, "by": row.by, **detail}
        now = self._clock.now()
        self._journal.put(
            StepFact(at=now, linkedid=row.linkedid, step="recording", kind="recording", event=event, detail=told)
        )
