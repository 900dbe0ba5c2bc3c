"""One house for many callers at once: the real Asterisk, the engine as a process, agents who answer by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from dialplan.loading import load_site
from ivr.asterisk.toolbox import Toolbox
from ivr.cli.engine import ask
from ivr.demo.house import House
from ivr.softphones.baresip import Softphone
from ivr.storage.database import Database
from ivr.storage.models import Call, Step
from tests.integration.conftest import settings_in
from tests.integration.flows.caller import Caller, Pacer
from tests.integration.flows.site import write_site
from tests.unit.call.service import Answer, Server, late, says

SERVING = ("agent-queue", "agent-poll", "agent-hand")
SILENT = "agent-deaf"
EVERY = 0.1  # seconds


@dataclass
class Story:
    """What the journal has told of one caller so far: step and event, in order."""

    told: list[tuple[str, str]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def count(self, step: str, event: str) -> int:
        """How often."""
        return self.told.count((step, event))

    @property
    def path(self) -> list[str]:
        """The steps he has entered."""
        return [step for step, event in self.told if event == "enter"]


class Feed:
    """Reads the journal once for all callers."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last = 0
        self._stories: dict[str, Story] = {}

    def story(self, caller: str) -> Story:
        """The story of a caller, from now on."""
        return self._stories.setdefault(caller, Story())

    async def run(self) -> None:
        """Read on for as long as the tests run."""
        query = select(Step.id, Call.caller, Step.step, Step.event).join(Call, Call.id == Step.call_id)
        while True:
            async with self._database.read() as session:
                rows = (await session.execute(query.where(Step.id > self._last).order_by(Step.id))).all()
            for number, caller, step, event in rows:
                self._last = max(self._last, number)
                story = self.story(caller)
                story.told.append((step, event))
                story.news.set()
            await asyncio.sleep(EVERY)

    async def until(self, caller: str, step: str, event: str, times: int, *, within: float) -> None:
        """Wait until an event was told for the ``times``-th time."""
        story = self.story(caller)
        try:
            async with asyncio.timeout(within):
                while story.count(step, event) < times:
                    story.news.clear()
                    await story.news.wait()
        except TimeoutError:
            raise AssertionError(f"{caller}: no {step}:{event}#{times} in {within} s; told: {story.told}") from None


@dataclass
class Exchange:
    """The house, its callers' clock, the journal as it grows, and the agents' phones."""

    house: House
    database: Database
    feed: Feed
    pacer: Pacer
    phones: dict[str, Softphone]
    callers: int = 0

    def caller(self) -> Caller:
        """A caller nobody has used before; not calling yet."""
        self.callers += 1
        return Caller(self.house.settings.sip_port, f"1380000{self.callers:04d}")


class Service(Server):
    """Knows order 42; answers after half a second."""

    def answer(self) -> Answer:
        known = self.asked[-1].startswith(b"GET /orders/42 ")
        order = {"order": {"status": "shipped", "number": 42}}
        return late(0.5, says(order, "200 OK" if known else "404 Not Found", "Content-Type: application/json"))


async def attend(phone: Softphone) -> None:
    """Answer every call, talk for a second, hang up first."""
    while True:
        await phone.answer(within=3600)
        await asyncio.sleep(1.0)
        await phone.hangup()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def exchange(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Exchange]:
    """A house whose agents are logged in."""
    home = tmp_path_factory.mktemp("flows")
    site = home / "site"
    async with AsyncExitStack() as stack:
        service = await stack.enter_async_context(Service([]).listening())
        write_site(site, service.url)
        settings = settings_in(home / "home", rtp=400, site=site)
        house = await stack.enter_async_context(House(settings, load_site(site), toolbox))
        database = await stack.enter_async_context(Database(settings.database, settings.home / "audit.head"))
        phones = {name: house.agent(name) for name in (*SERVING, SILENT)}
        await asyncio.gather(*(stack.enter_async_context(phone) for phone in phones.values()))
        for name, queue in (("agent-queue", "talks"), ("agent-poll", "polled")):
            body = {"queue": queue, "by": "tests"}
            await asyncio.to_thread(ask, settings, f"/agents/{name}/login", body)
        pacer, feed = Pacer(), Feed(database)
        running = [pacer.run(), feed.run(), *(attend(phones[name]) for name in SERVING)]
        tasks = [asyncio.create_task(one) for one in running]
        try:
            yield Exchange(house, database, feed, pacer, phones)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


def lines_of(path: Path) -> list[str]:
    """The lines of a log."""
    return path.read_text("utf-8", "replace").splitlines() if path.exists() else []


__all__ = ["Exchange", "Feed", "Story", "lines_of"]
