"""What an agent is told of a caller before they are joined, on the real Asterisk: who hears it, what it counts as."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.layout import control_socket
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House, environment_of
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import Sound, read_wav
from ivr.storage.database import Database
from ivr.storage.models import Call
from prompts.sounds import moh_folder
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, talking
from tests.integration.calls.test_queues import hears_words
from tests.integration.conftest import settings_in

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

CALLER = "13900000777"  # a number given out in Xinjiang


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    """A queue whose agent is told everything."""
    home = tmp_path_factory.mktemp("whispers")
    shutil.copytree(demo_site(), home / "site")
    (home / "site" / "numbers.yaml").write_text("4000: short\n", "utf-8")
    (home / "site" / "queues.yaml").write_text(
        "service:\n"
        "  {title: 客服, title_prompt: queue-title-service, whisper: [queue, region, contacts, language, wait],"
        " wrapup: 0, announce_position: 0}\n",
        "utf-8",
    )
    shutil.rmtree(home / "site" / "flows")
    (home / "site" / "flows").mkdir()
    (home / "site" / "flows" / "short.yaml").write_text(
        """\
start: answer
steps:
  answer: {step: answer, next: wait}
  wait: {step: queue, queue: service, timeout: bye, after: bye}
  bye: {step: hangup}
""",
        "utf-8",
    )
    settings = settings_in(home / "home", site=home / "site")
    house = House(settings, load_site(home / "site"), toolbox)
    async with house, Database(settings.database) as database, house.agent("agent-lee") as agent:
        await agent.call("*45")
        await agent.wait_for(Closed, within=20)
        yield Line(house, agent, database, Watch(database), home)


async def rung(line: Line, phone: Softphone) -> Call:
    """Call and wait until the agent has answered: he is being told who is calling."""
    assert isinstance(await phone.call("4000", within=20), Established)
    await line.watch.waiting(CALLER)
    assert isinstance(await line.agent.answer(within=20, after=0.7), Established)
    return await line.watch.waiting(CALLER)


async def live(line: Line) -> dict[str, int]:
    """The queue's part of the live state."""
    transport = httpx.AsyncHTTPTransport(uds=str(control_socket(line.house.settings)))
    async with httpx.AsyncClient(transport=transport, base_url="http://ivr") as client:
        answer = (await client.get("/live")).json()
    return dict(answer["queue"]["service"]["service_level"])


async def command(line: Line, *words: str) -> asyncio.subprocess.Process:
    """A command, as its user runs it."""
    environment = os.environ | environment_of(line.house.settings)
    interpreter = (sys.executable, "-m", "ivr.app")
    return await asyncio.create_subprocess_exec(*interpreter, *words, stdout=asyncio.subprocess.PIPE, env=environment)


def queue_log(line: Line) -> list[str]:
    """Events of the queue, in order."""
    rows = (line.house.settings.asterisk_dir / "log" / "queue_log").read_text("utf-8").splitlines()
    return [row.split("|")[4] for row in rows]


def music_during(file: Path, begin: float, end: float) -> float:
    """How much a stretch of what the caller heard (seconds) is like the music on hold: the lesser of its halves."""
    heard = read_wav(file)
    middle = (begin + end) / 2
    stretches = [
        heard.samples[int(at * heard.rate) : int(until * heard.rate)] for at, until in ((begin, middle), (middle, end))
    ]
    music = moh_folder() / "calm.wav"
    return min(find_sound(Sound(samples, heard.rate), music).correlation for samples in stretches)


def silent_of(file: Path, words: str) -> bool:
    """Whether a prompt as a whole is not heard."""
    return find_sound(prompt("zh-CN", words), file).correlation < 0.45


