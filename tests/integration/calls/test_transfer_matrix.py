"""All ways of handing a caller on, some in a row, and what callers try.

Every party's words are in his own file, each agent has his talk, and CEL and queue_log tell the same story.
Unasked and asked transfers to one agent: test_transfers.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.core.clock import FixedClock
from ivr.journal.reconcile.read import Sources
from ivr.journal.reconcile.run import Reconciler
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established, Incoming
from ivr.storage.models import Call
from tests.integration.calls.conftest import Line
from tests.integration.calls.raw_caller import RawCaller
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, to_the_agent

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]

WAIT = 1.2  # seconds until a bridge that has just been made carries sound on a loaded machine


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def second(line: Line) -> AsyncIterator[Softphone]:
    """Another agent's phone; he is not logged in to any queue at first."""
    async with line.house.agent("agent-kim") as phone:
        yield phone


def rung(phone: Softphone) -> int:
    return sum(isinstance(event, Incoming) for event in phone.events)


def talks_of(call: Call) -> list[tuple[str, str, str, str, str]]:
    return [(one.agent, one.origin, one.queue, one.handed_by, one.ended_by) for one in call.talks]


def heard_in(line: Line, call: Call, said: dict[str, Path]) -> list[tuple[str, set[str]]]:
    """Who is in which file, in the order in which the files began, and what is heard in it."""
    rows = sorted(call.recordings, key=lambda row: row.id)
    return [
        (row.agent or row.role, {name for name, sound in said.items() if holds(line, row.file, sound)}) for row in rows
    ]


def assert_in_order(call: Call) -> None:
    """The talks do not overlap, and each lies within the leg of its agent."""
    legs = {leg.uniqueid: leg for leg in call.legs}
    ends = [call.started_at]
    for talk in call.talks:
        leg = legs[talk.uniqueid]
        assert leg.agent == talk.agent
        assert leg.started_at < talk.connected_at < talk.completed_at
        assert leg.ended_at is not None
        assert (talk.completed_at - leg.ended_at).total_seconds() < 1.0
        assert talk.connected_at >= ends[-1]
        ends.append(talk.completed_at)


async def assert_reconciled(line: Line, call: Call) -> None:
    """What Asterisk wrote down by itself tells the same; a minute later, so that no file is still being written."""
    clock = FixedClock(datetime.now(UTC) + timedelta(minutes=1))
    sources = Sources.of(line.house.settings)
    run = Reconciler(line.database, clock, sources, lambda: {"6001": "agent-lee", "6002": "agent-kim"})
    report = await run.run(since=call.started_at - timedelta(seconds=1), check=True)
    assert (report.compared, report.drift, report.under_way) == (report.agreeing, [], {})
    assert report.agreeing


async def together(caller: Softphone, agent: Softphone, said: dict[str, Path], number: int) -> None:
    """Both say what they have to say at this stage of the call."""
    await asyncio.sleep(WAIT)
    await asyncio.gather(caller.say(said[f"caller-{number}"]), agent.say(said[f"agent-{number}"]))
    await asyncio.sleep(0.5)


def stages(folder: Path, number: int, *more: str) -> dict[str, Path]:
    names = [f"{who}-{stage}" for stage in range(1, number + 1) for who in ("caller", "agent")]
    return sounds(folder, *names, *more)


async def test_a_hand_over_that_is_refused_goes_back_to_the_queue(
    line: Line, second: Softphone, tmp_path: Path
) -> None:
    said = stages(tmp_path, 2)
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await together(caller, line.agent, said, 1)
        await line.agent.transfer("6002")
        await second.wait_for(Incoming, within=20)
        await second.hangup()
        assert isinstance(await line.agent.answer(within=40), Established)
        await together(caller, line.agent, said, 2)
        await hang_up_after(caller)
        call = await settled(line, caller.account.user, 3)
    assert heard_in(line, call, said) == [
        ("caller", {"caller-1", "caller-2"}),
        ("agent-lee", {"agent-1"}),
        ("agent-lee", {"agent-2"}),
    ]
    assert talks_of(call) == [
        ("agent-lee", "queue", "service", "", "transfer"),
        ("agent-lee", "queue", "service", "", "caller"),
    ]
    assert_in_order(call)
    assert [(visit.agent, visit.ended_by) for visit in call.visits] == [
        ("agent-lee", "transfer"),
        ("agent-lee", "caller"),
    ]
    assert [ring.agent for visit in call.visits for ring in visit.rings] == ["agent-lee"] * 2
    refused = [leg for leg in call.legs if leg.answered_at is None]
    assert [(leg.channel.split("-")[0], leg.hangup_cause) for leg in refused] == [("PJSIP/6002", 17)]  # user busy
    assert (call.outcome, call.hung_up_by) == ("answered", "caller")
    await assert_reconciled(line, call)


