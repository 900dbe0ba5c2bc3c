"""Tries to call somebody back, followed to their ends by what Asterisk tells."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from ivr.ami import events as ev
from ivr.ami.errors import AmiError
from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.queues.callbacks.attempt import Caller, waiting_half
from ivr.queues.callbacks.book import Book
from ivr.queues.callbacks.ticket import UNDER_WAY, CallbackError, Rules, State, Ticket
from ivr.queues.floor import Floor

CONFIRM = 60.0
"""Seconds a caller may take from answering to his word; the prompts and waits of the step are shorter."""
NO_AGENT = 5.0
"""Seconds until a try for which no agent was found begins anew."""

# Hangup causes (Q.850) as the book has them.
_WHY = {
    1: "no such number",
    16: "hung up",
    17: "busy",
    18: "no answer",
    19: "no answer",
    20: "not reachable",
    21: "rejected",
}

log = get_logger("callbacks")


class Tries:
    """Follows what is under way.

    Args:
        book: of the tickets.
        caller: lets agents go and hangs up.
        floor: who waits.
        rules: of the site in force.
        clock: the time.
        wake: called when a try has ended.

    Attributes:
        unsure: whether they must be compared with what Asterisk has.
    """

    def __init__(
        self,
        book: Book,
        caller: Caller,
        floor: Floor,
        rules: Callable[[], Rules],
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._book = book
        self._caller = caller
        self._floor = floor
        self._rules = rules
        self._clock = clock
        self._wake = wake
        self.unsure = True

    async def follow(self, event: ev.AmiEvent) -> None:
        """Take what has happened in a call of ours."""
        now = self._clock.now()
        match event:
            case ev.QueueJoined():
                await self._release(event.linkedid)
            case ev.AgentConnected() if event.uniqueid == event.linkedid:
                await self.end(event.linkedid, lambda ticket: ticket.done(now))
            case ev.AgentConnected():
                lease = now + timedelta(seconds=CONFIRM * 2)
                await self._book.change_attempt(event.linkedid, lambda ticket: ticket.agent_has_it(lease))
            case ev.UserEvent() if event.name == "IvrCallback":
                await self.end(event.linkedid, lambda ticket: ticket.done(now))
            case ev.ChannelEnded() if event.uniqueid == event.linkedid:
                await self._ended(event)
            case ev.ChannelEnded() if event.uniqueid == waiting_half(event.linkedid):
                # Whoever waited in the caller's place waited in vain; the caller knows nothing of it.
                await self.end(event.linkedid, lambda ticket: _without_agent(ticket, now))

    async def _ended(self, event: ev.ChannelEnded) -> None:
        now, rules = self._clock.now(), self._rules()

        def over(ticket: Ticket) -> Ticket:
            if ticket.state is State.QUEUED:
                return ticket.cancelled(now, "hung up waiting")
            if ticket.state is State.CALLING and not ticket.reserved:  # an agent was called first
                return _without_agent(ticket, now)
            return ticket.came_to_nothing(now, _WHY.get(event.cause, f"cause {event.cause}"), rules)

        await self.end(event.linkedid, over)

    async def _release(self, linkedid: str) -> None:
        """The caller waits at the head of the queue: the agent held for him may be rung."""
        changed = await self._book.change_attempt(linkedid, Ticket.released)
        if changed is not None:
            before, _ = changed
            await self.let_go(before.reserved)

    async def end(self, linkedid: str, change: Callable[[Ticket], Ticket]) -> None:
        """End a try, if it is still under way, and let its agent go."""
        try:
            changed = await self._book.change_attempt(linkedid, change)
        except CallbackError as error:
            log.warning("callback left as it is", attempt=linkedid, problem=error.message)
            return
        if changed is not None:
            before, after = changed
            log.info("callback", callback=after.id, state=after.state.value, why=after.why)
            await self.let_go(before.reserved)
            self._wake()

    async def let_go(self, interface: str) -> None:
        """Let an agent be rung again, now or at the next comparison; nothing if nobody is named."""
        if not interface:
            return
        try:
            await self._caller.let_go(interface)
        except AmiError as error:
            self.unsure = True
            log.error("agent still held", agent=interface, problem=str(error))

    async def overdue(self, ticket: Ticket, now: datetime) -> None:
        """Deal with a ticket that has waited too long, or of whose try nothing has been heard for too long."""
        rules = self._rules()
        with contextlib.suppress(CallbackError):
            if ticket.state is State.WAITING and now >= ticket.latest(rules):
                await self._book.change(ticket.id, lambda one: one.expired(now, rules))
            elif ticket.lease is not None and now > ticket.lease:
                await self._without_word(ticket, now, rules)

    async def _without_word(self, ticket: Ticket, now: datetime, rules: Rules) -> None:
        """A try of which nothing was heard for too long. Nobody who may be talking is hung up."""
        try:
            alive = ticket.attempt in await self._caller.alive()
        except AmiError:
            return
        unconfirmed = ticket.state is State.CALLING and bool(ticket.reserved)
        if alive and unconfirmed:
            await self._caller.hang_up(ticket.attempt)
        if unconfirmed or not alive:
            await self.end(ticket.attempt, lambda one: one.came_to_nothing(now, "no word", rules))
        elif not {ticket.attempt, waiting_half(ticket.attempt)} & {place.key for place in self._floor.places()}:
            await self.end(ticket.attempt, lambda one: one.done(now))

    async def begin_anew(self) -> None:
        """After a start or a gap: tries whose channel is gone are over, and nobody is held for them."""
        try:
            alive = await self._caller.alive()
            held = await self._caller.held()
        except AmiError as error:
            self.unsure = True
            log.warning("callbacks not compared with Asterisk", problem=str(error))
            return
        now, rules = self._clock.now(), self._rules()
        wanted: set[str] = set()
        waiting = {place.key for place in self._floor.places()}
        for ticket in await self._book.open_tickets():
            if ticket.state not in UNDER_WAY:
                continue
            if ticket.attempt in waiting:
                await self._release(ticket.attempt)
            elif ticket.attempt in alive:
                wanted.add(ticket.reserved)
            else:
                await self.end(ticket.attempt, lambda one: one.came_to_nothing(now, "interrupted", rules))
        for interface in held - wanted:
            await self.let_go(interface)


def _without_agent(ticket: Ticket, now: datetime) -> Ticket:
    if ticket.state is State.CONNECTED:
        return ticket
    return ticket.put_back(now + timedelta(seconds=NO_AGENT), "no agent")


__all__ = ["CONFIRM", "Tries"]
