"""A supervisor joins a talk: three in one bridge, three files, and his words are never the agent's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.ami.client import AmiClient
from ivr.asterisk.secrets import AMI_USER, load_secrets
from ivr.core.clock import SystemClock
from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from tests.integration.calls.conftest import Line
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, to_the_agent

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


async def test_three_in_a_talk_and_each_in_his_own_file(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "supervisor")
    settings = line.house.settings
    manager = AmiClient("127.0.0.1", settings.ami_port, AMI_USER, load_secrets(settings).ami, clock=SystemClock())
    async with manager, line.caller() as caller, line.house.agent("agent-kim") as supervisor:
        call = await to_the_agent(line, caller)
        leg = next(leg for leg in call.legs if leg.role == "agent")
        await manager.action(
            "Originate",
            {
                "Channel": "PJSIP/6002",
                "Context": "ivr-barge",
                "Exten": "s",
                "Priority": 1,
                "Variable": f"IVR_BARGE={leg.channel}",
                "Async": "true",
            },
        )
        assert isinstance(await supervisor.answer(within=15), Established)
        await asyncio.sleep(1.5)
        for phone, name in ((caller, "caller"), (line.agent, "agent"), (supervisor, "supervisor")):
            await phone.say(said[name])
        await hang_up_after(supervisor)
        await line.agent.hangup()
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 3)
        heard = find_sound(said["supervisor"], await caller.heard())
    assert heard.correlation > 0.4  # mixed, and yet heard
    files = {row.role: row for row in call.recordings}
    assert {role: row.agent for role, row in files.items()} == {
        "caller": "",
        "agent": "agent-lee",
        "supervisor": "agent-kim",
    }
    for role, row in files.items():
        assert {name for name, sound in said.items() if holds(line, row.file, sound)} == {role}
    assert {leg.role for leg in call.legs} == {"caller", "agent", "supervisor"}