async def test_asked_on_a_second_line_then_to_a_queue_by_refer_then_asked_by_key(
    line: Line, second: Softphone, tmp_path: Path
) -> None:
    """Lee, with Replaces, to Kim; Kim unasked to the queue, which finds Lee; he asks that queue, where Kim is now."""
    said = stages(tmp_path, 4, "asked-1", "asked-2")
    port, secret = line.house.settings.sip_port, line.agent.account.secret
    other = RawCaller(port, user="6002", sender=b"<sip:6001@127.0.0.1>", account=("6001", secret))
    async with line.caller() as caller, other:
        await to_the_agent(line, caller)
        await together(caller, line.agent, said, 1)
        asking = asyncio.create_task(other.call(20))
        assert isinstance(await second.answer(within=20), Established)
        assert await asking == 200
        await asyncio.sleep(WAIT)
        await second.say(said["asked-1"])
        await asyncio.sleep(0.8)
        await line.agent.transfer("6002", replaces=other.replaces)
        assert isinstance(await line.agent.wait_for(Closed, within=10), Closed)
        await together(caller, second, said, 2)
        await second.transfer("6100")
        assert isinstance(await line.agent.answer(within=40), Established)
        await together(caller, line.agent, said, 3)
        await second.call("*45")
        await second.wait_for(Closed, within=20)
        try:
            await line.agent.send_digits("*72")
            await asyncio.sleep(3)  # "to which number?"
            await line.agent.send_digits("6100")
            assert isinstance(await second.answer(within=40), Established)
            await asyncio.sleep(WAIT)
            await line.agent.say(said["asked-2"])
            await hang_up_after(line.agent)
            await together(caller, second, said, 4)
            await hang_up_after(second)
            assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        finally:
            await second.hangup()
            await second.call("*45")
            await second.wait_for(Closed, within=20)
        call = await settled(line, caller.account.user, 5)
    assert heard_in(line, call, said) == [
        ("caller", {"caller-1", "caller-2", "caller-3", "caller-4"}),
        ("agent-lee", {"agent-1"}),
        ("agent-kim", {"asked-1", "agent-2"}),
        ("agent-lee", {"agent-3", "asked-2"}),
        ("agent-kim", {"agent-4"}),
    ]
    assert talks_of(call) == [
        ("agent-lee", "queue", "service", "", "transfer"),
        ("agent-kim", "transfer", "", "agent-lee", "transfer"),
        ("agent-lee", "queue", "service", "agent-kim", "transfer"),
        ("agent-kim", "queue", "service", "agent-lee", "agent"),
    ]
    assert_in_order(call)
    assert [(visit.agent, visit.ended_by) for visit in call.visits] == [
        ("agent-lee", "transfer"),
        ("agent-lee", "transfer"),
        ("agent-kim", "agent"),
    ]
    handed = [step for step in call.steps if step.event == "transfer"]
    assert [(step.detail["kind"], step.detail["agent"]) for step in handed] == [
        ("attended", "agent-lee"),
        ("blind", "agent-kim"),
        ("attended", "agent-lee"),
    ]
    # Kim talked to the caller from when Lee handed on, not from when she was asked; her stay ended with her.
    assert call.talks[-1].connected_at == handed[-1].at
    last = call.visits[-1]
    assert last.connected_at is not None and last.completed_at is not None
    assert last.connected_at < handed[-1].at < last.completed_at
    assert (call.outcome, call.hung_up_by) == ("answered", "agent")
    await assert_reconciled(line, call)


