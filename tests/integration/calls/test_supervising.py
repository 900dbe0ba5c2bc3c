"""A supervisor by code and by command: he hears both, whispers to the agent alone, joins; who is none hears nothing."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from ivr.cli.engine import ask
from ivr.core.errors import IvrError, UsageError
from ivr.demo.house import environment_of
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage import audit
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, to_the_agent
from tests.integration.hearing import best_part

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

PARTIES = ("caller", "agent", "supervisor")
HEARD = 0.4  # correlation of a sound in a mix of three


async def hears_now(phone: Softphone, sound: Path) -> bool:
    return best_part(sound, await phone.heard()).correlation > HEARD


async def command(line: Line, act: str, by: str = "agent-kim") -> dict[str, object]:
    """What ``ivr supervise`` asks the engine."""
    body = {"by": by, "user": "wang"}
    return await asyncio.to_thread(ask, line.house.settings, f"/agents/agent-lee/{act}", body)


async def test_who_listens_hears_both_and_is_heard_by_none(line: Line, tmp_path: Path) -> None:
    every = sounds(tmp_path, *PARTIES, *(f"{one} later" for one in PARTIES))
    said, later = ({one: every[f"{one}{when}"] for one in PARTIES} for when in ("", " later"))
    with pytest.raises(UsageError, match="in no talk"):
        await command(line, "listen")
    async with line.caller() as caller, line.house.agent("agent-kim") as supervisor:
        await to_the_agent(line, caller)
        assert isinstance(await supervisor.call("*816001", within=20), Established)
        await written(line, 1)
        with pytest.raises(IvrError, match="busy"):
            await command(line, "listen")
        await asyncio.sleep(0.7)
        for phone, name in ((caller, "caller"), (line.agent, "agent"), (supervisor, "supervisor")):
            await phone.say(said[name])
        await hang_up_after(supervisor)
        await written(line, 2)
        heard = {one: await hears_now(supervisor, said[one]) for one in ("caller", "agent")}
        with pytest.raises(UsageError, match="may not"):
            await command(line, "listen", by="agent-lee")
        assert (await command(line, "listen"))["phone"] == "6002"
        assert isinstance(await supervisor.answer(within=20), Established)
        await written(line, 3)
        await asyncio.sleep(0.7)
        for phone, name in ((caller, "caller"), (line.agent, "agent"), (supervisor, "supervisor")):
            await phone.say(later[name])
        await hang_up_after(line.agent)
        await caller.wait_for(Closed, within=30)
        await supervisor.wait_for(Closed, within=20)  # it ends with the talk
        call = await settled(line, caller.account.user, 2)
        heard |= {f"{one} later": await hears_now(supervisor, later[one]) for one in ("caller", "agent")}
        for sound in (said, later):
            assert await hears_now(caller, sound["agent"])
            assert not await hears_now(caller, sound["supervisor"])
            assert not await hears_now(line.agent, sound["supervisor"])
    assert all(heard.values()), heard
    for row in call.recordings:
        for sound in (said, later):
            assert {name for name, one in sound.items() if holds(line, row.file, one)} == {row.role}
    assert {one[1:] for one in await written(line, 4)} == {
        ("supervise.listen", "agent:agent-lee"),
        ("supervise.listen.ended", "agent:agent-lee"),
    }


async def test_whisper_reaches_the_agent_alone_and_no_file(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "supervisor")
    before = len(await acts(line))
    async with line.caller() as caller, line.house.agent("agent-kim") as supervisor:
        await to_the_agent(line, caller)
        assert isinstance(await supervisor.call("*826001", within=20), Established)
        await written(line, before + 1)
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
    assert (await written(line, before + 2))[before:] == [
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
        await written(line, before + 2)
        assert caller.in_call  # the talk of the two goes on
        assert line.agent.in_call
        await line.agent.hangup()
        await caller.wait_for(Closed, within=30)
        call = await settled(line, caller.account.user, 3)
        assert await hears_now(caller, said["supervisor"])
        await line.agent.call("*816002")
        await line.agent.wait_for(Closed, within=20)
        assert await hears_now(line.agent, prompt("zh-CN", "agent-not-allowed"))
    files = {row.role: (row.agent, holds(line, row.file, said["supervisor"])) for row in call.recordings}
    assert files == {"caller": ("", False), "agent": ("agent-lee", False), "supervisor": ("agent-kim", True)}
    assert {what for _, what, _ in (await acts(line))[before:]} <= {"supervise.barge", "supervise.barge.ended"}


async def test_three_in_a_talk_and_each_in_his_own_file(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent", "supervisor")
    async with line.caller() as caller:
        await to_the_agent(line, caller)
        with pytest.raises(IvrError, match="6002 is not there"):
            await command(line, "barge")
        async with line.house.agent("agent-kim") as supervisor:
            await command(line, "barge")
            assert isinstance(await supervisor.answer(within=15), Established)
            await asyncio.sleep(1.5)
            for phone, name in ((caller, "caller"), (line.agent, "agent"), (supervisor, "supervisor")):
                await phone.say(said[name])
            await hang_up_after(line.agent)
            await caller.wait_for(Closed, within=30)
            await supervisor.wait_for(Closed, within=20)  # it ends with the talk
            call = await settled(line, caller.account.user, 3)
            assert await hears_now(caller, said["supervisor"])
    files = {row.role: row for row in call.recordings}
    assert {role: row.agent for role, row in files.items()} == {
        "caller": "",
        "agent": "agent-lee",
        "supervisor": "agent-kim",
    }
    for role, row in files.items():
        assert {name for name, sound in said.items() if holds(line, row.file, sound)} == {role}
    assert {leg.role for leg in call.legs} == {"caller", "agent", "supervisor"}


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


async def test_what_supervisors_do_leaves_no_drift_in_the_stories(line: Line) -> None:
    answer: dict[str, object] = {}
    async with asyncio.timeout(40):
        while answer.get("under_way") != 0:
            await asyncio.sleep(1.0)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "ivr.app", "calls", "reconcile", "--json"),
                stdout=asyncio.subprocess.PIPE,
                env=os.environ | environment_of(line.house.settings),
            )
            out, _ = await process.communicate()
            answer = json.loads(out)
    assert answer["compared"]
    assert (process.returncode, answer["left"], answer["drift"]) == (0, 0, [])
