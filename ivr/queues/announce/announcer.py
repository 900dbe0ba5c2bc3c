"""Tells callers who wait their position, the expected wait and a comforting word: by a whisper to their channel.

Nothing of it holds up the queue: who leaves, by key or because an agent is free, is told no more at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import get_args

from dialplan.model import Language, Queue, Site
from ivr.ami import events as ev
from ivr.ami.actions import Actions
from ivr.ami.errors import AmiError
from ivr.core.clock import Clock
from ivr.core.errors import SetupError
from ivr.core.log import get_logger
from ivr.queues.announce import wording
from ivr.queues.announce.schedule import Told, What
from ivr.queues.callbacks.ticket import Ticket
from ivr.queues.floor import Floor
from ivr.queues.places import positions
from prompts.sounds import asterisk_code, duration, sound_name

EVERY = 0.5
"""Seconds from one look to the next."""
AT_ONCE = 20
"""Most announcements begun in one look; the others come half a second later."""
ATTACHING = 1.0
"""Seconds an announcement takes besides its words."""
UNKNOWN = 5.0
"""Seconds of a sound whose length is not known."""

log = get_logger("announce")

_LANGUAGES: tuple[Language, ...] = get_args(Language)


class Announcer:
    """Speaks in the queues whose announcer is the engine.

    Args:
        actions: the manager connection.
        floor: who waits.
        tickets: callbacks that are not over; they have places, too.
        site: the site in force.
        clock: the time.
        sounds: folder of the sounds; that of the pack when not given.
    """

    def __init__(
        self,
        actions: Actions,
        floor: Floor,
        tickets: Callable[[], Iterable[Ticket]],
        site: Callable[[], Site],
        clock: Clock,
        sounds: Path | None = None,
    ) -> None:
        self._sounds = sounds
        self._actions = actions
        self._floor = floor
        self._tickets = tickets
        self._site = site
        self._clock = clock
        self._told: dict[str, Told] = {}
        self._speaking: dict[str, str] = {}
        self._wake = asyncio.Event()

    def tell(self, event: ev.AmiEvent) -> None:
        """Take an event; never waits."""
        match event:
            case ev.QueueLeft() if event.uniqueid in self._speaking:
                self._wake.set()
            case ev.ChannelEnded() if event.uniqueid.startswith("announce-"):
                for caller, speaking in list(self._speaking.items()):
                    if event.uniqueid == speaking:
                        del self._speaking[caller]

    async def run(self) -> None:
        """Announce, for ever."""
        while True:
            await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY)
            self._wake.clear()

    async def look(self) -> None:
        """Look once: who has left, who is to be told something."""
        if not self._floor.known:
            return
        now, left = self._clock.now(), AT_ONCE
        here: set[str] = set()
        for name, queue in self._site().queues.items():
            waiting = self._floor.joined(name) if queue.announcer == "engine" else {}
            here |= waiting.keys()
        await self._hush(here)
        self._told = {uniqueid: told for uniqueid, told in self._told.items() if uniqueid in here}
        for name, queue in self._site().queues.items():
            if queue.announcer == "engine" and left > 0:
                left -= await self._queue(name, queue, now, left)

    async def _queue(self, name: str, queue: Queue, now: datetime, most: int) -> int:
        due: list[tuple[str, What]] = []
        for uniqueid, joined in self._floor.joined(name).items():
            told = self._told.setdefault(uniqueid, Told.from_joining(joined, queue))
            what = told.due(now)
            if what is not None and len(due) < most:
                due.append((uniqueid, what))
        if not due:
            return 0
        waiting = [ticket.as_place() for ticket in self._tickets() if ticket.queue == name and not ticket.on_the_line]
        places = positions([*self._floor.places(name), *waiting])
        for uniqueid, what in due:
            language = await self._language(uniqueid)
            if what == "comfort":
                sounds = [sound_name(queue.comfort[self._told[uniqueid].turn % len(queue.comfort)])]
            else:
                place = places.get(uniqueid, 1)
                sounds = wording.position(language, place)
                if queue.announce_wait:
                    sounds += wording.wait(language, self._floor.expected_wait(name, place, now))
            seconds = ATTACHING + sum(_seconds(language, sound, self._sounds) for sound in sounds)
            self._told[uniqueid].said(what, now, seconds, queue)
            await self._say(uniqueid, sounds, language)
        return len(due)

    async def _say(self, uniqueid: str, sounds: list[str], language: Language) -> None:
        own = f"announce-{secrets.token_hex(8)}"
        variables = [f"IVR_SPIED={uniqueid}", f"IVR_SAY={'&'.join(sounds)}", f"IVR_LANGUAGE={asterisk_code(language)}"]
        try:
            await self._actions.originate(
                "Local/speak@ivr-announce/n",
                "ivr-announce",
                "whisper",
                within=5,
                uniqueid=own,
                other=f"{own}-voice",
                variables=variables,
            )
        except AmiError as error:
            log.warning("nothing announced", caller=uniqueid, problem=str(error))
            return
        self._speaking[uniqueid] = own

    async def _hush(self, here: set[str]) -> None:
        """Whoever has left is told no more."""
        for uniqueid in [one for one in self._speaking if one not in here]:
            own = self._speaking.pop(uniqueid)
            with contextlib.suppress(AmiError):  # it may have ended by itself
                await self._actions.hangup(own)

    async def _language(self, uniqueid: str) -> Language:
        """The caller's own language, as the flow chose it or as his channel has it."""
        known = self._floor.language(uniqueid)
        if not known:
            try:
                code = await self._actions.getvar("CHANNEL(language)", uniqueid)
            except AmiError:
                code = ""
            known = next((one for one in _LANGUAGES if asterisk_code(one) == code), self._site().languages[0])
            self._floor.speaks(uniqueid, known)
        return next((one for one in _LANGUAGES if one == known), self._site().languages[0])


def _seconds(language: str, sound: str, root: Path | None) -> float:
    try:
        return duration(language, sound, root=root)
    except SetupError:
        return UNKNOWN


__all__ = ["Announcer"]
