"""Waiting, on the real Asterisk: what callers are told, how they leave, who comes first, and being called back."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House
from ivr.demo.watch import Watch
from ivr.softphones.account import Account
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established, Incoming
from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import read_wav
from ivr.storage import callbacks
from ivr.storage.database import Database
from ivr.storage.models import Call, Callback
from prompts.sounds import duration
from tests.integration.calls.conftest import Line, prompt
from tests.integration.calls.talk import hang_up_after, holds, settled, sounds, talking
from tests.integration.conftest import settings_in
from tests.integration.hearing import PART, parts
from tests.ports import free_port

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

CUSTOMER = "13900000101"
WRAPUP = 3  # seconds, in which a callback gets its agent


@dataclass
class Lines(Line):
    """A line with two queues, of which one overflows into the other."""

    customer_port: int = 0

    def customer(self) -> Softphone:
        """A caller whose phone can be called, too."""
        tools, account = self.house.toolbox, Account(CUSTOMER, self.house.settings.sip_port)
        command, modules = tools.command("baresip"), tools.baresip_modules
        return Softphone(command, modules, account, sip_port=self.customer_port, keep=self.heard_in / "customer")

    async def callbacks(self) -> list[Callback]:
        async with self.database.read() as session:
            return list(await callbacks.newest(session))


def write_site(folder: Path, customer_port: int, first: str) -> None:
    shutil.copytree(demo_site(), folder)
    shutil.rmtree(folder / "flows")
    (folder / "flows").mkdir()
    with (folder / "site.yaml").open("a", encoding="utf-8") as file:
        file.write(
            f"""
priorities: {{4001: 5}}
callback:
  dial: PJSIP/anonymous/sip:{{number}}@127.0.0.1:{customer_port}
  allowed: [139XXXXXXXX]
  ring: 20
  retry_after: 2
  first: {first}
"""
        )
    (folder / "numbers.yaml").write_text("4000: short\n4001: short\n4002: over\n", "utf-8")
    (folder / "queues.yaml").write_text(
        f"""
service:
  wrapup: {WRAPUP}
  announcer: engine
  announce_position: 8
  announce_wait: true
spare: {{announce_position: 0}}
""",
        "utf-8",
    )
    wait = "wait: {step: queue, queue: service, keys: {1: later}, timeout: bye, after: bye}"
    later = "later: {step: callback, queue: service, next: bye, failure: bye, after: bye}"
    (folder / "flows" / "short.yaml").write_text(
        f"""\
start: answer
steps:
  answer: {{step: answer, next: language}}
  language: {{step: language, choices: {{1: zh-CN, 3: ko-KR}}, next: hello}}
  hello: {{step: play, prompts: [recording-notice], next: wait}}
  {wait}
  {later}
  bye: {{step: hangup}}
""",
        "utf-8",
    )
    (folder / "flows" / "over.yaml").write_text(
        f"""\
start: answer
steps:
  answer: {{step: answer, next: hello}}
  hello: {{step: play, prompts: [recording-notice], next: first}}
  first: {{step: queue, queue: spare, wait: 5, timeout: wait}}
  {wait}
  {later}
  bye: {{step: hangup}}
""",
        "utf-8",
    )


@asynccontextmanager
async def opened(
    toolbox: Toolbox, home: Path, first: str, *, change: Callable[[Path], None] = lambda _: None
) -> AsyncIterator[Lines]:
    """A house with one agent, who is logged in; callbacks call ``first``; ``change`` changes the site's files."""
    customer_port = free_port(neighbours=1)
    write_site(home / "site", customer_port, first)
    change(home / "site")
    settings = settings_in(home / "home", site=home / "site")
    house = House(settings, load_site(home / "site"), toolbox)
    async with house, Database(settings.database) as database, house.agent("agent-lee") as agent:
        await agent.call("*45")
        await agent.wait_for(Closed, within=20)
        yield Lines(house, agent, database, Watch(database), home, customer_port=customer_port)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lines]:
    async with opened(toolbox, tmp_path_factory.mktemp("lines"), "caller") as found:
        yield found


