"""The flow hands callers on, records what they say, and asks how the service was: on the real Asterisk."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House
from ivr.demo.watch import Watch, prompts_of
from ivr.softphones.account import Account
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.softphones.listening import find_sound
from ivr.storage.database import Database
from ivr.storage.models import Call, Recording
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, talking
from tests.integration.calls.test_transfer_matrix import assert_reconciled
from tests.integration.conftest import settings_in
from tests.integration.hearing import hears
from tests.ports import free_port

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

FLOWS = {
    "3101": """\
start: answer
steps:
  answer: {step: answer, next: kim}
  kim: {step: transfer, agent: agent-kim, prompts: [queue-comfort], ring: 20, after: asked, failure: bye}
  asked:
    step: survey
    questions:
      - {name: satisfaction, prompts: [survey-satisfaction], keys: [1, 2, 3, 4, 5]}
      - {name: solved, prompts: [survey-solved], keys: [1, 2]}
    next: bye
  bye: {step: hangup}
""",
    "3102": """\
start: answer
steps:
  answer: {step: answer, next: complaint}
  complaint: {step: record, prompts: [enter-number], variable: complaint, review: true, next: bye}
  bye: {step: hangup}
""",
    "3103": """\
start: answer
steps:
  answer: {step: answer, next: which}
  which: {step: collect, prompts: [enter-number], variable: wanted, next: there}
  there: {step: transfer, extension: "{wanted}", failure: bye}
  bye: {step: hangup}
""",
    "3104": """\
start: answer
steps:
  answer: {step: answer, next: service}
  service: {step: transfer, queue: service, after: bye, failure: bye}
  bye: {step: hangup, prompts: [thanks-for-calling]}
""",
    "3105": """\
start: answer
steps:
  answer: {step: answer, next: repairs}
  repairs: {step: transfer, outside: 9001, after: bye, failure: bye}
  bye: {step: hangup, prompts: [thanks-for-calling]}