async def test_the_agent_alone_hears_who_is_calling(line: Line, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "agent")
    pops = await command(line, "agents", "pops", "agent-lee", "--json")
    assert pops.stdout is not None
    assert json.loads(await asyncio.wait_for(pops.stdout.readline(), 30))["type"] == "snapshot"
    async with line.house.caller(CALLER) as caller:
        before = await rung(line, caller)
        await talking(line.watch, CALLER)
        await caller.say(said["caller"])
        await line.agent.say(said["agent"])
        await hang_up_after(caller)
        call = await settled(line, CALLER, 2)
        of_caller = await caller.heard()
        visit, ring = call.visits[0], call.visits[0].rings[0]
        assert call.answered_at and visit.connected_at and ring.ended_at
        begin, end = ((at - call.answered_at).total_seconds() for at in (ring.ended_at, visit.connected_at))
        assert music_during(of_caller, begin + 0.3, end - 0.3) > 0.6
        assert silent_of(of_caller, "queue-title-service") and silent_of(of_caller, "region-xinjiang")
    await line.agent.wait_for(Closed, within=20)
    of_agent = await line.agent.heard()
    told = {name: hears_words(of_agent, prompt("zh-CN", name)) for name in ("queue-title-service", "region-xinjiang")}
    assert told == {"queue-title-service": True, "region-xinjiang": True}
    assert before.visits[0].connected_at is None
    assert (visit.outcome, ring.result, len(call.visits), len(visit.rings)) == ("answered", "answered", 1, 1)
    assert 1 < end - begin < 6  # at most 5 s, and getting there
    files = {one.role: one for one in call.recordings}
    held = {role: {name for name, words in said.items() if holds(line, one.file, words)} for role, one in files.items()}
    assert held == {"caller": {"caller"}, "agent": {"agent"}}
    recorded = line.house.settings.recordings / files["agent"].file
    assert silent_of(recorded, "queue-title-service") and silent_of(recorded, "region-xinjiang")
    assert files["agent"].started_at >= visit.connected_at - timedelta(seconds=0.5)
    assert [(talk.agent, talk.connected_at) for talk in call.talks] == [("agent-lee", visit.connected_at)]
    pops.terminate()
    told_as_lines, _ = await asyncio.wait_for(pops.communicate(), 20)
    states = [line["state"] for line in map(json.loads, told_as_lines.splitlines()) if line["type"] == "change"]
    assert states[-1] is None  # over
    shown = [state for state in states if state and state["known"]]
    assert [state["state"] for state in shown] == ["ringing", "connected"]
    assert (shown[0]["call"], shown[0]["queue"], shown[0]["calls"]) == (call.linkedid, "service", 1)
    assert (shown[0]["number"], shown[0]["region"]["zh"]) == ("*********77", "新疆乌鲁木齐市")


async def test_a_caller_who_hangs_up_meanwhile_has_given_up(line: Line) -> None:
    lost = (await live(line))["abandoned"]
    async with line.house.caller(CALLER) as caller:
        await rung(line, caller)
        await asyncio.sleep(1)
        await caller.hangup()
        await line.agent.wait_for(Closed, within=20)
    call = await line.watch.ended(CALLER)
    (visit,) = call.visits
    assert (call.outcome, visit.outcome, visit.connected_at, len(call.talks)) == ("abandoned", "abandoned", None, 0)
    assert [one.result for one in visit.rings] == ["cancelled"]
    assert [one.role for one in call.recordings] == ["caller"]
    assert (await live(line))["abandoned"] == lost + 1
    assert hears_words(await line.agent.heard(), prompt("zh-CN", "whisper-contact"))  # his second call
    assert queue_log(line)[-1] == "ABANDON"


async def test_an_agent_who_hangs_up_meanwhile_has_refused_and_the_caller_waits_on(line: Line) -> None:
    async with line.house.caller(CALLER) as caller:
        await rung(line, caller)
        await asyncio.sleep(0.5)
        await line.agent.hangup()
        assert isinstance(await line.agent.answer(within=20), Established)
        call = await talking(line.watch, CALLER)
        await hang_up_after(caller)
        await line.agent.wait_for(Closed, within=20)
    call = await line.watch.ended(CALLER)
    (visit,) = call.visits
    assert [one.result for one in visit.rings] == ["refused", "answered"]
    assert (visit.outcome, len(call.talks), len(call.recordings)) == ("answered", 1, 2)
    assert "AGENTDUMP" in queue_log(line)
    process = await command(line, "calls", "reconcile", "--json")
    told, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, told.decode()
