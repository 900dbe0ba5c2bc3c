"""One house for all tests of a module: the real Asterisk, the engine as a process, two agents."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed
from ivr.storage.database import Database
from prompts.sounds import sound_path
from tests.integration.conftest import settings_in
from tests.ports import free_port


@dataclass
class Line:
    """The house, one agent who is logged in, and the journal."""

    house: House
    agent: Softphone
    database: Database
    watch: Watch
    heard_in: Path
    callers: int = 0

    def caller(self) -> Softphone:
        """A caller nobody has used before."""
        self.callers += 1
        return self.house.caller(f"139000{self.callers:05d}", keep=self.heard_in / str(self.callers))


def prompt(language: str, name: str) -> Path:
    """The sound of a prompt, 8 kHz."""
    return sound_path(language, name)


def add_refusal(site: Path) -> None:
    """Number 3000, where callers may refuse to be recorded; they reach the agents without a menu."""
    with (site / "numbers.yaml").open("a", encoding="utf-8") as file:
        file.write("\n3000: refusal\n")
    (site / "flows" / "refusal.yaml").write_text(
        """\
start: answer
steps:
  answer: {step: answer, next: hello}
  hello: {step: greeting, refuse_key: 9, next: agents}
  agents: {step: queue, queue: service, after: bye, timeout: bye}
  bye: {step: hangup}
""",
        "utf-8",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    """A house that answers calls; each test leaves its engine running."""
    home = tmp_path_factory.mktemp("house")
    site_folder = home / "site"
    shutil.copytree(demo_site(), site_folder)
    add_refusal(site_folder)
    settings = settings_in(home / "home", site=site_folder, metrics_port=free_port())
    house = House(settings, load_site(site_folder), toolbox)
    async with house, Database(settings.database) as database, house.agent("agent-lee") as agent:
        await agent.call("*45")
        await agent.wait_for(Closed, within=20)
        yield Line(house, agent, database, Watch(database), home)