""",
}
NETWORK = "127.0.0.2"  # the provider, and whom the site lets be called there


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    home = tmp_path_factory.mktemp("talks")
    folder = home / "site"
    shutil.copytree(demo_site(), folder)
    for number, flow in FLOWS.items():
        with (folder / "numbers.yaml").open("a", encoding="utf-8") as file:
            file.write(f"\n{number}: flow-{number}\n")
        (folder / "flows" / f"flow-{number}.yaml").write_text(flow, "utf-8")
    port = free_port(neighbours=1)
    (folder / "trunks.yaml").write_text(f"network: {{host: {NETWORK}, port: {port}, qualify: 0}}\n", "utf-8")
    with (folder / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("\noutside: {9001: {trunk: network, number: '01012345678', title: repairs}}\n")
    settings = settings_in(home / "home", site=folder, metrics_port=free_port())
    house = House(settings, load_site(folder), toolbox)
    async with house, Database(settings.database) as database, house.agent("agent-lee") as agent:
        await agent.call("*45")
        await agent.wait_for(Closed, within=20)
        yield Line(house, agent, database, Watch(database), home)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kim(line: Line) -> AsyncIterator[Softphone]:
    """An agent who is logged in to no queue."""
    async with line.house.agent("agent-kim") as phone:
        yield phone


async def test_side_by_side(line: Line, kim: Softphone, tmp_path: Path) -> None:
    said = sounds(tmp_path, "caller", "kim", "first", "second", "guest", "repairs")
    calls = await asyncio.gather(
        to_an_agent(line, kim, said),
        statement(line, said),
        to_nobody(line),
        to_a_queue(line),
        to_somebody_outside(line, said),
    )
    for call in calls:
        await assert_reconciled(line, call)


async def to_an_agent(line: Line, kim: Softphone, said: dict[str, Path]) -> Call:
    async with line.caller() as caller:
        assert isinstance(await caller.call("3101", within=20), Established)
        assert isinstance(await kim.answer(within=30), Established)
        await asyncio.sleep(0.5)
        await asyncio.gather(caller.say(said["caller"]), kim.say(said["kim"]))
        await hang_up_after(kim)
        await line.watch.heard(caller.account.user, "survey-satisfaction")
        await caller.send_digits("5")
        await line.watch.heard(caller.account.user, "survey-solved")
        await caller.hangup()
        call = await settled(line, caller.account.user, 2)
    files = {one.agent or one.role: one for one in call.recordings}
    assert {who: (row.role, heard_in(line, row, said)) for who, row in files.items()} == {
        "caller": ("caller", {"caller"}),
        "agent-kim": ("agent", {"kim"}),
    }
    assert (call.outcome, call.hung_up_by, call.visits) == ("answered", "agent", [])
    assert [(one.agent, one.origin, one.queue, one.ended_by) for one in call.talks] == [
        ("agent-kim", "transfer", "", "agent")
    ]
    assert [(one.question, one.answer, one.agent) for one in call.answers] == [
        ("satisfaction", "5", "agent-kim"),
        ("solved", "", "agent-kim"),
    ]
    return call


async def statement(line: Line, said: dict[str, Path]) -> Call:
    async with line.caller() as caller:
        user = caller.account.user
        assert isinstance(await caller.call("3102", within=20), Established)
        for name, choice in (("first", "3"), ("second", "2")):
            await recording(line, user, 1 if name == "first" else 2)
            await caller.say(said[name])
            await asyncio.sleep(0.5)
            await caller.send_digits("#")
            await line.watch.heard(user, "record-review", times=1 if name == "first" else 2)
            await caller.send_digits(choice)
        await line.watch.heard(user, "record-review", times=3)
        await caller.send_digits("1")
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        heard = await caller.heard()
        assert hears(heard, said["second"])
        assert not hears(heard, said["first"])
        call = await settled(line, user, 3)
    told = [row for row in call.recordings if row.role == "statement"]
    assert [(heard_in(line, row, said), row.state, row.note) for row in told] == [
        ({"first"}, "closed", "the caller has recorded it anew"),
        ({"second"}, "closed", ""),
    ]
    assert "record-kept" in prompts_of(call)
    assert (call.outcome, all(row.sha256 for row in told)) == ("self_service", True)
    return call


async def to_nobody(line: Line) -> Call:
    async with line.caller() as caller:
        assert isinstance(await caller.call("3103", within=20), Established)
        await line.watch.heard(caller.account.user, "enter-number")
        await caller.send_digits("0900123#")
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        assert find_sound(prompt("zh-CN", "transfer-failed"), await caller.heard()).correlation > 0.6
        call = await settled(line, caller.account.user, 1)
    assert (call.outcome, len(call.legs)) == ("unserved", 1)
    return call


async def to_a_queue(line: Line) -> Call:
    async with line.caller() as caller:
        assert isinstance(await caller.call("3104", within=20), Established)
        assert isinstance(await line.agent.answer(within=30), Established)
        await talking(line.watch, caller.account.user)
        await hang_up_after(line.agent)
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        call = await settled(line, caller.account.user, 2)
    assert [(visit.queue, visit.outcome, visit.ended_by) for visit in call.visits] == [("service", "answered", "agent")]
    assert (call.outcome, call.hung_up_by) == ("answered", "agent")
    assert "thanks-for-calling" in prompts_of(call)
    assert "transfer-wait" not in prompts_of(call)
    return call


async def to_somebody_outside(line: Line, said: dict[str, Path]) -> Call:
    toolbox, settings = line.house.toolbox, line.house.settings
    account = Account("01012345678", settings.sip_port)
    port = line.house.site.trunks["network"].port
    phone = Softphone(toolbox.command("baresip"), toolbox.baresip_modules, account, host=NETWORK, sip_port=port)
    async with phone, line.caller() as caller:
        assert isinstance(await caller.call("3105", within=20), Established)
        assert isinstance(await phone.answer(within=30), Established)
        await asyncio.sleep(0.5)
        await asyncio.gather(caller.say(said["guest"]), phone.say(said["repairs"]))
        await hang_up_after(phone)
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        assert hears(await caller.heard(), said["repairs"])
        call = await settled(line, caller.account.user, 1)
    assert [(row.role, heard_in(line, row, said)) for row in call.recordings] == [("caller", {"guest"})]
    assert (call.outcome, call.hung_up_by, call.talks) == ("answered", "system", [])
    assert "thanks-for-calling" in prompts_of(call)
    return call


async def test_an_agent_in_a_talk_is_busy_and_an_engine_killed_meanwhile(line: Line, kim: Softphone) -> None:
    # The last test of the house: nobody needs the engine any more.
    async with line.caller() as caller:
        assert isinstance(await caller.call("3101", within=20), Established)
        assert isinstance(await kim.answer(within=30), Established)
        await one_too_many(line, kim)
        await line.house.engine.kill()
        await asyncio.sleep(0.5)
        assert caller.in_call
        await kim.hangup()
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        heard = await caller.heard()
        assert find_sound(prompt("zh-CN", "emergency-goodbye"), heard).correlation > 0.6
        assert find_sound(prompt("zh-CN", "emergency-greeting"), heard).correlation < 0.45


async def one_too_many(line: Line, kim: Softphone) -> None:
    """An agent in a talk is busy: his phone is not asked."""
    before = len(kim.events)
    async with line.caller() as caller:
        assert isinstance(await caller.call("3101", within=20), Established)
        assert isinstance(await caller.wait_for(Closed, within=30), Closed)
        assert find_sound(prompt("zh-CN", "transfer-failed"), await caller.heard()).correlation > 0.6
        call = await settled(line, caller.account.user, 1)
    assert [step.detail["status"] for step in call.steps if step.event == "leave"] == ["BUSY"]
    assert (call.outcome, len(call.legs), len(kim.events)) == ("unserved", 1, before)


def heard_in(line: Line, row: Recording, said: dict[str, Path]) -> set[str]:
    """Which of the sounds a recording holds."""
    return {name for name, sound in said.items() if holds(line, row.file, sound)}


async def recording(line: Line, user: str, times: int) -> None:
    """Wait for the tone after which a message is recorded."""

    def begun(call: Call) -> bool:
        return sum(row.role == "statement" and row.started_at is not None for row in call.recordings) >= times

    await line.watch.until(user, f"statement {times}", begun, within=30)
