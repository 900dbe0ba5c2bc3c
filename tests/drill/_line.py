"""A line for drills: the real Asterisk, an engine that can be broken, and calls whose way is settled beforehand."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Self

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.ami.client import AmiClient
from ivr.asterisk.secrets import AMI_USER, load_secrets
from ivr.asterisk.toolbox import Toolbox
from ivr.core.clock import SystemClock
from ivr.core.settings import Settings
from ivr.demo.house import EngineProcess, House, environment_of
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.softphones.sipp import Plan, SippCaller, SippResult
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.models import Call
from tests.drill._relay import Relay
from tests.integration.conftest import settings_in

NUMBER = "3100"
QUEUE = "service"
# Straight to the agents, so that everybody's way is known beforehand.
FLOW = """\
start: answer
steps:
  answer: {step: answer, next: agents}
  agents: {step: queue, queue: service, after: bye, timeout: bye}
  bye: {step: hangup}
"""

# A secret number is asked for first, in the language of the key.
SECRET_NUMBER = "3200"
SECRET_FLOW = """\
start: answer
steps:
  answer: {step: answer, next: language}
  language: {step: language, choices: {1: zh-CN, 3: ko-KR}, next: code}
  code: {step: collect, prompts: [enter-number], variable: code, min: 8, max: 8, secret: true, next: agents}
  agents: {step: queue, queue: service, after: bye, timeout: bye}
  bye: {step: hangup}
"""


def make_site(folder: Path, agents: int) -> None:
    """The demo's site with a short flow and agents of its own: agent-01 at 6101 and so on."""
    shutil.copytree(demo_site(), folder)
    with (folder / "numbers.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{NUMBER}: direct\n{SECRET_NUMBER}: secret\n")
    (folder / "flows" / "direct.yaml").write_text(FLOW, "utf-8")
    (folder / "flows" / "secret.yaml").write_text(SECRET_FLOW, "utf-8")
    with (folder / "agents.yaml").open("a", encoding="utf-8") as file:
        for place in range(1, agents + 1):
            file.write(
                f"\nagent-{place:02d}: {{name: Agent {place}, extension: {extension(place)}, number: {900 + place}, "
                f"queues: [{QUEUE}]}}\n"
            )


def extension(place: int) -> str:
    """The extension of the agent at a place, from 1."""
    return f"61{place:02d}"


class DrillLine:
    """The house, its agents, and a manager connection that nobody cuts.

    Args:
        relayed: the engine reaches the manager over a relay.
        rtp: ports for sound.
    """

    def __init__(self, folder: Path, toolbox: Toolbox, agents: int, *, relayed: bool = False, rtp: int = 200) -> None:
        make_site(folder / "site", agents)
        self.settings = settings_in(folder / "home", rtp=rtp, site=folder / "site", database_url="", keys=None)
        self.house = House(self.settings, load_site(folder / "site"), toolbox)
        self.relay = Relay(self.settings.ami_port)
        self.agents: dict[int, Softphone] = {}
        self._relayed = relayed
        self._places = agents
        self._stack = AsyncExitStack()
        self.engine: EngineProcess
        self.manager: AmiClient
        self.database: Database

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            if self._relayed:
                await stack.enter_async_context(self.relay)
                environment = {"IVR_AMI_PORT": str(self.relay.port)}
                self.house.engine = EngineProcess(self.settings, environment=environment)
            await stack.enter_async_context(self.house)
            self.engine = self.house.engine
            self.database = await stack.enter_async_context(Database(self.settings.database))
            await self.connect()
            stack.push_async_callback(self._disconnect)
            for place in range(1, self._places + 1):
                phone = self.house.agent(f"agent-{place:02d}")
                self.agents[place] = await stack.enter_async_context(phone)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.aclose()

    async def connect(self) -> None:
        """Connect to the manager, anew where Asterisk was started anew."""
        secret = load_secrets(self.settings).ami
        self.manager = AmiClient("127.0.0.1", self.settings.ami_port, AMI_USER, secret, clock=SystemClock())
        await self.manager.connect()

    async def _disconnect(self) -> None:
        await self.manager.close()

    async def log_in(self, place: int) -> None:
        """The agent takes calls."""
        await self.manager.queue_add(QUEUE, f"PJSIP/{extension(place)}", f"agent-{place:02d}")

    async def log_out(self, place: int) -> None:
        """The agent takes no more calls."""
        await self.manager.queue_remove(QUEUE, f"PJSIP/{extension(place)}")

    async def talk(self, place: int, number: str) -> Softphone:
        """A caller who talks to this agent, and nobody else; the caller's phone."""
        caller = await self._stack.enter_async_context(self.house.caller(number))
        await self.log_in(place)
        assert isinstance(await caller.call(NUMBER, within=30), Established)
        assert isinstance(await self.agents[place].answer(within=30), Established)
        await self.log_out(place)
        return caller

    def crowd(self, number: str, count: int, hold: float) -> asyncio.Task[SippResult]:
        """So many callers who wait for ``hold`` seconds and give up."""
        plan = Plan(extension=NUMBER, number=number, calls=count, rate=20, at_once=max(count, 1), hold=hold)
        caller = SippCaller(self.house.toolbox.command("sipp"), self.settings.sip_port)
        return asyncio.create_task(caller.run(plan, within=hold + 60), name=f"crowd {number}")

    async def waiting(self, count: int, within: float = 30.0) -> None:
        """Until so many wait in the queue, by Asterisk's own word."""

        async def reached() -> bool:
            return len((await self.manager.queue_status(QUEUE)).waiting) == count

        await until(reached, f"{count} callers wait", within)

    async def empty(self, within: float = 60.0) -> None:
        """Until Asterisk has no channel any more."""

        async def reached() -> bool:
            return not await self.manager.channels()

        await until(reached, "all channels gone", within)

    async def reconciled(self, within: float = 60.0) -> dict[str, Any]:
        """The answer of ``ivr calls reconcile``, once nothing is left and nothing is under way."""
        answer: dict[str, Any] = {}

        async def reached() -> bool:
            nonlocal answer
            code, answer = await self.ivr("calls", "reconcile")
            return code == 0 and answer["under_way"] == 0

        try:
            await until(reached, "reconciled", within, every=2.0)
        except AssertionError:
            raise AssertionError(f"drift is left: {json.dumps(answer, indent=1)[:6000]}") from None
        return answer

    async def ivr(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run the command as its user does; exit code and JSON."""
        return await run_ivr(self.settings, *words)

    async def stories(self) -> list[Call]:
        """All calls of the journal, the oldest first."""
        async with self.database.read() as session:
            found = await calls.list_calls(session, limit=1000)
        return list(reversed(found))


async def run_ivr(settings: Settings, *words: str) -> tuple[int, dict[str, Any]]:
    """Run the command as its user does; exit code and JSON."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ivr.app", *words, "--json"),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | environment_of(settings),
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, json.loads(out)


async def until(reached: Callable[[], Awaitable[bool]], what: str, within: float, every: float = 0.2) -> None:
    """Wait until ``reached`` says so.

    Raises:
        AssertionError: if it does not in time.
    """
    try:
        async with asyncio.timeout(within):
            while not await reached():
                await asyncio.sleep(every)
    except TimeoutError:
        raise AssertionError(f"not within {within:g} s: {what}") from None


async def gone(phone: Softphone, within: float = 30.0) -> None:
    """Until the call of a phone is over."""
    if phone.in_call:
        await phone.wait_for(Closed, within=within)
