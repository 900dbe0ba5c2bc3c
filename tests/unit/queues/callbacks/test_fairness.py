"""Fairness on a simulated clock: whatever comes, nobody is overtaken, nobody starves, never too many are called."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.queues.callbacks.floor import WRAPUP, Agent, Arrival, Centre

SECONDS = 6000
_one_queue = frozenset({"service"})
# Second of arrival, length of the talk: two agents whose after-call work ends one after the other.
_TWO_REST = [(0, 5), (0, 5), (0, 5), (0, 5), (11, 29), (40, 5), (46, 5), (46, 5), (213, 5)]


@st.composite
def arrivals(draw: st.DrawFn, queues: tuple[str, ...] = ("service",), priorities: int = 0) -> list[Arrival]:
    seconds = sorted(draw(st.lists(st.integers(0, 600), min_size=1, max_size=14)))
    return [
        Arrival(
            second,
            draw(st.sampled_from(queues)),
            talk=draw(st.integers(5, 120)),
            priority=draw(st.integers(0, priorities)),
            wants_callback=draw(st.booleans()),
            number=draw(st.sampled_from(["", "139", "138"])),
            answers=tuple(draw(st.lists(st.booleans(), max_size=3))),
        )
        for second in seconds
    ]


@settings(max_examples=60)
@given(
    arrivals(("service", "sales"), 2), st.lists(st.sampled_from(["service", "sales", "both"]), min_size=1, max_size=4)
)
def test_everybody_comes_to_an_end_and_never_are_more_called_than_agents_are_free(
    callers: list[Arrival], staff: list[str]
) -> None:
    queues = {"service": {"service"}, "sales": {"sales"}, "both": {"service", "sales"}}
    agents = {f"a{number}": Agent(frozenset(queues[kind])) for number, kind in enumerate(staff)}
    agents["all"] = Agent(frozenset({"service", "sales"}))
    centre = Centre(agents, callers)
    centre.run(SECONDS)  # its own checks hold in every second
    assert centre.over()
    assert centre.most_in_flight <= len(agents)


@settings(max_examples=60)
@given(arrivals(priorities=2), st.integers(1, 3))
@example([Arrival(0, "service", 5, wants_callback=number == 2) for number in range(4)], 1)  # all at the same moment
@example([Arrival(at, "service", talk, 0, number == 6) for number, (at, talk) in enumerate(_TWO_REST)], 2)
def test_nobody_is_overtaken(callers: list[Arrival], staff: int) -> None:
    """When somebody gets an agent, nobody who could be served stands before him: neither on the line nor waiting to be
    called back. Who is called back may be dialled while one before him waits out the after-call work of the agent who
    is his, and of all agents is ready first."""
    callers = [
        Arrival(one.second, one.queue, one.talk, one.priority, one.wants_callback) for one in callers
    ]  # each has a number of his own, and answers
    centre = Centre({f"a{number}": Agent(_one_queue) for number in range(staff)}, callers)
    centre.run(SECONDS)
    got = {index: second for second, index in centre.served if not callers[index].wants_callback}
    got |= {index: second for second, index in centre.begun}
    for one, when in got.items():
        for other, later in got.items():
            before = centre.places[other].order < centre.places[one].order
            if before and callers[other].second < when:
                called = callers[one].wants_callback and not callers[other].wants_callback
                longest = when + (WRAPUP if called else 0)
                assert later <= longest, f"{one} at {when} s before {other} at {later} s"


@settings(max_examples=15)
@given(st.integers(1, 3), st.integers(1, 5))
def test_a_callback_does_not_starve_while_callers_keep_coming(staff: int, gap: int) -> None:
    callers = [Arrival(second, "service", talk=60) for second in range(0, 900, gap)]
    callers.append(Arrival(30, "service", talk=60, wants_callback=True))
    centre = Centre({f"a{number}": Agent(_one_queue) for number in range(staff)}, callers)
    centre.run(2400)
    ahead = sum(one.second <= 30 for one in callers[:-1])
    ((begun, _),) = centre.begun
    assert begun <= 30 + (ahead // staff + 2) * (60 + 5)


def test_one_number_is_called_once_at_a_time_though_two_agents_are_free() -> None:
    callers = [Arrival(0, "service", 60, wants_callback=True, number="139") for _ in range(2)]
    centre = Centre({"a": Agent(_one_queue), "b": Agent(_one_queue)}, callers)
    centre.run(300)
    assert centre.most_in_flight == 1
    assert [second for second, _ in centre.begun] == [0, 20]
    assert centre.over()


def test_who_does_not_answer_keeps_his_place_and_is_called_again() -> None:
    callers = [
        Arrival(0, "service", 60, wants_callback=True, answers=(False, True)),
        *(Arrival(second, "service", 60) for second in range(1, 400, 20)),
    ]
    centre = Centre({"a": Agent(_one_queue)}, callers)
    centre.run(4000)
    first, second = [second for second, index in centre.begun if index == 0]
    assert (first, centre.tickets[0].tries) == (0, 2)
    after_that = min(second for second, _ in centre.served if second >= 80)
    assert second <= after_that + 65  # the next agent after the pause between two tries is his


def test_a_full_queue_costs_a_callback_neither_its_place_nor_a_try() -> None:
    callers = [
        Arrival(0, "service", 60),
        Arrival(1, "service", 60, wants_callback=True),
        *(Arrival(second, "service", 60) for second in (2, 3, 4, 5)),
    ]
    centre = Centre({"a": Agent(_one_queue)}, callers, max_length=2)
    centre.run(600)
    assert centre.refused == [4, 5]
    assert [index for _, index in centre.served] == [0, 1, 2, 3]
    assert centre.tickets[1].tries == 1