async def test_twice_in_a_row_and_back_to_the_first(line: Line, second: Softphone, tmp_path: Path) -> None:
    """Lee hands on unasked, by key, to Kim, and Kim, who asks him first, back to Lee."""
    said = sounds(tmp_path, "caller-1", "lee-1", "caller-2", "kim", "asked", "caller-3", "lee-2")
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await asyncio.gather(caller.say(said["caller-1"]), line.agent.say(said["lee-1"]))
        await asyncio.sleep(0.5)
        await line.agent.send_digits("*71")
        await asyncio.sleep(3)  # "to which number?"
        await line.agent.send_digits("6002")
        assert isinstance(await second.answer(within=20), Established)
        await asyncio.sleep(WAIT)
        await asyncio.gather(caller.say(said["caller-2"]), second.say(said["kim"]))
        await asyncio.sleep(0.5)
        await second.send_digits("*72")
        await asyncio.sleep(3)  # "to which number?"
        await second.send_digits("6001")
        assert isinstance(await line.agent.answer(within=20), Established)
        await asyncio.sleep(0.5)
        await second.say(said["asked"])
        await hang_up_after(second)
        await asyncio.sleep(WAIT)
        await asyncio.gather(caller.say(said["caller-3"]), line.agent.say(said["lee-2"]))
        await hang_up_after(line.agent)
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        call = await settled(line, caller.account.user, 4)
    assert heard_in(line, call, said) == [
        ("caller", {"caller-1", "caller-2", "caller-3"}),
        ("agent-lee", {"lee-1"}),
        ("agent-kim", {"kim", "asked"}),
        ("agent-lee", {"lee-2"}),
    ]
    assert talks_of(call) == [
        ("agent-lee", "queue", "service", "", "transfer"),
        ("agent-kim", "transfer", "", "agent-lee", "transfer"),
        ("agent-lee", "transfer", "", "agent-kim", "agent"),
    ]
    assert_in_order(call)
    assert [step.detail["kind"] for step in call.steps if step.event == "transfer"] == ["blind", "attended"]


async def test_to_a_queue_whose_agent_has_a_talk_of_his_own(line: Line, second: Softphone, tmp_path: Path) -> None:
    """By key to the queue's number; Lee, who is in his after-call time there, is not rung again."""
    said = sounds(tmp_path, "caller-1", "lee", "caller-2", "kim")
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        await second.call("*45")
        await second.wait_for(Closed, within=20)
        try:
            await asyncio.gather(caller.say(said["caller-1"]), line.agent.say(said["lee"]))
            await asyncio.sleep(0.5)
            await line.agent.send_digits("*71")
            await asyncio.sleep(3)  # "to which number?"
            await line.agent.send_digits("6100")
            assert isinstance(await second.answer(within=40), Established)
            await asyncio.sleep(WAIT)
            await asyncio.gather(caller.say(said["caller-2"]), second.say(said["kim"]))
            await hang_up_after(second)
            assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        finally:
            await second.hangup()
            await second.call("*45")
            await second.wait_for(Closed, within=20)
        call = await settled(line, caller.account.user, 3)
    assert heard_in(line, call, said) == [
        ("caller", {"caller-1", "caller-2"}),
        ("agent-lee", {"lee"}),
        ("agent-kim", {"kim"}),
    ]
    assert talks_of(call) == [
        ("agent-lee", "queue", "service", "", "transfer"),
        ("agent-kim", "queue", "service", "agent-lee", "agent"),
    ]
    assert_in_order(call)
    assert [(visit.queue, visit.agent) for visit in call.visits] == [("service", "agent-lee"), ("service", "agent-kim")]


async def test_what_a_caller_presses_in_a_talk_does_nothing(line: Line, second: Softphone, tmp_path: Path) -> None:
    """## and the agents' own codes: he stays with his agent, and nobody's phone rings."""
    said = sounds(tmp_path, "caller", "agent")
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        before = rung(second)
        for keys in ("##6002", "*716002", "*726002", "*91"):
            await caller.send_digits(keys)
        await asyncio.sleep(2.5)
        assert rung(second) == before
        await asyncio.gather(caller.say(said["caller"]), line.agent.say(said["agent"]))
        await hang_up_after(line.agent)
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 2)
    assert heard_in(line, call, said) == [("caller", {"caller"}), ("agent-lee", {"agent"})]
    assert not [step for step in call.steps if step.event in {"transfer", "paused"}]
    assert talks_of(call) == [("agent-lee", "queue", "service", "", "agent")]


async def test_a_callers_refer_is_declined_and_the_talk_goes_on(line: Line, second: Softphone) -> None:
    before = rung(second)
    async with RawCaller(line.house.settings.sip_port, user="3000", sender=b"<sip:13800000077@127.0.0.1>") as caller:
        assert await caller.call() == 200
        assert isinstance(await line.agent.answer(within=40), Established)
        for target in (b"6002", b"6100", b"service", b"13912345678"):
            caller.send("REFER", more=b"Refer-To: <sip:" + target + b"@127.0.0.1>")
            assert await caller.status(5.0) == 603
        await asyncio.sleep(1.0)
        assert line.agent.in_call
        assert rung(second) == before
    call = await line.watch.ended("13800000077")
    assert not [step for step in call.steps if step.event == "transfer"]
    assert talks_of(call) == [("agent-lee", "queue", "service", "", "caller")]
