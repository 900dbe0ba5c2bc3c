"""A site is put in force under callers on the real Asterisk: who is on the line goes on as he began."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from dialplan.loading import load_site
from dialplan.sites import demo_site
from ivr.asterisk.toolbox import Toolbox
from ivr.demo.house import House
from ivr.demo.watch import Watch
from ivr.softphones.baresip import Softphone
from ivr.softphones.events import Closed, Established
from ivr.storage.database import Database
from ivr.storage.models import Call
from tests.drill._line import run_ivr
from tests.drill._turn import PARKED, flows, path_of
from tests.integration.conftest import settings_in

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

OLD, NEW = flows(timeout=30, tries=1, two="bye")


class Line:
    """The house, its site's folder, and ``ivr`` as its user runs it."""

    house: House
    watch: Watch

    def __init__(self, site: Path) -> None:
        self.site = site
        self.queues = (site / "queues.yaml").read_text("utf-8")
        self._callers = 0

    def write(self, flow: str, *, parked: bool, numbers: str = "") -> None:
        """Edit the folder as an admin does."""
        (self.site / "flows" / "turn.yaml").write_text(flow, "utf-8")
        (self.site / "queues.yaml").write_text(self.queues + (PARKED if parked else ""), "utf-8")
        kept = (demo_site() / "numbers.yaml").read_text("utf-8")
        (self.site / "numbers.yaml").write_text(f"{kept}\n3400: turn\n{numbers}", "utf-8")

    async def ivr(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of a command."""
        return await run_ivr(self.house.settings, *words)

    def caller(self) -> Softphone:
        """A phone nobody has used before."""
        self._callers += 1
        return self.house.caller(f"139111{self._callers:05d}")

    async def at_the_menu(self, phone: Softphone, number: str = "3400") -> None:
        """Dial and hear the menu begin."""
        assert isinstance(await phone.call(number, within=20), Established)
        await self.watch.heard(phone.account.user, "main-menu")

    async def whole(self, phone: Softphone, key: str, number: str = "3400") -> Call:
        """A call from its beginning to its end, with one key."""
        await self.at_the_menu(phone, number)
        await phone.send_digits(key)
        return await self.ended(phone)

    async def ended(self, phone: Softphone) -> Call:
        """The story, once the line has hung up."""
        await phone.wait_for(Closed, within=30)
        return await self.watch.ended(phone.account.user)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line(toolbox: Toolbox, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Line]:
    home = tmp_path_factory.mktemp("house")
    folder = home / "site"
    shutil.copytree(demo_site(), folder)
    settings = settings_in(home / "home", site=folder)
    found = Line(folder)
    found.write(OLD, parked=True)
    house = House(settings, load_site(folder), toolbox)
    async with house, Database(settings.database) as database:
        found.house, found.watch = house, Watch(database)
        yield found


async def test_calls_under_way_keep_their_flow_and_new_ones_take_the_new(line: Line) -> None:
    async with line.caller() as asked, line.caller() as waits, line.caller() as late, line.caller() as other:
        await asyncio.gather(line.at_the_menu(asked), line.at_the_menu(waits))
        await waits.send_digits("2")
        await line.watch.waiting(waits.account.user)

        line.write(NEW, parked=False, numbers="3401: turn\n")
        code, answer = await line.ivr("dialplan", "reload", "--note", "other ways")
        assert (code, answer["engine"], answer["asterisk"]["running"]) == (0, True, True), answer
        assert "extensions.conf" in answer["asterisk"]["changed"]

        new, there = await asyncio.gather(line.whole(late, "1"), line.whole(other, "1", "3401"))
        await asked.send_digits("1")
        old = await line.ended(asked)
        assert path_of(old) == ["answer", "menu", "first", "bye"]
        assert path_of(new) == path_of(there) == ["answer", "menu", "second", "bye"]
        assert (old.flow_version, new.flow_version) == (answer["before"], answer["version"])

        await line.house.engine.kill()
        await line.house.engine.start()
        assert waits.in_call
        await waits.send_digits("9")  # a queue that is gone, a key no step has any more, an engine that never met it
        left = await line.ended(waits)
        assert path_of(left) == ["answer", "menu", "line", "left"]
        assert left.flow_version == old.flow_version


async def test_rollback_and_what_is_refused(line: Line) -> None:
    etc = line.house.asterisk.dirs.etc
    _, before = await line.ivr("dialplan", "versions")
    assert before["engine"] == before["in_force"] == before["versions"][0]["version"]

    line.write(OLD.replace("bye}", "nowhere}", 1), parked=True)
    code, answer = await line.ivr("dialplan", "reload")
    assert code == 4
    assert any(one["severity"] == "error" and "flows/turn.yaml" in one["where"] for one in answer["problems"])

    line.write(OLD, parked=True, numbers="3402: turn\n")
    files = {path.name: path.read_bytes() for path in etc.glob("*.conf")}
    line.house.asterisk.run_cli("module unload app_queue.so")
    try:
        code, answer = await line.ivr("dialplan", "reload")
        assert code == 3
        assert "put back" in answer["error"]
        assert {path.name: path.read_bytes() for path in etc.glob("*.conf")} == files
        assert "'3402'" not in line.house.asterisk.run_cli("dialplan show ivr-incoming")
    finally:
        line.house.asterisk.run_cli("module load app_queue.so")
    _, after = await line.ivr("dialplan", "versions")
    assert (after["engine"], after["in_force"], after["folder_differs"]) == (before["engine"], before["in_force"], True)

    code, answer = await line.ivr("dialplan", "rollback", "--note", "as before")
    assert (code, answer["before"], answer["folder_differs"]) == (0, before["in_force"], True)
    async with line.caller() as phone:
        again = await line.whole(phone, "1")
    assert path_of(again) == ["answer", "menu", "first", "bye"]
    assert again.flow_version == answer["version"] != before["in_force"]
