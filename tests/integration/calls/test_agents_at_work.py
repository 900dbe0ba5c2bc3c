"""Agents at work: each code is answered by voice, each state is a row, nobody is logged in whose phone has gone."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.cli.engine import ask
from ivr.core.clock import SystemClock
from ivr.core.errors import UsageError
from ivr.demo.house import House
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established, Incoming
from ivr.softphones.listening import find_sound
from ivr.softphones.sounds import read_wav
from ivr.storage import agents as rows
from ivr.storage import audit
from ivr.storage.database import Database
from ivr.storage.models import AgentState
from prompts.sounds import sound_path
from tests.integration.calls.told import Follower, Hook
from tests.integration.conftest import settings_in
from tests.integration.hearing import parts

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(150)]

QUEUES = """\
service: {extension: 6100, ring: 5, wrapup: 8, max_wait: 120, announce_position: 15, empty: unreachable}
sales: {extension: 6200, ring: 5, languages: {ko-KR: 3}, announce_position: 15}
"""
AGENTS = """\
agent-lee: {name: Lee, extension: 6001, number: 801, queues: [service, sales], languages: {zh-CN: 5, ko-KR: 3}}
agent-kim: {name: Kim, extension: 6002, number: 802, queues: [service], languages: {ko-KR: 5}}
"""
STAFFING = "misses_before_pause: 2\nphone_check: 5\ngone_after: 1\n"
ALERTS = """\
slow: {kind: longest-wait, queues: [service], limit: 1, clear: 0, lasts: 0}
nobody: {kind: no-agent, queues: [service], lasts: 0}
missed: {kind: agent-paused}
gone: {kind: agent-gone, queues: [service]}
lost: {kind: recording-missing}
"""
SECRET = "a key of the tests' own"
DIRECT = """\
start: answer
steps:
  answer: {step: answer, next: agents}
  agents: {step: queue, queue: service, after: bye, timeout: bye}
  bye: {step: hangup}
"""
PART = 0.3  # seconds


@dataclass
class Office:
    """The house, the phone of one agent, the tables, and a web address that is told of alerts."""

    house: House
    lee: Softphone
    database: Database
    watch: Watch
    hook: Hook

    async def dial(self, code: str, phone: Softphone | None = None) -> Path:
        """Dial a code on an agent's phone; what was heard."""
        phone = phone or self.lee
        assert isinstance(await phone.call(code, within=20), Established), code
        await phone.wait_for(Closed, within=30)
        return await phone.heard()

    async def rows(self, agent: str = "agent-lee") -> Sequence[AgentState]:
        """Everything that is written about an agent, the oldest first."""
        now = SystemClock().now()
        async with self.database.read() as session:
            return await rows.between(session, now - timedelta(days=1), now, agent=agent)

    async def until(
        self,
        reached: Callable[[Sequence[AgentState]], bool],
        what: str,
        *,
        agent: str = "agent-lee",
        within: float = 15,
    ) -> Sequence[AgentState]:
        """The agent's rows, once ``reached`` says so."""
        found: Sequence[AgentState] = ()
        try:
            async with asyncio.timeout(within):
                while True:
                    found = await self.rows(agent)
                    if reached(found):
                        return found
                    await asyncio.sleep(0.1)
        except TimeoutError:
            told = [f"{one.state} {one.queue} {one.reason} {one.by}>{one.ended_by}" for one in found]
            raise AssertionError(f"not within {within} s: {what}; so far: {told}") from None

    async def acts(self) -> list[tuple[str, str, dict[str, object]]]:
        """What people did to the agent, the oldest first."""
        async with self.database.read() as session:
            found = await audit.list_rows(session, objects=["agent:agent-lee"])
        return [(one.actor, one.action, one.detail) for one in reversed(found)]

    async def ask(self, path: str, *, method: str = "POST", **body: str) -> dict[str, object]:
        """Ask the engine over its control socket."""
        return await asyncio.to_thread(ask, self.house.settings, path, dict(body), method=method)


def says(heard: Path, *prompts: str, language: str = "zh-CN") -> bool:
    """Whether all prompts are heard, most parts of each: a phone on a loaded machine slips within a sound."""
    return all(_share(sound_path(language, prompt), heard) > 0.6 for prompt in prompts)


def _share(prompt: Path, heard: Path) -> float:
    recording = read_wav(heard)
    every = [part for _, part in parts(prompt, PART)]
    loud = [part for part in every if abs(part.samples.astype(float)).max() > 1000] or every
    return sum(find_sound(part, recording).correlation > 0.8 for part in loud) / len(loud)


