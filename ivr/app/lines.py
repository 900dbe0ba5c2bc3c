"""The waiting lines of the engine process: floor, callbacks, announcements, whispers, empty queues, wired together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from dialplan.model import Site
from dialplan.schedule import Switched, by_schedule
from ivr.ami.client import AmiClient
from ivr.ami.events import AmiEvent
from ivr.call.control import Answer, Route
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.ids import mask_number
from ivr.core.language import Text
from ivr.queues import LiveQueues
from ivr.queues.announce import Announcer
from ivr.queues.arrivals import FactBook, Whisperer
from ivr.queues.callbacks.desk import CallbackDesk
from ivr.queues.callbacks.ticket import Ticket
from ivr.queues.emptying import Emptying
from ivr.queues.expected import KEPT, WITHIN
from ivr.queues.floor import Floor
from ivr.storage import handling
from ivr.storage.database import Database


class Lines:
    """Everything about waiting.

    Args:
        live: kept up to date by the engine's feed of events.
        whispers: folder of what agents are told of callers.
        sounds: folder of the sounds Asterisk plays; that of the pack when not given.
        hours: how business hours have been switched by hand.
    """

    def __init__(
        self,
        database: Database,
        client: AmiClient,
        live: LiveQueues,
        site: Callable[[], Site],
        clock: Clock,
        *,
        whispers: Path,
        sounds: Path | None = None,
        hours: Switched = by_schedule,
    ) -> None:
        self._database = database
        self._clock = clock
        self.floor = Floor(live, site)
        self.desk = CallbackDesk(database, client, self.floor, site, clock, hours)
        self.announcer = Announcer(client, self.floor, lambda: self.desk.tickets, site, clock, sounds)
        self.emptying = Emptying(client, self.floor, site, clock)
        self.book = FactBook(database, self.floor, site, clock)
        self.whisperer = Whisperer(whispers, self.book, site, clock, sounds)

    @classmethod
    async def begin(
        cls,
        database: Database,
        client: AmiClient,
        live: LiveQueues,
        site: Callable[[], Site],
        clock: Clock,
        *,
        whispers: Path,
        sounds: Path | None = None,
        hours: Switched = by_schedule,
    ) -> Self:
        """The lines, fed with the client's events and knowing how long the last talks took."""
        lines = cls(database, client, live, site, clock, whispers=whispers, sounds=sounds, hours=hours)
        client.listen(lines.tell)
        await lines.remember()
        return lines

    @property
    def parts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What runs for as long as the engine serves, by name."""
        return {
            "callbacks": self.desk.run,
            "announcer": self.announcer.run,
            "emptying": self.emptying.run,
            "whispers": self.whisperer.run,
        }

    def tell(self, event: AmiEvent) -> None:
        """Take an event; never waits."""
        self.floor.tell(event)
        self.desk.tell(event)
        self.announcer.tell(event)
        self.whisperer.tell(event)

    async def remember(self) -> None:
        """Learn from the database how long the last talks took."""
        async with self._database.read() as session:
            talks = await handling.recent_talks(session, since=self._clock.now() - WITHIN, limit=KEPT * 20)
        for queue, ended, seconds in talks:
            self.floor.talked(queue, ended, seconds)

    @property
    def routes(self) -> dict[str, Route]:
        """Routes of the control socket."""

        async def listed(_: str, __: Mapping[str, Any]) -> Answer:
            return {"callbacks": [shown(ticket) for ticket in self.desk.tickets]}

        async def cancel(about: str, body: Mapping[str, Any]) -> Answer:
            if not (about.isascii() and about.isdigit() and len(about) < 10):
                raise UsageError(Text("no such callback", "没有该回电"), cure="ivr callbacks list")
            by = "".join(char for char in str(body.get("by", "")) if char.isprintable())[:24]
            return shown(await self.desk.cancel(int(about), by or "api"))

        return {"GET callbacks": listed, "POST callbacks cancel": cancel}


def shown(ticket: Ticket) -> dict[str, Any]:
    """A ticket as plain data, its number masked."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in (asdict(ticket) | {"number": mask_number(ticket.number)}).items()
    }


__all__ = ["Lines", "shown"]
