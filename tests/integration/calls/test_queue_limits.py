"""A full queue, a place kept in it, announcements in Korean and two agents' turns, on the real Asterisk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from ivr.asterisk.toolbox import Toolbox
from ivr.core.clock import SystemClock
from ivr.demo.watch import prompts_of
from ivr.reports.indicators import rules_of
from ivr.reports.indicators.load import load_facts
from ivr.reports.indicators.whole import Reckoner
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established, Incoming
from ivr.storage.models import Call
from tests.integration.calls.conftest import prompt
from tests.integration.calls.talk import hang_up_after, settled, sounds, talking
from tests.integration.calls.test_queues import CUSTOMER, Lines, heard_in_files, hears_words, how_well, opened, wait_in

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

QUEUES = """\
service:
  wrapup: 3
  announcer: engine
  announce_position: 8
  comfort: [queue-comfort]
  comfort_every: 10
  max_length: 2
all: {strategy: ringall, wrapup: 0, announce_position: 0}
turns: {strategy: rrmemory, wrapup: 0, announce_position: 0}
"""
DIRECT = """\
start: answer
steps:
  answer: {step: answer, next: wait}
  wait: {step: queue, queue: NAME, timeout: bye, after: bye}
  bye: {step: hangup, prompts: []}
"""
WORDS = ("queue-thereare", "queue-callswaiting", "queue-comfort")


@dataclass
class Limited:
    """The line of the queue tests with a short queue, and a second agent who is logged in."""

    lines: Lines
    kim: Softphone


def shorten(site: Path) -> None:
    """At most two wait for ``service``; two queues more, of both agents, with a strategy each."""
    (site / "queues.yaml").write_text(QUEUES, "utf-8")
    short = site / "flows" / "short.yaml"
    text = short.read_text("utf-8").replace("queue: service, keys:", "queue: service, full: sorry, keys:")
    sorry = "  sorry: {step: play, prompts: [thanks-for-calling], next: bye}\n"
    short.write_text(text + sorry, "utf-8")
    (site / "flows" / "over.yaml").unlink()
    for name in ("all", "turns"):
        (site / "flows" / f"{name}.yaml").write_text(DIRECT.replace("NAME", name), "utf-8")
    (site / "numbers.yaml").write_text("4000: short\n4001: short\n4002: all\n4003: turns\n", "utf-8")
    (site / "agents.yaml").write_text(
        "agent-lee: {name: Lee, extension: 6001, number: 801, queues: [service, all, turns]}\n"
        "agent-kim: {name: Kim, extension: 6002, number: 802, queues: [all, turns]}\n",
        "utf-8",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def limited(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Limited]:
    home = tmp_path_factory.mktemp("limits")
    async with opened(toolbox, home, "caller", change=shorten) as lines, lines.house.agent("agent-kim") as kim:
        await kim.call("*45")
        await kim.wait_for(Closed, within=20)
        yield Limited(lines, kim)


async def wait_directly(lines: Lines, phone: Softphone, number: str) -> Call:
    assert isinstance(await phone.call(number, within=20), Established)
    return await lines.watch.waiting(phone.account.user)


async def test_a_callback_into_a_full_queue_keeps_its_place_and_others_are_sent_on(
    limited: Limited, tmp_path: Path
) -> None:
    said = sounds(tmp_path, "customer", "agent")
    lines, begun = limited.lines, SystemClock().now() - timedelta(minutes=1)
    async with AsyncExitStack() as stack:
        first, korean, chinese, fourth = [await stack.enter_async_context(lines.caller()) for _ in range(4)]
        customer = await stack.enter_async_context(lines.customer())
        await wait_in(lines, first, "4000")
        assert isinstance(await lines.agent.answer(within=30), Established)
        asked = await wait_in(lines, customer, "4000", key="3")
        await customer.send_digits("1")
        coming = asyncio.gather(wait_in(lines, korean, "4000", key="3"), wait_in(lines, chinese, "4000", key="1"))
        await lines.watch.heard(CUSTOMER, "callback-number")
        await customer.send_digits("1")
        await customer.wait_for(Closed, within=30)
        joined = [call.visits[0].joined_at for call in await coming]
        places = [2, 3] if joined[0] < joined[1] else [3, 2]  # whoever waits to be called back is the first
        assert isinstance(await fourth.call("4000", within=20), Established)
        await lines.watch.heard(fourth.account.user, "language-offer-1")
        await fourth.send_digits("1")
        await fourth.wait_for(Closed, within=30)
        refused = await lines.watch.ended(fourth.account.user)
        await asyncio.sleep(4)  # the comfort, after the position
        await lines.agent.hangup()
        await customer.wait_for(Incoming, within=30)
        await customer.accept()
        await lines.watch.heard(CUSTOMER, "callback-take")
        await customer.send_digits("1")
        assert isinstance(await lines.agent.answer(within=30), Established)
        await talking(lines.watch, CUSTOMER)
        for phone in (korean, chinese, first):
            await phone.hangup()
        left = [await lines.watch.ended(phone.account.user) for phone in (korean, chinese)]
        await customer.say(said["customer"])
        await lines.agent.say(said["agent"])
        await hang_up_after(customer)
        called = await settled(lines, CUSTOMER, 2)
        notice = hears_words(await customer.heard(), prompt("ko-KR", "recording-notice"))
        files = {"ko-KR": await korean.heard(), "zh-CN": await chinese.heard()}
        numbers = {
            language: [how_well(file, prompt(language, f"digits/{place}")) for place in (2, 3)]
            for language, file in files.items()
        }
        words = [
            name for name in WORDS for language, file in files.items() if not hears_words(file, prompt(language, name))
        ]
    # The callback.
    (row,) = await lines.callbacks()
    assert (row.state, row.tries, row.language, row.attempt) == ("done", 1, "ko-KR", called.linkedid)
    assert (called.language, called.outcome, notice) == ("ko-KR", "answered", True)
    entered = next(step for step in called.steps if step.event == "enter")
    assert entered.detail["first"] == row.first_linkedid == asked.linkedid
    assert heard_in_files(lines, called, said) == {"caller": {"customer"}, "agent": {"agent"}}
    # Those who stayed: behind him, and told so in their language.
    assert [call.outcome for call in left] == ["abandoned", "abandoned"]
    assert words == []
    for place, (two, three) in zip(places, numbers.values(), strict=True):
        assert (two > 0.8, two > three) == (True, True) if place == 2 else three > 0.8
    # Who was not let in.
    assert (refused.outcome, [(one.outcome, one.position) for one in refused.visits]) == ("unserved", [("full", None)])
    assert "queue-join" not in prompts_of(refused)
    assert "thanks-for-calling" in prompts_of(refused)
    async with lines.database.read() as session:
        facts = await load_facts(session, begun, SystemClock().now())
    counts = Reckoner(facts, rules_of(lines.house.site)).of_calls(facts.calls, facts.since, facts.until).counts
    assert (counts.asked, counts.answered, counts.abandoned, counts.unserved) == (6, 2, 2, 2)


async def test_all_are_rung_or_each_in_his_turn(limited: Limited) -> None:
    lines, kim = limited.lines, limited.kim
    async with lines.caller() as one:
        await wait_directly(lines, one, "4002")
        await kim.wait_for(Incoming, within=20)
        assert isinstance(await lines.agent.answer(within=20), Established)
        await lines.agent.hangup()
        both = await lines.watch.ended(one.account.user)
    (visit,) = both.visits
    assert {ring.agent: ring.result for ring in visit.rings} == {"agent-lee": "answered", "agent-kim": "cancelled"}
    assert visit.agent == "agent-lee"
    agents = []
    for _ in range(3):
        async with lines.caller() as phone:
            await wait_directly(lines, phone, "4003")
            rings = lambda found: any(visit.rings for visit in found.visits)  # noqa: E731
            call = await lines.watch.until(phone.account.user, "a ring", rings, within=20)
            rung = call.visits[0].rings[0].agent
            assert isinstance(await (kim if rung == "agent-kim" else lines.agent).answer(within=20), Established)
            await talking(lines.watch, phone.account.user)
            await phone.hangup()
            ended = await lines.watch.ended(phone.account.user)
            agents.append([ring.agent for ring in ended.visits[0].rings])
    assert agents in ([["agent-lee"], ["agent-kim"], ["agent-lee"]], [["agent-kim"], ["agent-lee"], ["agent-kim"]])