def going_on(found: Sequence[AgentState], state: str) -> list[AgentState]:
    """The stretches of a state that have no end yet."""
    return [one for one in found if one.state == state and one.ended_at is None]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    """A house with two agents; nobody is logged in."""
    home = tmp_path_factory.mktemp("office")
    site = home / "site"
    shutil.copytree(demo_site(), site)
    files = {"queues": QUEUES, "agents": AGENTS, "staffing": STAFFING, "alerts": ALERTS, "flows/direct": DIRECT}
    for name, text in files.items():
        (site / f"{name}.yaml").write_text(text, "utf-8")
    with (site / "numbers.yaml").open("a", encoding="utf-8") as file:
        file.write("\n3000: direct\n")
    async with AsyncExitStack() as stack:
        hook = stack.enter_context(Hook(SECRET))
        told = {"alert_webhook": hook.url, "alert_secret": SECRET, "alert_begins": 0, "alert_recordings": 1}
        settings = settings_in(home / "home", site=site, **told)
        house = await stack.enter_async_context(House(settings, load_site(site), toolbox))
        database = await stack.enter_async_context(Database(settings.database, settings.home / "audit.head"))
        lee = await stack.enter_async_context(house.agent("agent-lee"))
        yield Office(house, lee, database, Watch(database), hook)


@pytest.fixture
def followed(office: Office) -> Iterator[Follower]:
    """Somebody who is told of every change."""
    with Follower(office.house.settings) as follower:
        yield follower


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def nobody_at_work(office: Office) -> None:
    """Each test finds its agent as the first one does, whatever the one before has left."""
    if (await office.ask("/agents/agent-lee", method="GET"))["logged_in"]:
        await office.ask("/agents/agent-lee/logout", by="tests")
    await office.until(lambda all_: not going_on(all_, "logged_in") and not going_on(all_, "paused"), "logged out")


async def test_every_code_is_answered_by_voice_and_by_a_row(office: Office) -> None:
    assert says(await office.dial("*461"), "agent-not-logged-in")
    assert says(await office.dial("*45"), "agent-logged-in")
    found = await office.until(lambda all_: len(going_on(all_, "logged_in")) == 2, "logged in")
    assert {(one.queue, one.by, one.exact) for one in going_on(found, "logged_in")} == {
        ("service", "phone", True),
        ("sales", "phone", True),
    }
    answer = await office.ask("/agents/agent-lee", method="GET")
    assert answer["queues"] == {"service": 0, "sales": 2}  # the level 3 of his Korean is two below the best
    assert says(await office.dial("*461"), "agent-paused")
    (pause,) = going_on(await office.until(lambda all_: bool(going_on(all_, "paused")), "paused"), "paused")
    assert (pause.reason, pause.by) == ("break", "phone")
    assert says(await office.dial("*4699"), "agent-no-such-code")
    assert says(await office.dial("*46"), "agent-available")
    assert says(await office.dial("*456200"), "agent-logged-off")
    found = await office.until(lambda all_: len(going_on(all_, "logged_in")) == 1, "logged out of one queue")
    assert not going_on(found, "paused")
    (ended,) = [one for one in found if one.state == "paused"]
    assert ended.ended_by == "phone"
    assert says(await office.dial("*47"), "agent-available", "agent-nobody-waiting")
    assert says(await office.dial("*481"), "agent-no-talk")
    assert says(await office.dial("*45"), "agent-logged-off")
    found = await office.until(lambda all_: not going_on(all_, "logged_in"), "logged out")
    assert {one.ended_by for one in found if one.state == "logged_in"} == {"phone"}


