"""Whose turn it is: pure decisions about who is called back now.

Callers on the line and tickets stand in one line (:mod:`ivr.queues.places`).

Caller first: each free agent goes to the first in line whom he can serve. Where that is a ticket, the agent is held
for it and the caller is called. So no more are called than agents are free, nobody overtakes, and who is on the line
gets the agent whose turn is his from app_queue itself. An agent in after-call work counts as free: app_queue does
not ring him yet, which leaves the time to hold him.

Agent first: a ticket that is first in line enters app_queue at the head. Who it is gets an agent like anybody else,
and only then is the caller called.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from ivr.queues.callbacks.ticket import UNDER_WAY, State, Ticket
from ivr.queues.places import Place


def ready(tickets: Iterable[Ticket], now: datetime) -> list[Ticket]:
    """Tickets that may be called now, in the order of their places; of one number only the first, and none whose
    number is being called."""
    known = list(tickets)
    busy = {ticket.number for ticket in known if ticket.state in UNDER_WAY}
    found = []
    for ticket in sorted(known, key=lambda one: one.as_place().order):
        if ticket.state is State.WAITING and ticket.not_before <= now and ticket.number not in busy:
            busy.add(ticket.number)
            found.append(ticket)
    return found


def callers_first(
    tickets: Sequence[Ticket],
    live: Iterable[Place],
    agents: Mapping[str, AbstractSet[str]],
    now: datetime,
) -> list[tuple[Ticket, str]]:
    """Tickets whose caller is to be called now, each with the interface of the agent to hold.

    Args:
        live: callers on the line who wait for an agent.
        agents: free agents' interfaces, each with the queues he serves; held ones are not among them. Who can be rung
            sooner comes first: the first in line get those.
    """
    found: dict[str, Ticket] = {ticket.key: ticket for ticket in ready(tickets, now)}
    line = sorted([*live, *(ticket.as_place() for ticket in found.values())], key=lambda place: place.order)
    serves: dict[str, list[str]] = {}
    for agent in agents:
        for queue in agents[agent]:
            serves.setdefault(queue, []).append(agent)
    taken: dict[str, Place] = {}
    for place in line:
        if len(taken) == len(agents):
            break
        _seat(place, serves, taken, set())
    return [(found[place.key], agent) for agent, place in _by_place(taken) if not place.live]


def _seat(place: Place, serves: Mapping[str, list[str]], taken: dict[str, Place], tried: set[str]) -> bool:
    """Give ``place`` an agent, moving those before it to other agents if need be (an augmenting path): who was first
    is never left without, and keeps his agent while there is another."""
    for agent in sorted(serves.get(place.queue, ()), key=taken.__contains__):
        if agent in tried:
            continue
        tried.add(agent)
        if agent not in taken or _seat(taken[agent], serves, taken, tried):
            taken[agent] = place
            return True
    return False


def _by_place(taken: Mapping[str, Place]) -> list[tuple[str, Place]]:
    return sorted(taken.items(), key=lambda pair: pair[1].order)


def agents_first(
    tickets: Sequence[Ticket],
    live: Iterable[Place],
    working: Mapping[str, int],
    now: datetime,
    entered: Collection[str] = (),
) -> list[Ticket]:
    """Tickets that are to enter the queue now: those before whom no caller waits on the line.

    Args:
        live: who waits in app_queue.
        working: agents at work, by queue; no more tickets are under way than these.
        entered: keys of those of ``live`` that stand for a ticket.
    """
    ahead: dict[str, Place] = {}
    for place in live:
        if place.key not in entered and (place.queue not in ahead or place.order < ahead[place.queue].order):
            ahead[place.queue] = place
    under_way: dict[str, int] = {}
    for ticket in tickets:
        if ticket.state in UNDER_WAY:
            under_way[ticket.queue] = under_way.get(ticket.queue, 0) + 1
    found = []
    for ticket in ready(tickets, now):
        first = ahead.get(ticket.queue)
        if first is not None and first.order < ticket.as_place().order:
            continue
        if under_way.get(ticket.queue, 0) < working.get(ticket.queue, 0):
            under_way[ticket.queue] = under_way.get(ticket.queue, 0) + 1
            found.append(ticket)
    return found


__all__ = ["agents_first", "callers_first", "ready"]
