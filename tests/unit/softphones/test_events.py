from __future__ import annotations

import asyncio

import pytest

from ivr.core.errors import TelephonyError
from ivr.softphones.events import (
    Closed,
    Established,
    EventLog,
    Incoming,
    PhoneEvent,
    Registered,
    RegistrationFailed,
    Ringing,
    parse_event,
)


def test_a_closed_call_tells_its_reason() -> None:
    message = {"event": True, "type": "CALL_CLOSED", "id": "c1", "peeruri": "sip:1@h", "param": "486 Max Calls"}
    assert parse_event(message, 3.5) == Closed(at=3.5, call="c1", peer="sip:1@h", reason="486 Max Calls")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("REGISTER_OK", Registered), ("CALL_INCOMING", Incoming), ("CALL_RINGING", Ringing)],
)
def test_kinds(kind: str, expected: type[PhoneEvent]) -> None:
    assert type(parse_event({"event": True, "type": kind}, 0.0)) is expected


def test_a_refused_registration() -> None:
    event = parse_event({"event": True, "type": "REGISTER_FAIL", "param": "401 Unauthorized"}, 0.0)
    assert event == RegistrationFailed(at=0.0, reason="401 Unauthorized")


@pytest.mark.parametrize("message", [{"event": True, "type": "VU_REPORT"}, {"response": True}, {}])
def test_other_messages_are_no_events(message: dict[str, object]) -> None:
    assert parse_event(message, 0.0) is None


def test_events_do_not_change() -> None:
    event = Closed(at=1.0, reason="")
    with pytest.raises(AttributeError):
        event.reason = "x"  # type: ignore[misc]


async def test_an_event_before_the_wait_is_not_missed() -> None:
    log = EventLog()
    log.add(Established(at=1.0))
    assert await log.wait_for(Established, within=1) == Established(at=1.0)


async def test_each_event_is_waited_for_once() -> None:
    log = EventLog()
    log.add(Established(at=1.0))
    await log.wait_for(Established, within=1)
    assert await log.next_of(Established, within=0.01) is None


async def test_waiting_skips_other_kinds_and_takes_the_first_of_several() -> None:
    log = EventLog()
    for event in (Ringing(at=1.0), Closed(at=2.0, reason="busy"), Established(at=3.0)):
        log.add(event)
    assert await log.wait_for(Established, Closed, within=1) == Closed(at=2.0, reason="busy")


async def test_after_a_mark_the_past_does_not_count() -> None:
    log = EventLog()
    log.add(Closed(at=1.0, reason="earlier call"))
    log.mark()
    waiting = asyncio.create_task(log.wait_for(Closed, within=5))
    await asyncio.sleep(0)
    log.add(Closed(at=2.0, reason="this call"))
    assert (await waiting).reason == "this call"


async def test_the_log_is_bounded_and_forgetting_does_not_disturb_a_wait() -> None:
    log = EventLog(size=3)
    waiting = asyncio.create_task(log.wait_for(Closed, within=5))
    await asyncio.sleep(0)
    for number in range(10):
        log.add(Ringing(at=float(number)))
    log.add(Closed(at=10.0, reason=""))
    assert (await waiting).at == 10.0
    assert [event.at for event in log.events] == [8.0, 9.0, 10.0]


async def test_nothing_in_time_names_what_was_waited_for_and_what_came() -> None:
    log = EventLog()
    log.add(Ringing(at=1.0))
    with pytest.raises(TelephonyError, match=r"no Established or Closed within 0\.01 s \(last seen: Ringing\)"):
        await log.wait_for(Established, Closed, within=0.01)


async def test_a_lost_phone_fails_those_who_wait_but_not_for_what_already_came() -> None:
    log = EventLog()
    waiting = asyncio.create_task(log.wait_for(Established, within=5))
    await asyncio.sleep(0)
    log.add(Closed(at=1.0, reason="gone"))
    log.fail(TelephonyError("baresip is gone"))
    with pytest.raises(TelephonyError, match="baresip is gone"):
        await waiting
    assert (await log.wait_for(Closed, within=1)).reason == "gone"


async def test_two_may_wait_at_once() -> None:
    log = EventLog()
    waiting = [asyncio.create_task(log.wait_for(kind, within=5)) for kind in (Established, Closed)]
    await asyncio.sleep(0)
    log.add(Established(at=1.0))
    log.add(Closed(at=2.0, reason=""))
    assert [event.at for event in await asyncio.gather(*waiting)] == [1.0, 2.0]
