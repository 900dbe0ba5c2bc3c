"""Keeps a sound ready for each caller who waits: what the agent who answers is told of him.

Queue() plays the file named after the caller's channel to the agent alone; the caller waits on with his music and his
place. Who hangs up meanwhile has given up, an agent who does has refused the call: Asterisk itself says so. Where no
file is there, nothing is said, so nobody waits for the engine.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dialplan.model import Language, Site
from dialplan.staffing import spoken_to
from ivr.ami import events as ev
from ivr.core.clock import Clock
from ivr.core.errors import IvrError
from ivr.core.ids import is_safe_id
from ivr.core.log import get_logger
from ivr.queues.arrivals import region, sound
from ivr.queues.arrivals.facts import KEPT, Arrival, FactBook
from ivr.queues.arrivals.wording import whisper

STALE = 7200.0
"""Seconds after which a file without a caller is taken away; nobody waits longer than an hour."""

log = get_logger("arrivals")


@dataclass(slots=True)
class _Waiting:
    """A caller who waits; ``phones``: the agents' that ring for him, by uniqueid, and the language of each."""

    linkedid: str
    queue: str
    joined: datetime | None = None
    phones: dict[str, Language] = field(default_factory=dict)
    wanted: bool = False
    written: bool = False


class Whisperer:
    """Writes whispers as callers join and as agents' phones ring.

    Args:
        folder: where Asterisk looks for them.
        book: knows the callers.
        site: the site in force.
        clock: the time.
        sounds: folder of the sounds; that of the pack when not given.
    """

    def __init__(
        self, folder: Path, book: FactBook, site: Callable[[], Site], clock: Clock, sounds: Path | None = None
    ) -> None:
        self._sounds = sounds
        self._folder = folder
        self._book = book
        self._site = site
        self._clock = clock
        self._jobs: asyncio.Queue[str] = asyncio.Queue(2 * KEPT)
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()  # by uniqueid, the longest first

    def tell(self, event: ev.AmiEvent) -> None:
        """Take an event; never waits."""
        match event:
            case ev.QueueJoined():
                if (caller := self._caller(event)) is not None:
                    caller.joined = event.at
                    self._want(event.uniqueid, caller)
            case ev.AgentCalled():
                if (caller := self._caller(event)) is not None:
                    caller.phones[event.dest_uniqueid] = self._language_of(event.interface)
                    self._want(event.uniqueid, caller)
            case ev.AgentRingNoAnswer() | ev.AgentDumped():
                if (known := self._waiting.get(event.uniqueid)) is not None:
                    known.phones.pop(event.dest_uniqueid, None)
            case ev.QueueLeft() | ev.ChannelEnded():
                self._gone(event.uniqueid)
            case ev.ConnectionRestored():
                here = {caller.uniqueid for caller in event.snapshot.waiting}
                for uniqueid in [one for one in self._waiting if one not in here]:
                    self._gone(uniqueid)

    async def run(self) -> None:
        """Write what is wanted, for ever."""
        await asyncio.to_thread(self._begin)
        regions = any("region" in queue.whisper for queue in self._site().queues.values())
        loading = asyncio.create_task(asyncio.to_thread(region.load)) if regions else None
        try:
            while True:
                uniqueid = await self._jobs.get()
                caller = self._waiting.get(uniqueid)
                if caller is not None:
                    caller.wanted = False
                    await self._make(uniqueid, caller)
        finally:
            if loading is not None:
                await asyncio.gather(loading, return_exceptions=True)

    def _caller(self, event: ev.QueueJoined | ev.AgentCalled) -> _Waiting | None:
        """The caller, if something is to be told of him."""
        queue = self._site().queues.get(event.queue)
        if queue is None or not queue.whisper or not is_safe_id(event.uniqueid):
            return None
        known = self._waiting.get(event.uniqueid)
        if known is None or known.queue != event.queue:
            known = self._waiting[event.uniqueid] = _Waiting(event.linkedid, event.queue)
            if len(self._waiting) > KEPT:
                self._gone(next(iter(self._waiting)))
        return known

    def _want(self, uniqueid: str, caller: _Waiting) -> None:
        if not caller.wanted and not self._jobs.full():
            caller.wanted = True
            self._jobs.put_nowait(uniqueid)

    def _language_of(self, interface: str) -> Language:
        site, extension = self._site(), interface.rpartition("/")[2]
        agent = next((one for one in site.agents.values() if one.extension == extension), None)
        return spoken_to(agent, site.languages) if agent else site.languages[0]

    async def _make(self, uniqueid: str, caller: _Waiting) -> None:
        settings, base = self._site().queues.get(caller.queue), self._folder / uniqueid
        if settings is None:
            return
        asked = (caller.linkedid, uniqueid, caller.queue)
        spoken = set(caller.phones.values())  # one file serves all the phones that ring
        language = spoken.pop() if len(spoken) == 1 else self._site().languages[0]

        async def write(arrival: Arrival) -> None:
            phrases = list(whisper(settings, arrival, arrival.waited(self._clock.now()), language))
            await asyncio.to_thread(sound.write, base, language, phrases, root=self._sounds)

        try:
            if not caller.written:  # an agent who answers at once is told something, however slow the database is
                await write(self._book.at_once(*asked, joined=caller.joined))
                caller.written = True
            await write(await self._book.of(*asked, joined=caller.joined))
        except (IvrError, OSError) as error:
            log.warning("no whisper", caller=uniqueid, problem=str(error))
        if uniqueid not in self._waiting:  # he has left meanwhile
            sound.remove(base)

    def _gone(self, uniqueid: str) -> None:
        caller = self._waiting.pop(uniqueid, None)
        if caller is not None:
            self._book.forget(uniqueid, caller.queue)
            sound.remove(self._folder / uniqueid)

    def _begin(self) -> None:
        """Make the folder; take away what an engine that was killed has left."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            before = self._clock.now().timestamp() - STALE
            for file in self._folder.iterdir():
                if file.stat().st_mtime < before:
                    file.unlink(missing_ok=True)


__all__ = ["Whisperer"]
