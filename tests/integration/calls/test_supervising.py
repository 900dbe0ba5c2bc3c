"""A supervisor dials: he hears both, whispers to the agent alone, and an agent who is none hears nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage import audit
from tests.integration.calls.conftest import Line
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, to_the_agent
from tests.integration.hearing import best_part

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

HEARD = 0.4  # correlation of a sound in a mix of three


async def hears_now(phone: Softphone, sound: Path) -> bool:
    return best_part(sound, await phone.heard()).correlation > HEARD


async def test_whisper_reaches_the_agent_alone_and_no_file(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "supervisor")
    async with line.caller() as caller, line.house.agent("agent-kim") as supervisor:
        await to_the_agent(line, caller)
        assert isinstance(await supervisor.call("*826001", within=20), Established)
        await written(line, 1)
        await asyncio.sleep(1.0)
        for phone, name in ((caller, "caller"), (line.agent, "agent"), (supervisor, "supervisor")):
            await phone.say(said[name])
        await hang_up_after(line.agent)
        await caller.wait_for(Closed, within=30)
        await supervisor.wait_for(Closed, within=20)  # it ends with the talk
        call = await settled(line, caller.account.user, 2)
        assert await hears_now(supervisor, said["caller"])
        assert await hears_now(supervisor, said["agent"])
        assert not await hears_now(caller, said["supervisor"])
        assert await hears_now(line.agent, said["supervisor"])
    for row in call.recordings:
        assert {name for name, sound in said.items() if holds(line, row.file, sound)} == {row.role}
    assert await written(line, 2) == [
        ("agent-kim", "supervise.whisper", "agent:agent-lee"),
        ("agent-kim", "supervise.whisper.ended", "agent:agent-lee"),
    ]


async def test_a_supervisor_joins_by_code_and_a_plain_agent_hears_nothing(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "supervisor")
    before = len(await acts(line))
    async with line.caller() as caller, line.house.agent("agent-kim") as supervisor:
        await to_the_agent(line, caller)
        assert isinstance(await supervisor.call("*836001", within=20), Established)
        await written(line, before + 1)
        await asyncio.sleep(1.5)
        await supervisor.say(said["supervisor"])
        await hang_up_after(supervisor)
        await line.agent.hangup()
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 3)
        assert await hears_now(caller, said["supervisor"])
        await line.agent.call("*816002")
        await line.agent.wait_for(Closed, within=20)
    files = {row.role: (row.agent, holds(line, row.file, said["supervisor"])) for row in call.recordings}
    assert files == {"caller": ("", False), "agent": ("agent-lee", False), "supervisor": ("agent-kim", True)}
    assert {what for _, what, _ in (await acts(line))[before:]} <= {"supervise.barge", "supervise.barge.ended"}


async def acts(line: Line) -> list[tuple[str, str, str]]:
    async with line.database.read() as session:
        rows = await audit.list_rows(session)
    return [(row.actor, row.action, row.object) for row in reversed(rows) if row.action.startswith("supervise.")]


async def written(line: Line, count: int) -> list[tuple[str, str, str]]:
    """What supervisors did, once that many acts are in the audit chain."""
    async with asyncio.timeout(10):
        while len(found := await acts(line)) < count:
            await asyncio.sleep(0.1)
    return found
