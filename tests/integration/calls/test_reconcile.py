"""The engine is killed, or cut off from Asterisk, while callers talk and wait: the stories are whole all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from ivr.asterisk.toolbox import Toolbox
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Established
from ivr.storage.models import Call
from tests.drill._line import NUMBER, DrillLine, gone

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def there(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DrillLine]:
    async with DrillLine(tmp_path_factory.mktemp("line"), toolbox, 2, relayed=True) as line:
        yield line


async def waits(line: DrillLine, stack: AsyncExitStack, number: str, place: int) -> Softphone:
    """A caller who waits; ``place`` is how many do then."""
    caller = await stack.enter_async_context(line.house.caller(number))
    assert isinstance(await caller.call(NUMBER, within=30), Established)
    await line.waiting(place)
    return caller


async def whole(line: DrillLine, *numbers: str) -> list[Call]:
    """The stories of these callers, once nothing is left to reconcile, in this order."""
    await line.empty()
    answer = await line.reconciled()
    assert (answer["left"], answer["drift"]) == (0, [])
    stories = {call.caller: call for call in await line.stories()}
    return [stories[number] for number in numbers]


def told(call: Call) -> tuple[object, ...]:
    visits = [(visit.position, visit.outcome, visit.agent, visit.ended_by) for visit in call.visits]
    rings = [(ring.agent, ring.result) for visit in call.visits for ring in visit.rings]
    return (call.outcome, call.hung_up_by, visits, rings, [(leg.role, leg.agent) for leg in call.legs])


def whole_times(call: Call) -> bool:
    legs = all(leg.answered_at and leg.ended_at and leg.hangup_cause is not None for leg in call.legs)
    stays = all(
        visit.left_at and (visit.outcome != "answered" or (visit.connected_at and visit.completed_at))
        for visit in call.visits
    )
    return bool(call.answered_at and call.ended_at and legs and stays)


ABANDONED: tuple[object, ...] = ("abandoned", "caller", [(1, "abandoned", "", "")], [], [("caller", "")])


def answered(agent: str, by: str) -> tuple[object, ...]:
    return ("answered", by, [(1, "answered", agent, by)], [(agent, "answered")], [("caller", ""), ("agent", agent)])


async def test_an_engine_that_is_killed_and_comes_back(there: DrillLine) -> None:
    async with AsyncExitStack() as stack:
        first = await there.talk(1, "13800000001")
        second = await there.talk(2, "13800000002")
        hasty = await waits(there, stack, "13900000001", 1)
        await there.engine.kill()
        await hasty.hangup()
        await first.hangup()
        await asyncio.sleep(1)
        assert second.in_call
        await there.engine.start()
        await there.agents[2].hangup()
        await gone(second)
        stories = await whole(there, "13800000001", "13800000002", "13900000001")
    assert [told(call) for call in stories] == [
        answered("agent-01", "caller"),
        answered("agent-02", "agent"),
        ABANDONED,
    ]
    assert [call.route for call in stories] == ["engine"] * 3
    assert all(map(whole_times, stories))
    assert all(call.evidence["reconstructed"] for call in (stories[0], stories[2]))


async def test_a_manager_connection_that_is_cut_and_comes_back(there: DrillLine) -> None:
    async with AsyncExitStack() as stack:
        first = await there.talk(1, "13800000011")
        await there.relay.cut()
        await there.agents[1].hangup()
        await gone(first)
        second = await there.talk(2, "13800000012")
        hasty = await waits(there, stack, "13900000011", 1)
        await hasty.hangup()
        patient = await waits(there, stack, "13900000012", 1)
        await second.hangup()
        await there.relay.mend()
        await asyncio.sleep(3)
        assert patient.in_call
        await patient.hangup()
        stories = await whole(there, "13800000011", "13800000012", "13900000011", "13900000012")
    assert [told(call) for call in stories] == [
        answered("agent-01", "agent"),
        answered("agent-02", "caller"),
        ABANDONED,
        ABANDONED,
    ]
    assert all(map(whole_times, stories))
    assert all(call.evidence["reconstructed"] for call in stories[:3])
