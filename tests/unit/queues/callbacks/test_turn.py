"""Whose turn it is, case by case; the properties are in test_fairness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.queues.callbacks.ticket import Ticket
from ivr.queues.callbacks.turn import agents_first, callers_first, ready
from ivr.queues.places import Place, positions

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BOTH = frozenset({"service", "sales"})


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def ticket(number: int, second: float, queue: str = "service", priority: int = 0, phone: str = "") -> Ticket:
    return Ticket(number, queue, phone or f"139{number}", at(second), at(second), at(second), priority)


def caller(name: str, second: float, queue: str = "service", priority: int = 0) -> Place:
    return Place(name, queue, priority, at(second))


def test_a_caller_who_waits_longer_gets_the_agent() -> None:
    assert callers_first([ticket(1, 5)], [caller("x", 0)], {"a": BOTH}, at(60)) == []
    called = callers_first([ticket(1, 5)], [caller("x", 9)], {"a": BOTH}, at(60))
    assert [(one.id, agent) for one, agent in called] == [(1, "a")]


def test_priority_comes_before_time() -> None:
    assert callers_first([ticket(1, 0)], [caller("vip", 50, priority=5)], {"a": BOTH}, at(60)) == []
    called = callers_first([ticket(1, 50, priority=6)], [caller("vip", 0, priority=5)], {"a": BOTH}, at(60))
    assert [one.id for one, _ in called] == [1]


def test_agents_of_two_queues_are_given_so_that_both_are_served() -> None:
    agents = {"a": BOTH, "b": frozenset({"service"})}
    called = callers_first([ticket(1, 0), ticket(2, 5, "sales")], [], agents, at(60))
    assert {one.id: agent for one, agent in called} == {1: "b", 2: "a"}


def test_who_is_first_in_line_gets_the_agent_who_can_be_rung_sooner() -> None:
    agents = {"b": BOTH, "a": BOTH}  # in the order in which they can be rung
    assert [agent for _, agent in callers_first([ticket(1, 5)], [caller("x", 0)], agents, at(60))] == ["a"]
    assert [agent for _, agent in callers_first([ticket(1, 0)], [caller("x", 5)], agents, at(60))] == ["b"]


def test_no_agent_no_call() -> None:
    assert callers_first([ticket(1, 0)], [], {}, at(60)) == []
    assert callers_first([ticket(1, 0)], [], {"a": frozenset({"sales"})}, at(60)) == []


def test_of_one_number_one_is_called() -> None:
    tickets = [ticket(1, 0, phone="139"), ticket(2, 1, phone="139"), ticket(3, 2, phone="138")]
    assert [one.id for one in ready(tickets, at(60))] == [1, 3]
    calling = tickets[0].claim(at(3), "try", at(99), "a")
    assert [one.id for one in ready([calling, *tickets[1:]], at(60))] == [3]


def test_where_the_agent_is_called_first_a_ticket_enters_when_nobody_on_the_line_is_before_it() -> None:
    tickets = [ticket(1, 5), ticket(2, 20)]
    entering = agents_first(tickets, [caller("x", 10)], {"service": 3}, at(60))
    assert [one.id for one in entering] == [1]
    inside = tickets[0].claim(at(60), "callback-1-1-ab", at(99))
    waiting = [caller("callback-1-1-ab-queue", 5)]
    entering = agents_first([inside, tickets[1]], waiting, {"service": 3}, at(61), {"callback-1-1-ab-queue"})
    assert [one.id for one in entering] == [2]


def test_where_the_agent_is_called_first_no_more_are_under_way_than_agents_are_at_work() -> None:
    tickets = [ticket(number, number) for number in range(5)]
    assert [one.id for one in agents_first(tickets, [], {"service": 2}, at(60))] == [0, 1]
    assert agents_first(tickets, [], {}, at(60)) == []


def test_those_who_are_called_back_are_counted_in_what_others_are_told() -> None:
    places = [caller("x", 0), ticket(1, 5).as_place(), caller("y", 9), caller("vip", 20, priority=1)]
    assert positions(places) == {"vip": 1, "x": 2, "y": 4}
