"""A visit that ends without an agent is told by two: the manager interface and the dialplan, either first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ivr.ami import events as ev
from ivr.journal import facts as own
from ivr.journal.story import fold
from ivr.storage.models import Call

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def new_call() -> Call:
    return Call(
        linkedid="1.1",
        started_at=NOON,
        outcome="",
        hung_up_by="",
        evidence={},
        legs=[],
        steps=[],
        visits=[],
        recordings=[],
    )


ABANDONED = ev.QueueAbandoned(at=at(5), linkedid="1.1", uniqueid="1.1", queue="service", hold_s=5)


@pytest.mark.parametrize(("status", "outcome"), [("TIMEOUT", "timeout"), ("KEY", "key"), ("WITHDRAW", "empty")])
@pytest.mark.parametrize("dialplan_first", [False, True])
def test_who_was_sent_on_has_not_abandoned(status: str, outcome: str, dialplan_first: bool) -> None:
    call = new_call()
    fold(call, ev.QueueJoined(at=at(0), linkedid="1.1", uniqueid="1.1", queue="service", position=1))
    told = [ABANDONED, own.QueueReturned(at=at(5.1), linkedid="1.1", queue="service", status=status)]
    for fact in reversed(told) if dialplan_first else told:
        fold(call, fact)
    assert [visit.outcome for visit in call.visits] == [outcome]


def test_who_hung_up_has() -> None:
    call = new_call()
    fold(call, ev.QueueJoined(at=at(0), linkedid="1.1", uniqueid="1.1", queue="service", position=1))
    fold(call, ABANDONED)
    assert [visit.outcome for visit in call.visits] == ["abandoned"]
