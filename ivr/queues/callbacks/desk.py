"""The callback desk: notes wishes, calls whoever's turn it is, has each try followed to its end.

Everything that must survive is in the book; a desk that begins anew reads it, ends tries whose channel is gone and
lets agents go that nobody is being called for.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from dialplan.model import Language, Site
from dialplan.schedule import Switched, by_schedule, is_open
from dialplan.waiting import CallbackSettings
from ivr.ami import events as ev
from ivr.ami.actions import Actions
from ivr.ami.errors import AmiError
from ivr.core.clock import Clock
from ivr.core.ids import mask_number
from ivr.core.log import get_logger
from ivr.queues.callbacks.attempt import Caller, is_attempt, new_attempt, waiting_half
from ivr.queues.callbacks.book import Book, Noted, Wish
from ivr.queues.callbacks.ticket import UNDER_WAY, CallbackError, Rules, Ticket
from ivr.queues.callbacks.tries import CONFIRM, Tries
from ivr.queues.callbacks.turn import agents_first, callers_first
from ivr.queues.floor import Floor
from ivr.storage.database import Database
from ivr.storage.models import Callback
from prompts.sounds import asterisk_code

EVERY = 1.0
"""Seconds from one look to the next, when nothing happens."""
AT_LEAST = 0.05
"""Seconds between two looks, whatever happens."""
MAX_FACTS = 1000
# Seconds until a try that was put back begins anew: nothing may be tried in a hot circle.
AGENT_TAKEN, NOT_DIALLED = 1.0, 30.0

log = get_logger("callbacks")


class CallbackDesk:
    """Calls back.

    Args:
        database: of the book.
        actions: the manager connection.
        floor: who waits and who is free.
        site: the site in force.
        clock: the time.
    """

    def __init__(
        self,
        database: Database,
        actions: Actions,
        floor: Floor,
        site: Callable[[], Site],
        clock: Clock,
        hours: Switched = by_schedule,
    ) -> None:
        self._hours = hours
        self._book = Book(database, clock)
        self._caller = Caller(actions)
        self._floor = floor
        self._site = site
        self._clock = clock
        self._facts: asyncio.Queue[ev.AmiEvent] = asyncio.Queue(MAX_FACTS)
        self._wake = asyncio.Event()
        self._tries = Tries(self._book, self._caller, floor, self._rules, clock, self._wake.set)
        self.tickets: tuple[Ticket, ...] = ()
        """Those that are not over, as of the last look."""

    # What the flow asks

    async def note(self, wish: Wish) -> Noted:
        """Note a wish to be called back."""
        settings = self._site().callback
        if settings is None:
            return Noted.FULL
        noted, callback_id = await self._book.note(wish, settings)
        log.info("callback wanted", noted=noted.value, callback=callback_id, number=mask_number(wish.number))
        self._wake.set()
        return noted

    async def of_attempt(self, linkedid: str) -> Callback | None:
        """The callback behind a call of ours."""
        return await self._book.of_attempt(linkedid)

    async def confirmed(self, linkedid: str) -> bool:
        """The caller wants to talk; False if the try is no longer his."""
        lease = self._clock.now() + timedelta(seconds=self._longest_wait())
        try:
            return await self._book.change_attempt(linkedid, lambda ticket: ticket.confirmed(lease)) is not None
        except CallbackError:
            return False

    async def declined(self, linkedid: str) -> None:
        """The caller wants it no more."""
        now = self._clock.now()
        await self._tries.end(linkedid, lambda ticket: ticket.cancelled(now, "caller"))

    async def came_to_nothing(self, linkedid: str, why: str) -> None:
        """The try failed."""
        now, rules = self._clock.now(), self._rules()
        await self._tries.end(linkedid, lambda ticket: ticket.came_to_nothing(now, why, rules))

    async def without_agent(self, linkedid: str) -> None:
        """The caller was there, but no agent: the try does not count. He is on the phone yet, so not at once again."""
        again = self._clock.now() + timedelta(seconds=self._rules().retry_after)
        await self._tries.end(linkedid, lambda ticket: ticket.put_back(again, "no agent"))

    async def cancel(self, callback_id: int, actor: str) -> Ticket:
        """A person takes a callback out of the book; a try under way is hung up.

        Raises:
            UsageError: if there is no such callback, or it is over, or caller and agent talk.
        """
        before, after = await self._book.cancel(callback_id, actor)
        if before.state in UNDER_WAY:
            await self._caller.hang_up(before.attempt)
            await self._tries.let_go(before.reserved)
        self._wake.set()
        return after

    # What happens

    def tell(self, event: ev.AmiEvent) -> None:
        """Take an event; never waits."""
        match event:
            case ev.ConnectionRestored():
                self._tries.unsure = True
            case ev.ChannelEnded() | ev.QueueJoined() | ev.AgentConnected() | ev.UserEvent():
                if not is_attempt(event.linkedid):
                    return
                try:
                    self._facts.put_nowait(event)
                except asyncio.QueueFull:
                    self._tries.unsure = True
            case ev.AgentCompleted() | ev.QueueMemberChanged() | ev.QueueLeft() if self.tickets:
                pass
            case _:
                return
        self._wake.set()

    async def run(self) -> None:
        """Call back, for ever."""
        while True:
            await self.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), EVERY)
            self._wake.clear()
            await asyncio.sleep(AT_LEAST)

    async def look(self) -> None:
        """Look once: what has happened, what is overdue, whose turn it is."""
        while not self._facts.empty():
            try:
                await self._tries.follow(self._facts.get_nowait())
            except Exception:
                self._tries.unsure = True
                raise
        if self._tries.unsure and self._floor.known:
            self._tries.unsure = False
            await self._tries.begin_anew()
        self.tickets = tuple(await self._book.open_tickets())
        settings = self._site().callback
        if not self.tickets or settings is None:
            return
        now = self._clock.now()
        for ticket in self.tickets:
            await self._tries.overdue(ticket, now)
        if self._floor.known and self._open(settings, now):
            await self._call(settings, now)
        self.tickets = tuple(await self._book.open_tickets())

    async def _call(self, settings: CallbackSettings, now: datetime) -> None:
        live = self._floor.places()
        if settings.first == "agent":
            entered = {waiting_half(ticket.attempt) for ticket in self.tickets if ticket.attempt}
            working = {queue: self._floor.working(queue) for queue in {ticket.queue for ticket in self.tickets}}
            for ticket in agents_first(self.tickets, live, working, now, entered):
                await self._try(ticket, settings, "")
            return
        for ticket, interface in callers_first(self.tickets, live, self._floor.free_agents(), now):
            await self._try(ticket, settings, interface)

    async def _try(self, ticket: Ticket, settings: CallbackSettings, interface: str) -> None:
        now, wait = self._clock.now(), self._longest_wait()
        attempt = new_attempt(ticket)
        lease = now + timedelta(seconds=settings.ring + (CONFIRM if interface else wait + CONFIRM))
        try:
            claimed = await self._book.change(ticket.id, lambda one: one.claim(now, attempt, lease, interface))
        except CallbackError as error:
            log.info("callback not begun", callback=ticket.id, problem=error.message)
            return
        try:
            if interface and not await self._caller.hold(ticket.queue, interface):
                await self._put_back(claimed, "agent taken", AGENT_TAKEN)
                return
            details = await self._book.row(ticket.id)
            if details is None:
                return
            code = asterisk_code(details.language or self._language())
            self._floor.expect(
                attempt if interface else waiting_half(attempt),
                ticket.priority,
                since=ticket.place,
                language=details.language,
            )
            if interface:
                await self._caller.call_the_caller(claimed, details, settings, code)
            else:
                await self._caller.call_an_agent(claimed, details, settings, code, int(wait))
        except (AmiError, ValueError) as error:
            log.error("callback not dialled", callback=ticket.id, problem=str(error))
            await self._put_back(claimed, "not dialled", NOT_DIALLED)
            await self._tries.let_go(interface)
            return
        log.info("calling back", callback=ticket.id, number=mask_number(ticket.number), attempt=attempt)

    async def _put_back(self, ticket: Ticket, why: str, seconds: float) -> None:
        again = self._clock.now() + timedelta(seconds=seconds)
        with contextlib.suppress(CallbackError):
            await self._book.change(ticket.id, lambda one: one.put_back(again, why))

    def _open(self, settings: CallbackSettings, now: datetime) -> bool:
        site = self._site()
        hours = site.hours.get(settings.hours) if settings.hours else None
        return hours is None or is_open(hours, now, site.zone, self._hours(settings.hours or ""))

    def _rules(self) -> Rules:
        settings = self._site().callback
        if settings is None:  # the site calls nobody back any more
            return Rules(tries=0, retry_after=0, give_up_after=0)
        return Rules(settings.tries, settings.retry_after, settings.give_up_after)

    def _longest_wait(self) -> float:
        return float(max(queue.max_wait for queue in self._site().queues.values()))

    def _language(self) -> Language:
        return self._site().languages[0]


__all__ = ["CallbackDesk"]
