"""The book of callbacks: tickets read from their rows, changed by their own rules, and written back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dialplan.waiting import CallbackSettings
from ivr.core.clock import Clock
from ivr.core.errors import UsageError
from ivr.core.language import Text
from ivr.queues.callbacks.ticket import UNDER_WAY, CallbackError, State, Ticket
from ivr.storage import audit, callbacks
from ivr.storage.database import Database
from ivr.storage.models import Callback

DAY = timedelta(days=1)
PUTTING_DOWN = timedelta(seconds=10)
"""Before that nobody is called: he still hears that he will be, and a busy phone would cost him a try."""


class Noted(StrEnum):
    """What became of a wish to be called back."""

    ACCEPTED = "accepted"
    KNOWN = "known"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Wish:
    """A caller wants to be called back.

    Args:
        number: as it may be dialled.
        place: since when he has waited.
        linkedid: of the call in which he asked.
        service_number: that he called.
    """

    queue: str
    number: str
    language: str
    priority: int
    place: datetime
    linkedid: str
    service_number: str
    flow: str
    step: str
    site_version: str
    variables: Mapping[str, str] = field(default_factory=dict)


class Book:
    """Callbacks in the database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, wish: Wish, settings: CallbackSettings) -> tuple[Noted, int]:
        """Write a wish down; with the id of the callback, 0 where there is none.

        A number that has an open callback in the queue keeps that one: the earlier place.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            known = await callbacks.open_ones(session, queue=wish.queue, number=wish.number)
            if known:
                return Noted.KNOWN, known[0].id
            if (
                await callbacks.count_open(session) >= settings.most
                or await callbacks.count_since(session, wish.number, now - DAY) >= settings.daily
            ):
                return Noted.FULL, 0
            row = Callback(
                queue=wish.queue,
                number=wish.number,
                language=wish.language,
                priority=wish.priority,
                place_at=wish.place,
                state=State.WAITING.value,
                tries=0,
                not_before=now + PUTTING_DOWN,
                first_linkedid=wish.linkedid,
                service_number=wish.service_number,
                flow=wish.flow,
                step=wish.step,
                site_version=wish.site_version,
                variables=dict(wish.variables),
                created_at=now,
            )
            session.add(row)
            await session.flush()
            return Noted.ACCEPTED, row.id

    async def open_tickets(self) -> list[Ticket]:
        """Tickets that are not over, in the order of their places."""
        async with self._database.read() as session:
            return [ticket_of(row) for row in await callbacks.open_ones(session)]

    async def row(self, callback_id: int) -> Callback | None:
        """Everything about one callback."""
        async with self._database.read() as session:
            return await session.get(Callback, callback_id)

    async def of_attempt(self, linkedid: str) -> Callback | None:
        """The callback whose last try is this call."""
        async with self._database.read() as session:
            return await callbacks.of_attempt(session, linkedid)

    async def change(self, callback_id: int, change: Callable[[Ticket], Ticket]) -> Ticket:
        """Change a ticket by one of its own methods.

        Raises:
            UsageError: if there is none with this id.
            CallbackError: if its state does not allow it, or its number is being called already.
        """
        async with self._database.write() as session:
            row = await callbacks.hold(session, callback_id)
            if row is None:
                raise _unknown(callback_id)
            after = change(ticket_of(row))
            if after.state in UNDER_WAY and row.calling is None:
                others = await callbacks.open_ones(session, number=row.number)
                if any(other.calling for other in others):
                    raise CallbackError(Text("this number is being called already", "正在呼叫该号码"))
            _write(row, after)
            return after

    async def cancel(self, callback_id: int, actor: str) -> tuple[Ticket, Ticket]:
        """A person takes a callback out of the book, which is audited; the ticket before and after.

        Raises:
            UsageError: if there is none with this id.
            CallbackError: if it is over, or caller and agent talk.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            row = await callbacks.hold(session, callback_id)
            if row is None:
                raise _unknown(callback_id)
            before = ticket_of(row)
            after = before.cancelled(now, f"by {actor}")
            _write(row, after)
            await audit.append(
                session,
                actor=actor,
                action="callback.cancel",
                object=f"callback:{callback_id}",
                at=now,
                detail={"queue": row.queue, "call": row.first_linkedid, "was": before.state.value},
            )
            return before, after

    async def change_attempt(self, linkedid: str, change: Callable[[Ticket], Ticket]) -> tuple[Ticket, Ticket] | None:
        """Change the ticket whose last try is this call, if it is still under way; before and after, None else.

        Raises:
            CallbackError: if its state does not allow it.
        """
        async with self._database.write() as session:
            row = await callbacks.hold_attempt(session, linkedid)
            if row is None or State(row.state) not in UNDER_WAY:
                return None
            before = ticket_of(row)
            after = change(before)
            _write(row, after)
            return before, after


def _unknown(callback_id: int) -> UsageError:
    return UsageError(Text(f"no callback {callback_id}", f"没有编号为 {callback_id} 的回电"), cure="ivr callbacks list")


def ticket_of(row: Callback) -> Ticket:
    """The ticket in a row."""
    return Ticket(
        id=row.id,
        queue=row.queue,
        number=row.number,
        place=row.place_at,
        created=row.created_at,
        not_before=row.not_before,
        priority=row.priority,
        state=State(row.state),
        tries=row.tries,
        lease=row.lease_until,
        reserved=row.reserved,
        attempt=row.attempt,
        ended=row.ended_at,
        why=row.why,
    )


def _write(row: Callback, ticket: Ticket) -> None:
    row.state = ticket.state.value
    row.calling = ticket.number if ticket.state in UNDER_WAY else None
    row.tries, row.not_before, row.lease_until = ticket.tries, ticket.not_before, ticket.lease
    row.reserved, row.attempt = ticket.reserved, ticket.attempt
    row.ended_at, row.why = ticket.ended, ticket.why[:32]


__all__ = ["Book", "Noted", "Wish", "ticket_of"]
