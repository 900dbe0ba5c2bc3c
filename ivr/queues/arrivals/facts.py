"""What is known of a caller who waits: language, wait, region of his number, his last calls. Gathered once a visit."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import get_args

from dialplan.model import Language, Site
from ivr.core.clock import Clock
from ivr.core.errors import StorageError
from ivr.core.log import get_logger
from ivr.queues.arrivals.region import Region, region_of
from ivr.queues.floor import Floor
from ivr.storage import calls
from ivr.storage.contacts import earlier_calls
from ivr.storage.database import Database

SHOWN = 5
"""Most earlier calls that are told one by one."""
KEPT = 5000
"""Callers remembered; the oldest are forgotten."""
_LANGUAGES: tuple[Language, ...] = get_args(Language)

log = get_logger("arrivals")


@dataclass(frozen=True, slots=True)
class Contact:
    """An earlier call; queue and agent of its last visit to a queue, empty where it came to none."""

    linkedid: str
    at: datetime
    queue: str
    outcome: str
    agent: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A caller as he comes to an agent.

    Args:
        joined: since when he has waited in this queue.
        number: his own, in plain; empty where it is not known.
        calls: his calls within the queue's ``contact_days``, this one included; 0 where his number is not known.
        contacts: the last of those before this one, the newest first.
    """

    linkedid: str
    uniqueid: str
    queue: str
    language: Language
    joined: datetime
    number: str = ""
    region: Region | None = None
    calls: int = 0
    contacts: tuple[Contact, ...] = ()

    def waited(self, now: datetime) -> float:
        """Seconds in the queue so far; Asterisk's clock may be a little ahead of ours."""
        return max(0.0, (now - self.joined).total_seconds())


class FactBook:
    """Gathers what is known of callers, and remembers it while they wait.

    Args:
        database: where the calls are.
        floor: who waits, and in which language.
        site: the site in force.
        clock: the time.
    """

    def __init__(self, database: Database, floor: Floor, site: Callable[[], Site], clock: Clock) -> None:
        self._database = database
        self._floor = floor
        self._site = site
        self._clock = clock
        self._known: OrderedDict[tuple[str, str], Arrival] = OrderedDict()

    async def of(self, linkedid: str, uniqueid: str, queue: str, *, joined: datetime | None = None) -> Arrival:
        """A caller who waits; what cannot be found out is left out, never an error.

        Args:
            linkedid: of his call.
            uniqueid: of his channel.
            joined: when he joined, where that is known; else what the floor has, else now.
        """
        known = self._known.get((uniqueid, queue))
        joined = joined or self.joined(uniqueid, queue) or (known.joined if known else None)
        if known is not None and known.number and joined == known.joined:
            return known
        arrival = self.at_once(linkedid, uniqueid, queue, joined=joined)
        try:
            number, language, count, contacts = await self._history(linkedid, queue)
        except StorageError as error:
            log.warning("a caller's history is not known", call=linkedid, problem=str(error))
        else:
            region = await asyncio.to_thread(region_of, number, self._site().country) if number else None
            spoken = _spoken(self._floor.language(uniqueid) or language) or arrival.language
            arrival = replace(arrival, language=spoken, number=number, region=region, calls=count, contacts=contacts)
        self._known[uniqueid, queue] = arrival
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return arrival

    def at_once(self, linkedid: str, uniqueid: str, queue: str, *, joined: datetime | None = None) -> Arrival:
        """What is known without asking the database."""
        language = _spoken(self._floor.language(uniqueid)) or self._site().languages[0]
        joined = joined or self.joined(uniqueid, queue) or self._clock.now()
        return Arrival(linkedid, uniqueid, queue, language, joined)

    def joined(self, uniqueid: str, queue: str) -> datetime | None:
        """Since when he waits there; None if he does not."""
        return self._floor.joined(queue).get(uniqueid)

    def forget(self, uniqueid: str, queue: str) -> None:
        """He waits there no more."""
        self._known.pop((uniqueid, queue), None)

    async def _history(self, linkedid: str, queue: str) -> tuple[str, str, int, tuple[Contact, ...]]:
        """Number, language, calls and earlier calls; Asterisk tells of a call a moment before the journal has it.

        Raises:
            StorageError: if the database cannot be asked.
        """
        settings = self._site().queues.get(queue)
        days = settings.contact_days if settings else 7
        async with self._database.read() as session:
            call = await calls.find(session, linkedid)
            if call is None or not call.caller:
                return "", call.language if call else "", 0, ()
            since = call.started_at - timedelta(days=days)
            count, rows = await earlier_calls(session, call.caller, since=since, before=call.started_at, limit=SHOWN)
            contacts = []
            for row in rows:
                last = max(row.visits, key=lambda visit: visit.joined_at, default=None)
                queue_of, agent = (last.queue, last.agent) if last else ("", "")
                contacts.append(Contact(row.linkedid, row.started_at, queue_of, row.outcome, agent))
            return call.caller, call.language, count + 1, tuple(contacts)


def _spoken(language: str) -> Language | None:
    return next((one for one in _LANGUAGES if one == language), None)


__all__ = ["SHOWN", "Arrival", "Contact", "FactBook"]
