from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from ivr.ami.events import AmiEvent, EventsLost, FullyBooted, Shutdown
from ivr.ami.hub import EventHub
from ivr.ami.limits import AmiCounters
from ivr.core.clock import FixedClock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def an_event(second: int) -> AmiEvent:
    return FullyBooted(at=NOON.replace(second=second))


def a_hub() -> tuple[EventHub, AmiCounters]:
    counters = AmiCounters()
    return EventHub(FixedClock(NOON), counters), counters


async def test_events_come_in_order_and_end_with_the_hub() -> None:
    hub, _ = a_hub()
    subscription = hub.subscribe(10)
    for second in range(3):
        hub.publish(an_event(second))
    hub.close()
    assert [event async for event in subscription] == [an_event(0), an_event(1), an_event(2)]


async def test_a_slow_subscriber_learns_where_events_are_missing_and_how_many() -> None:
    hub, counters = a_hub()
    slow, quick = hub.subscribe(3), hub.subscribe(100)
    for second in range(8):
        hub.publish(an_event(second))
    assert [await anext(slow) for _ in range(2)] == [an_event(0), an_event(1)]
    hub.publish(an_event(8))
    hub.publish(an_event(9))
    hub.close()
    lost = EventsLost(at=NOON, count=5)
    assert [event async for event in slow] == [an_event(2), lost, an_event(8), EventsLost(at=NOON, count=1)]
    assert [event async for event in quick] == [an_event(second) for second in range(10)]
    assert counters.overflowed == slow.lost == 6


async def test_the_mark_of_a_gap_counts_against_the_limit() -> None:
    hub, _ = a_hub()
    subscription = hub.subscribe(3)
    for second in range(5):
        hub.publish(an_event(second))
    await anext(subscription)
    hub.publish(an_event(5))
    assert len(subscription) == 2
    hub.close()
    assert [event async for event in subscription][-1] == EventsLost(at=NOON, count=3)


async def test_a_gap_at_the_end_is_told_before_waiting() -> None:
    hub, _ = a_hub()
    subscription = hub.subscribe(2)
    for second in range(5):
        hub.publish(an_event(second))
    got = [await anext(subscription) for _ in range(3)]
    assert got == [an_event(0), an_event(1), EventsLost(at=NOON, count=3)]


async def test_a_waiting_reader_is_woken_by_an_event_and_by_the_end() -> None:
    hub, _ = a_hub()
    subscription = hub.subscribe(10)

    async def read() -> list[AmiEvent]:
        return [event async for event in subscription]

    reader = asyncio.create_task(read())
    await asyncio.sleep(0)
    hub.publish(an_event(1))
    await asyncio.sleep(0)
    hub.close()
    assert await reader == [an_event(1)]


async def test_a_closed_subscription_gets_nothing_more_and_a_closed_hub_gives_ended_ones() -> None:
    hub, counters = a_hub()
    with hub.subscribe(10) as subscription:
        hub.publish(an_event(1))
    hub.publish(an_event(2))
    assert [event async for event in subscription] == [an_event(1)]
    hub.close()
    assert [event async for event in hub.subscribe(10)] == []
    assert counters.overflowed == 0


async def test_a_raising_callback_harms_nobody() -> None:
    hub, counters = a_hub()
    seen: list[AmiEvent] = []

    def broken(event: AmiEvent) -> None:
        raise ZeroDivisionError

    hub.listen(broken)
    stop = hub.listen(seen.append)
    subscription = hub.subscribe(10)
    hub.publish(an_event(1))
    stop()
    stop()
    hub.publish(Shutdown(at=NOON))
    assert seen == [an_event(1)]
    assert len(subscription) == 2
    assert counters.callback_errors == 2


async def test_a_limit_without_room_for_the_mark_is_refused() -> None:
    hub, _ = a_hub()
    with pytest.raises(ValueError, match="limit"):
        hub.subscribe(1)