async def test_a_talk_its_wrap_up_and_its_outcome(office: Office, followed: Follower) -> None:
    await followed.until(lambda known: known["agent"]["agent-lee"]["state"] == "logged_out")
    before = len(await office.acts())
    answer = await office.ask("/agents/agent-lee/login", queue="service", by="wang")
    assert (answer["logged_in"], answer["reachable"]) == (True, True)
    await office.ask("/agents/agent-lee/pause", reason="lunch", by="wang")
    async with office.house.caller("13900000001") as caller:
        assert isinstance(await caller.call("3000", within=20), Established)
        await office.watch.waiting("13900000001")
        assert says(await office.dial("*47"), "agent-paused", "agent-callers-waiting", "digits/1")
        assert says(await office.dial("*46"), "agent-available")
        await followed.until(lambda known: known["agent"]["agent-lee"]["state"] == "ringing")
        assert isinstance(await office.lee.answer(within=20), Established)
        await office.until(lambda all_: bool(going_on(all_, "talking")), "talking")
        state = await office.ask("/agents/agent-lee", method="GET")
        assert state["state"] == "talking"
        await asyncio.sleep(1.0)
        for file in office.house.settings.recordings.rglob("*-caller*"):
            file.unlink()  # as if the disk had lost it: somebody must be told
        await caller.hangup()
        await office.lee.wait_for(Closed, within=10)
    await followed.until(lambda known: known["agent"]["agent-lee"]["state"] == "wrapup")
    live = await office.ask("/live", method="GET")
    await followed.until(lambda known: all(known[kind] == live[kind] for kind in ("line", "queue", "agent")))
    followed.end()
    assert says(await office.dial("*482"), "agent-outcome-kept")
    found = await office.until(lambda all_: any(one.state == "wrapup" for one in all_), "wrap-up")
    assert says(await office.dial("*47"), "agent-in-wrapup")
    (talk,) = [one for one in found if one.state == "talking"]
    (wrapup,) = [one for one in found if one.state == "wrapup"]
    assert talk.ended_at is not None and wrapup.ended_at is not None
    assert (talk.queue, talk.exact, wrapup.began_at) == ("service", True, talk.ended_at)
    assert (wrapup.ended_at - wrapup.began_at).total_seconds() == 8
    call = await office.watch.ended("13900000001")
    assert {talk.linkedid, wrapup.linkedid} == {call.linkedid}
    async with office.database.read() as session:
        (outcome,) = await rows.outcomes_of(session, call.linkedid)
    assert (outcome.agent, outcome.outcome, outcome.by) == ("agent-lee", "follow-up", "phone")
    assert (await office.acts())[before:] == [
        ("wang", "agent.log_in", {"queue": "service"}),
        ("wang", "agent.pause", {"reason": "lunch"}),
    ]
    assert {one.by for one in found if one.reason == "lunch"} == {"api:wang"}
    lost = await office.hook.newest("lost", "event")
    assert lost["subject"] in {f"recording:{one.id}" for one in call.recordings if one.role == "caller"}
    doing = followed.states("agent", "agent-lee", lambda one: one["state"])
    assert doing[0] == "logged_out"
    assert "paused" in doing
    assert doing[-3:] == ["ringing", "talking", "wrapup"]
    assert followed.states("queue", "service", lambda one: one["waiting"]) == [0, 1, 0]
    assert followed.states("queue", "service", lambda one: one["logged_in"]) == [0, 1]
    assert {line["type"] for line in followed.lines[1:]} == {"change"}
    numbers = [line["seq"] for line in followed.lines]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert "13900000001" not in repr(followed.lines)


async def test_who_misses_calls_is_paused_and_the_supervisor_told(office: Office) -> None:
    await office.hook.newest("nobody", "raised")
    await office.ask("/agents/agent-lee/login", queue="service", by="wang")
    await office.hook.newest("nobody", "cleared")
    since = len(office.hook.alerts)
    async with office.house.caller("13900000002") as caller:
        assert isinstance(await caller.call("3000", within=20), Established)
        await office.lee.wait_for(Incoming, within=30)
        found = await office.until(lambda all_: bool(going_on(all_, "paused")), "paused", within=40)
        missed = await office.hook.newest("missed", "event", since=since)
        await office.hook.newest("slow", "raised", since=since)
        await office.hook.newest("nobody", "raised", since=since)  # who is paused serves nobody, says `empty`
        await caller.hangup()
    await office.hook.newest("slow", "cleared", since=since)
    assert (missed["subject"], missed["value"], missed["site"]) == ("agent-lee", 2.0, office.house.site.name)
    assert not any(b"13900000002" in body for body in office.hook.bodies)
    (pause,) = going_on(found, "paused")
    assert (pause.reason, pause.by) == ("no-answer", "misses")
    assert says(await office.dial("*47"), "agent-paused-no-answer")
    log = (office.house.settings.logs / "serve.log").read_text("utf-8")
    assert '"agent paused"' in log
    assert says(await office.dial("*46"), "agent-available")


async def test_a_phone_that_has_gone_is_logged_out(office: Office) -> None:
    async with office.house.agent("agent-kim") as kim:
        assert says(await office.dial("*45", kim), "agent-logged-in", language="ko-KR")
        await office.until(lambda all_: bool(going_on(all_, "logged_in")), "logged in", agent="agent-kim")
        await office.hook.newest("nobody", "cleared")
        since = len(office.hook.alerts)
        os.kill(kim.pid, signal.SIGKILL)
        found = await office.until(
            lambda all_: not going_on(all_, "logged_in"), "logged out", agent="agent-kim", within=40
        )
    assert {one.ended_by for one in found if one.state == "logged_in"} == {"gone"}
    assert (await office.hook.newest("gone", "event", since=since))["subject"] == "agent-kim"
    await office.hook.newest("nobody", "raised", since=since)


async def test_without_an_engine_agents_still_log_in_and_out(office: Office) -> None:
    await office.house.engine.kill()
    assert says(await office.dial("*461"), "agent-failed")
    assert says(await office.dial("*45"), "agent-logged-in")
    await office.house.engine.start()
    found = await office.until(lambda all_: len(going_on(all_, "logged_in")) == 2, "read from Asterisk")
    assert {one.by for one in going_on(found, "logged_in")} == {"asterisk"}


async def test_a_caller_has_no_codes(office: Office) -> None:
    before = len(await office.rows())
    async with office.house.caller("13900000003") as caller:
        for code in ("*45", "*461", "*481"):
            assert isinstance(await caller.call(code, within=10), Closed)
    with pytest.raises(UsageError, match="by"):
        await office.ask("/agents/agent-lee/logout")
    assert len(await office.rows()) == before