async def wait_in(lines: Lines, phone: Softphone, number: str, key: str = "1") -> Call:
    """Call and wait in the queue."""
    assert isinstance(await phone.call(number, within=20), Established)
    if number != "4002":
        await lines.watch.heard(phone.account.user, "language-offer-1")
        await phone.send_digits(key)
    return await lines.watch.waiting(phone.account.user)


def hears_words(file: Path, words: Path) -> bool:
    """Whether a part of a prompt is heard, over music perhaps."""
    return how_well(file, words) > 0.6


def how_well(file: Path, words: Path) -> float:
    """The best correlation of one of the loudest parts of a prompt."""
    recording = read_wav(file)
    every = [part for _, part in parts(words, PART)]
    loudest = sorted(every, key=lambda part: float(np.abs(part.samples.astype(np.int32)).mean()))[-3:]
    return max(find_sound(part, recording).correlation for part in loudest)


def heard_in_files(lines: Lines, call: Call, said: dict[str, Path]) -> dict[str, set[str]]:
    """Whose words are in which party's file."""
    return {
        one.role: {name for name, sound in said.items() if holds(lines, one.file, sound)} for one in call.recordings
    }


async def test_who_has_priority_overtakes_and_time_overflows(lines: Lines) -> None:
    async with lines.caller() as first, lines.caller() as over, lines.caller() as vip:
        await wait_in(lines, first, "4000")
        assert isinstance(await lines.agent.answer(within=30), Established)
        await wait_in(lines, over, "4002")
        await lines.watch.until(over.account.user, "the overflow", lambda call: len(call.visits) == 2, within=30)
        await wait_in(lines, vip, "4001")
        await lines.agent.hangup()
        for _ in range(2):
            assert isinstance(await lines.agent.answer(within=30), Established)
            await asyncio.sleep(0.5)
            await lines.agent.hangup()
        before, after = await talking(lines.watch, vip.account.user), await talking(lines.watch, over.account.user)
    assert [visit.outcome for visit in after.visits] == ["timeout", "answered"]
    assert before.visits[0].connected_at < after.visits[1].connected_at  # type: ignore[operator]


async def test_an_agent_who_is_called_first_waits_for_the_customer(toolbox: Toolbox, tmp_path: Path) -> None:
    said = sounds(tmp_path, "customer", "agent")
    async with opened(toolbox, tmp_path / "agent-first", "agent") as lines:
        async with lines.caller() as first, lines.customer() as customer:
            await wait_in(lines, first, "4000")
            assert isinstance(await lines.agent.answer(within=30), Established)
            await wait_in(lines, customer, "4000")
            await customer.send_digits("1")
            await lines.watch.heard(CUSTOMER, "callback-number")
            await customer.send_digits("1")
            await customer.wait_for(Closed, within=30)
            await lines.agent.hangup()
            assert isinstance(await lines.agent.answer(within=30), Established)
            await customer.wait_for(Incoming, within=30)
            await customer.accept()
            await lines.watch.until(CUSTOMER, "the file", lambda call: len(call.recordings) == 2, within=20)
            await asyncio.sleep(duration("zh-CN", "callback-hello") + duration("zh-CN", "recording-notice") + 1)
            await customer.say(said["customer"])
            await lines.agent.say(said["agent"])
            await hang_up_after(customer)
            notice = hears_words(await customer.heard(), prompt("zh-CN", "recording-notice"))
            await lines.agent.wait_for(Closed, within=20)
            told = hears_words(await lines.agent.heard(), prompt("zh-CN", "callback-agent"))
            called = await settled(lines, CUSTOMER, 2)
            await first.hangup()
        (row,) = await lines.callbacks()
        found = heard_in_files(lines, called, said)
    assert (notice, told) == (True, True)
    assert found == {"caller": {"customer"}, "agent": {"agent"}}
    assert (row.state, row.tries, row.attempt) == ("done", 1, called.linkedid)
    assert (called.caller, called.number, called.outcome) == (CUSTOMER, "4000", "answered")
