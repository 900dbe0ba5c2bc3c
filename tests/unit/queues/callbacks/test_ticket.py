"""The states of a callback: what can follow what, and what a failed try costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ivr.queues.callbacks.ticket import OVER, CallbackError, Rules, State, Ticket

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULES = Rules(tries=2, retry_after=60, give_up_after=3600)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


TICKET = Ticket(1, "service", "139", place=at(-120), created=at(0), not_before=at(0))
CALLING = TICKET.claim(at(1), "callback-1-1-ab", at(60), "PJSIP/6001")
QUEUED = CALLING.confirmed(at(300))


def test_the_way_to_a_talk() -> None:
    assert (CALLING.state, CALLING.tries, CALLING.reserved) == (State.CALLING, 1, "PJSIP/6001")
    done = QUEUED.released().done(at(30))
    assert (done.state, done.ended, done.reserved, done.lease) == (State.DONE, at(30), "", None)
    assert done.place == TICKET.place


def test_a_failed_try_is_repeated_later_from_the_same_place() -> None:
    again = CALLING.came_to_nothing(at(20), "no answer", RULES)
    assert (again.state, again.not_before, again.place, again.why) == (State.WAITING, at(80), TICKET.place, "no answer")
    with pytest.raises(CallbackError):
        again.claim(at(79), "x", at(90))
    last = again.claim(at(80), "callback-1-2-cd", at(120)).came_to_nothing(at(100), "busy", RULES)
    assert (last.state, last.tries, last.why) == (State.FAILED, 2, "busy")


def test_a_try_that_was_not_the_callers_to_fail_does_not_count() -> None:
    again = CALLING.put_back(at(3), "agent taken")
    assert (again.state, again.tries, again.not_before) == (State.WAITING, 0, at(3))


def test_it_becomes_too_late() -> None:
    assert TICKET.expired(at(3599), RULES) is TICKET
    assert TICKET.expired(at(3600), RULES).state is State.EXPIRED
    assert CALLING.expired(at(4000), RULES) is CALLING  # whoever is being called is called to the end
    assert CALLING.came_to_nothing(at(3590), "busy", RULES).state is State.FAILED


@pytest.mark.parametrize(
    "act",
    [
        lambda ticket: ticket.claim(at(9), "x", at(99)),
        lambda ticket: ticket.confirmed(at(99)),
        lambda ticket: ticket.agent_has_it(at(99)),
        lambda ticket: ticket.done(at(9)),
        lambda ticket: ticket.came_to_nothing(at(9), "x", RULES),
        lambda ticket: ticket.put_back(at(9), "x"),
        lambda ticket: ticket.cancelled(at(9), "caller"),
    ],
)
def test_what_is_over_stays_over(act: Callable[[Ticket], Ticket]) -> None:
    over = [
        QUEUED.done(at(5)),
        QUEUED.cancelled(at(5), "caller"),
        TICKET.expired(at(9999), RULES),
        CALLING.came_to_nothing(at(5), "busy", Rules(1, 60, 3600)),
    ]
    assert {ticket.state for ticket in over} == OVER
    for ticket in over:
        with pytest.raises(CallbackError):
            act(ticket)


def test_who_talks_cannot_be_cancelled() -> None:
    with pytest.raises(CallbackError):
        CALLING.agent_has_it(at(99)).cancelled(at(9), "by eve")
