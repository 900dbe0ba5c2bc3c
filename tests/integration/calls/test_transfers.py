"""An agent hands a caller on: everybody's words are in his own file, and all files belong to the one call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established, TransferFailed
from tests.integration.calls.conftest import Line
from tests.integration.calls.raw_caller import RawCaller
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, to_the_agent

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def second(line: Line) -> AsyncIterator[Softphone]:
    """Another agent's phone; he is not logged in to any queue."""
    async with line.house.agent("agent-kim") as phone:
        yield phone


@pytest.mark.parametrize("code", ["REFER", "*72"])
async def test_handed_on_to_a_second_agent(line: Line, second: Softphone, tmp_path: Path, code: str) -> None:
    said = sounds(tmp_path, "caller-1", "first", "caller-2", "second", "asked")
    attended = code == "*72"
    async with line.caller() as caller:
        begun = await to_the_agent(line, caller)
        await asyncio.gather(caller.say(said["caller-1"]), line.agent.say(said["first"]))
        # The stock codes for recording are keys like any others here.
        await line.agent.send_digits("*3*1")
        await asyncio.sleep(2)
        if attended:
            await line.agent.send_digits(code)
            await asyncio.sleep(3)  # "to which number?"
            await line.agent.send_digits("6002")
        else:
            await line.agent.transfer("6002")
        assert isinstance(await second.answer(within=20), Established)
        if attended:
            await asyncio.sleep(0.5)
            await line.agent.say(said["asked"])
            await hang_up_after(line.agent)
        await asyncio.sleep(1.5)
        await asyncio.gather(caller.say(said["caller-2"]), second.say(said["second"]))
        assert caller.in_call
        await hang_up_after(second)
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        call = await settled(line, caller.account.user, 3)

    assert call.id == begun.id
    files = {one.agent or one.role: one for one in call.recordings}
    assert set(files) == {"caller", "agent-lee", "agent-kim"}
    assert [one.role for one in (files["agent-lee"], files["agent-kim"])] == ["agent", "agent"]
    heard = {who: {name for name, sound in said.items() if holds(line, row.file, sound)} for who, row in files.items()}
    first = {"first", "asked"} if attended else {"first"}
    assert heard == {"caller": {"caller-1", "caller-2"}, "agent-lee": first, "agent-kim": {"second"}}
    # Pressing *3 and *1 has changed nothing: the first agent's file lasts as long as his leg.
    leg = next(leg for leg in call.legs if leg.uniqueid == files["agent-lee"].uniqueid)
    row = files["agent-lee"]
    assert row.frames is not None and row.started_at is not None and leg.ended_at is not None
    assert row.frames / 8000 == pytest.approx((leg.ended_at - row.started_at).total_seconds(), abs=1.0)
    told = [step for step in call.steps if step.event == "transfer"]
    assert [(step.detail["kind"], step.detail["agent"]) for step in told] == [
        ("attended" if attended else "blind", "agent-lee")
    ]
    assert {leg.agent for leg in call.legs if leg.role == "agent"} == {"agent-lee", "agent-kim"}
    assert (call.outcome, call.hung_up_by) == ("answered", "agent")
    # The flow goes on after the second agent as after the first.
    assert any(step.event == "prompt" and step.detail["prompt"] == "thanks-for-calling" for step in call.steps)


async def test_nobody_transfers_to_a_number_outside_and_no_caller_at_all(line: Line, second: Softphone) -> None:
    assert isinstance(await second.call("1000"), Established)
    await second.transfer("0900123")
    assert "404" in (await second.wait_for(TransferFailed, within=5)).reason
    await second.hangup()
    async with RawCaller(line.house.settings.sip_port) as caller:
        assert await caller.call() == 200
        caller.send("REFER", more=b"Refer-To: <sip:6002@127.0.0.1>")
        assert await caller.status(5.0) >= 400
    etc = line.house.settings.asterisk_dir / "etc" / "extensions.conf"
    context = etc.read_text("utf-8").split("[ivr-transfer]")[1].split("\n[")[0]
    numbers = {row.split(",")[0].removeprefix("exten => ") for row in context.splitlines() if row.startswith("exten")}
    assert numbers == {"6001", "6002", "6100", "service"}
