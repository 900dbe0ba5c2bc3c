"""A call centre on a simulated clock: app_queue as it behaves, agents, callers on the line, callers called back.

Each agent has after-call work, in which the desk may hold him and app_queue does not ring him. Customers answer their
phone or not as the script says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ivr.queues.callbacks.ticket import UNDER_WAY, Rules, State, Ticket
from ivr.queues.callbacks.turn import callers_first
from ivr.queues.places import Place

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULES = Rules(tries=3, retry_after=60, give_up_after=86_400)
WRAPUP, DIALLING = 5, 20


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


@dataclass(frozen=True)
class Arrival:
    """A caller: when, where, how long he talks; ``answers`` says for each try of a callback whether he takes it."""

    second: int
    queue: str
    talk: int
    priority: int = 0
    wants_callback: bool = False
    number: str = ""
    answers: tuple[bool, ...] = ()


@dataclass
class Agent:
    queues: frozenset[str]
    busy_until: int = 0
    wrapup_until: int = 0
    held_by: int | None = None


@dataclass
class Centre:
    """Runs second by second; ``served`` is who got an agent, in order, ``places`` where everybody stood.

    At most ``max_length`` are let in to wait on the line, 0 for any number; the others are in ``refused``.
    """

    agents: dict[str, Agent]
    arrivals: Sequence[Arrival]
    tickets: dict[int, Ticket] = field(default_factory=dict)
    live: dict[int, Place] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    served: list[tuple[int, int]] = field(default_factory=list)
    begun: list[tuple[int, int]] = field(default_factory=list)
    ringing: dict[int, tuple[int, str]] = field(default_factory=dict)
    most_in_flight: int = 0
    max_length: int = 0
    refused: list[int] = field(default_factory=list)

    def free(self, second: int) -> dict[str, frozenset[str]]:
        found = [
            (max(second, agent.wrapup_until), name)
            for name, agent in self.agents.items()
            if agent.busy_until <= second and agent.held_by is None
        ]
        return {name: self.agents[name].queues for _, name in sorted(found)}

    def run(self, seconds: int) -> None:
        for second in range(seconds):
            self._arrive(second)
            self._customers(second)
            self._desk(second)
            self._check(second)
            self._app_queue(second)
            if second > max(one.second for one in self.arrivals) and self.over():
                break

    def _arrive(self, second: int) -> None:
        for index, caller in enumerate(self.arrivals):
            if caller.second != second:
                continue
            if caller.wants_callback:
                self.tickets[index] = Ticket(
                    index,
                    caller.queue,
                    caller.number or str(index),
                    at(second),
                    at(second),
                    at(second),
                    caller.priority,
                )
                self.places[index] = self.tickets[index].as_place()
            elif 0 < self.max_length <= sum(place.queue == caller.queue for place in self.live.values()):
                self.refused.append(index)
            else:
                self.places[index] = self.live[index] = Place(str(index), caller.queue, caller.priority, at(second))

    def _customers(self, second: int) -> None:
        """Phones that rang long enough: taken and confirmed, or not."""
        for index, (until, agent) in list(self.ringing.items()):
            if second < until:
                continue
            del self.ringing[index]
            self.agents[agent].held_by = None
            caller, ticket = self.arrivals[index], self.tickets[index]
            taken = caller.answers[ticket.tries - 1] if len(caller.answers) >= ticket.tries else True
            if taken:
                # He stands at the head of app_queue, and the agent who was held is let go at that moment.
                self.tickets[index] = ticket.confirmed(at(second + 600)).done(at(second))
                self._talk(index, agent, second)
            else:
                self.tickets[index] = ticket.came_to_nothing(at(second), "no answer", RULES)

    def _desk(self, second: int) -> None:
        free = self.free(second)
        for ticket, agent in callers_first(list(self.tickets.values()), self.live.values(), free, at(second)):
            assert agent in free
            assert ticket.queue in self.agents[agent].queues
            assert self.agents[agent].held_by is None
            self.agents[agent].held_by = ticket.id
            self.tickets[ticket.id] = ticket.claim(
                at(second), f"try-{ticket.id}-{ticket.tries}", at(second + 60), agent
            )
            self.ringing[ticket.id] = (second + DIALLING, agent)
            self.begun.append((second, ticket.id))

    def _check(self, second: int) -> None:
        under_way = [ticket for ticket in self.tickets.values() if ticket.state in UNDER_WAY]
        held = [agent for agent in self.agents.values() if agent.held_by is not None]
        assert len(under_way) == len(held), "as many are called as agents are held for them"
        assert all(agent.busy_until <= second for agent in held), "who is held does not talk"
        numbers = [ticket.number for ticket in under_way]
        assert len(numbers) == len(set(numbers)), "one try at a time to a number"
        self.most_in_flight = max(self.most_in_flight, len(under_way))

    def _app_queue(self, second: int) -> None:
        for index, place in sorted(self.live.items(), key=lambda pair: pair[1].order):
            for name, agent in sorted(self.agents.items()):
                ready = agent.busy_until <= second and agent.wrapup_until <= second and agent.held_by is None
                if ready and place.queue in agent.queues:
                    del self.live[index]
                    self._talk(index, name, second)
                    break

    def _talk(self, index: int, agent: str, second: int) -> None:
        self.served.append((second, index))
        end = second + self.arrivals[index].talk
        self.agents[agent].busy_until, self.agents[agent].wrapup_until = end, end + WRAPUP

    def over(self) -> bool:
        return not self.live and all(
            ticket.state not in (State.WAITING, *UNDER_WAY) for ticket in self.tickets.values()
        )
