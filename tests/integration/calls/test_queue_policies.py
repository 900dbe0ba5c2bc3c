"""Leaving a queue, on the real Asterisk: nobody there, a key to another queue or voicemail; the heavier queue first."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.cli.engine import ask
from ivr.demo.house import House
from ivr.demo.watch import Watch, prompts_of
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Established
from ivr.storage.database import Database
from tests.integration.calls.conftest import Line
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, talking
from tests.integration.conftest import settings_in

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

QUEUES = """\
light: {wrapup: 0, announce_position: 0, weight: 1}
heavy: {wrapup: 0, announce_position: 0, weight: 9}
strict: {wrapup: 0, announce_position: 0, join_empty: false, leave_empty: true}
reached: {wrapup: 0, announce_position: 0, join_empty: false, leave_empty: true, empty: unreachable}
"""
AGENTS = "agent-lee: {name: Lee, extension: 6001, number: 801, queues: [light, heavy, strict, reached]}\n"
LIGHT = """\
start: answer
steps:
  answer: {step: answer, next: wait}
  wait: {step: queue, queue: light, keys: {3: other}, timeout: bye, after: bye}
  other: {step: queue, queue: heavy, keys: {2: mail}, timeout: bye, after: bye}
  mail: {step: voicemail, next: bye}
  bye: {step: hangup, prompts: []}
"""
HEAVY = """\
start: answer
steps:
  answer: {step: answer, next: wait}
  wait: {step: queue, queue: heavy, keys: {2: bye}, timeout: bye, after: bye}
  bye: {step: hangup, prompts: []}
"""
EMPTY = """\
start: answer
steps:
  answer: {step: answer, next: wait}
  wait: {step: queue, queue: NAME, timeout: bye, empty: closed, after: bye}
  closed: {step: play, prompts: [closed], next: bye}
  bye: {step: hangup, prompts: []}
"""


@dataclass
class Lines(Line):
    """A line of four queues; nobody is logged in."""

    async def does(self, act: str, **body: str) -> None:
        """Let the agent log in or out, or pause, as his supervisor does by command."""
        body["by"] = "wang"
        await asyncio.to_thread(ask, self.house.settings, f"/agents/agent-lee/{act}", dict(body))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lines]:
    home = tmp_path_factory.mktemp("policies")
    site = home / "site"
    shutil.copytree(demo_site(), site)
    shutil.rmtree(site / "flows")
    flows = {"light": LIGHT, "heavy": HEAVY, **{one: EMPTY.replace("NAME", one) for one in ("strict", "reached")}}
    files = {"queues": QUEUES, "agents": AGENTS, "numbers": "5001: light\n5002: heavy\n5003: strict\n5004: reached\n"}
    (site / "flows").mkdir()
    for name, text in (files | {f"flows/{flow}": text for flow, text in flows.items()}).items():
        (site / f"{name}.yaml").write_text(text, "utf-8")
    settings_file = site / "site.yaml"
    text = settings_file.read_text("utf-8").replace("default_queue: service", "default_queue: light")
    settings_file.write_text(text, "utf-8")
    settings = settings_in(home / "home", site=site)
    house = House(settings, load_site(site), toolbox)
    async with house, Database(settings.database) as database, house.agent("agent-lee") as agent:
        yield Lines(house, agent, database, Watch(database), home)


async def calls(phone: Softphone, number: str) -> None:
    assert isinstance(await phone.call(number, within=20), Established)


async def test_nobody_joins_an_empty_queue_and_nobody_stays_in_one(lines: Lines) -> None:
    async with lines.caller() as early, lines.caller() as late, lines.caller() as unreached:
        await calls(early, "5003")
        await lines.watch.heard(early.account.user, "closed")
        await lines.does("login")
        await lines.does("pause", reason="break")
        await calls(late, "5003")  # a paused agent is there, but nobody could be rung
        await calls(unreached, "5004")
        await lines.watch.waiting(late.account.user)
        await lines.watch.heard(unreached.account.user, "closed")
        await lines.does("logout")
        await lines.watch.heard(late.account.user, "closed", within=20)
        for phone in (early, late, unreached):
            await phone.hangup()
        refused, withdrawn, alone = [await lines.watch.ended(one.account.user) for one in (early, late, unreached)]
    assert [one.outcome for one in withdrawn.visits] == ["empty"]
    for call in (refused, alone):
        assert [(one.outcome, one.position) for one in call.visits] == [("empty", None)]
    assert {one.outcome for one in (refused, withdrawn, alone)} == {"unserved"}
    assert [prompts_of(one)[0] for one in (refused, withdrawn, alone)] == ["queue-nobody", "queue-join", "queue-nobody"]
    assert withdrawn.visits[0].left_at is not None


async def test_the_heavier_queue_first_and_keys_to_another_queue_and_voicemail(lines: Lines, tmp_path: Path) -> None:
    said = sounds(tmp_path, "message")
    await lines.does("login")
    async with lines.caller() as talks, lines.caller() as light, lines.caller() as heavy, lines.caller() as leaves:
        await calls(talks, "5001")
        assert isinstance(await lines.agent.answer(within=30), Established)
        await calls(leaves, "5001")
        await calls(light, "5001")
        await lines.watch.waiting(light.account.user)
        await lines.watch.waiting(leaves.account.user)
        await leaves.send_digits("3")
        await calls(heavy, "5002")
        await lines.watch.until(leaves.account.user, "the other queue", lambda call: len(call.visits) == 2, within=20)
        await leaves.send_digits("2")
        await lines.watch.heard(leaves.account.user, "voicemail-intro")
        await lines.watch.until(leaves.account.user, "the tone", lambda call: len(call.recordings) == 2, within=20)
        await asyncio.sleep(1.0)
        await leaves.say(said["message"])
        await hang_up_after(leaves)
        await lines.watch.waiting(heavy.account.user)
        await lines.agent.hangup()
        for phone in (heavy, light):
            assert isinstance(await lines.agent.answer(within=30), Established)
            answered = await talking(lines.watch, phone.account.user)  # the one, not the other
            assert answered.ended_at is None
            await lines.agent.hangup()
        first, second = [await lines.watch.ended(one.account.user) for one in (heavy, light)]
        message = await settled(lines, leaves.account.user, 2)
    assert first.visits[0].joined_at > second.visits[0].joined_at
    assert first.visits[0].connected_at < second.visits[0].connected_at  # type: ignore[operator]
    assert [(one.queue, one.outcome) for one in message.visits] == [("light", "key"), ("heavy", "key")]
    assert message.outcome == "voicemail"
    kept = {one.role: holds(lines, one.file, said["message"]) for one in message.recordings}
    assert kept == {"caller": True, "voicemail": True}
