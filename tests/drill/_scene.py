"""One busy quarter of a minute on the line, with a hole in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.drill._line import DrillLine, gone

HOLE = Callable[[], Awaitable[None]]
FIRST, SECOND = "13900000001", "13900000002"


async def nothing() -> None:
    """An undisturbed run."""


async def queued_and_talking(
    line: DrillLine, talks: int, waiting: int, *, begin: HOLE = nothing, end: HOLE = nothing, hold: float = 45.0
) -> None:
    """Callers talk and wait; in the hole one talk ends and half of those who wait give up, the rest after it.

    Args:
        talks: at least 2, and as many agents.
        waiting: at least 2.
        begin, end: of the hole.
        hold: seconds the patient wait; the hole must be over before.

    Raises:
        AssertionError: if anybody is dropped.
    """
    callers = {place: await line.talk(place, f"1380000{place:04d}") for place in range(1, talks + 1)}
    half = waiting // 2
    patient = line.crowd(SECOND, waiting - half, hold)
    await line.waiting(waiting - half)
    hasty = line.crowd(FIRST, half, 12.0)
    await line.waiting(waiting)
    await begin()
    await callers.pop(1).hangup()
    result = await hasty
    assert (result.successful, result.failed) == (half, 0), result.reasons
    await line.waiting(waiting - half)
    assert all(caller.in_call for caller in callers.values()), "somebody who talked was dropped"
    assert not patient.done()
    await end()
    await line.waiting(waiting - half)
    await line.agents[2].hangup()
    await gone(callers.pop(2))
    for caller in callers.values():
        assert caller.in_call, "somebody who talked was dropped"
        await caller.hangup()
    result = await patient
    assert (result.successful, result.failed) == (waiting - half, 0), result.reasons
    await line.empty()


async def whole_talk_in_a_hole(
    line: DrillLine, talks: int, waiting: int, seconds: float, *, begin: HOLE = nothing, end: HOLE = nothing
) -> None:
    """In the hole talks end by either side, another begins and ends, callers join, give up, or stay.

    Args:
        talks: at least 3, and as many agents.
        seconds: how long the hole is at least.
    """
    callers = {place: await line.talk(place, f"1380000{place:04d}") for place in range(1, talks + 1)}
    await begin()
    hole = asyncio.create_task(asyncio.sleep(seconds))
    await callers.pop(1).hangup()
    await line.agents[2].hangup()
    await gone(callers.pop(2))
    late = await line.talk(1, "13800009999")
    half = waiting // 2
    patient = line.crowd(SECOND, waiting - half, seconds + 25.0)
    await line.waiting(waiting - half)
    hasty = line.crowd(FIRST, half, 10.0)
    await line.waiting(waiting)
    await late.hangup()
    result = await hasty
    assert (result.successful, result.failed) == (half, 0), result.reasons
    await hole
    await end()
    await asyncio.sleep(3)
    for caller in callers.values():
        assert caller.in_call, "somebody who talked was dropped"
        await caller.hangup()
    result = await patient
    assert (result.successful, result.failed) == (waiting - half, 0), result.reasons
    await line.empty()
