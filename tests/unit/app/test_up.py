"""The processes that ``ivr up`` looks after."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import time
from pathlib import Path
from typing import Literal

import pytest

from ivr.app.up import RESTARTS_PER_MINUTE, Child
from ivr.asterisk.instance import Status
from ivr.asterisk.layout import make_dirs
from ivr.core.clock import SystemClock
from ivr.core.errors import AsteriskError, TelephonyError
from ivr.core.settings import Settings

module = importlib.import_module("ivr.app.up")


class Script(Child):
    """A child that runs a few lines of Python instead of the command."""

    def __init__(self, code: str) -> None:
        super().__init__("script")
        self._command = [sys.executable, "-c", code]

    @property
    def process(self) -> asyncio.subprocess.Process | None:
        return self._process


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    real = asyncio.sleep

    async def soon(seconds: float) -> None:
        await real(min(seconds, 0.01))

    monkeypatch.setattr(module.asyncio, "sleep", soon)


async def test_a_process_that_ends_is_started_again_but_not_for_ever(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    child = Script(f"open({str(log)!r}, 'a').write('x')")
    async with asyncio.timeout(60):
        with pytest.raises(TelephonyError, match="keeps ending"):
            await child.keep()
    assert log.read_text() == "x" * RESTARTS_PER_MINUTE
    await child.stop()


async def test_one_that_calls_do_not_need_ends_nothing_else(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    child = Script(f"open({str(log)!r}, 'a').write('x')")
    child.needed = False
    keeping = asyncio.create_task(child.keep())
    async with asyncio.timeout(60):
        while not log.exists() or len(log.read_text()) < RESTARTS_PER_MINUTE:
            await asyncio.sleep(0.01)
        for _ in range(20):
            await asyncio.sleep(0.01)
    assert (keeping.done(), log.read_text()) == (False, "x" * RESTARTS_PER_MINUTE)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await child.stop()


async def test_a_process_is_asked_to_end(tmp_path: Path) -> None:
    ready, said = tmp_path / "ready", tmp_path / "said"
    child = Script(
        "import signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (open({str(said)!r}, 'w').write('bye'), sys.exit(0)))\n"
        f"open({str(ready)!r}, 'w').close()\n"
        "time.sleep(60)"
    )
    keeper = asyncio.create_task(child.keep())
    async with asyncio.timeout(30):
        while not ready.exists():
            await asyncio.sleep(0.01)
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await child.stop()
    assert said.read_text() == "bye"
    assert child.process is not None
    assert child.process.returncode == 0
    await child.stop()


async def test_a_process_is_not_in_our_group_so_that_ctrl_c_is_for_us(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = Script(f"import os, time; open({str(ready)!r}, 'w').write(str(os.getpgid(0))); time.sleep(60)")
    keeper = asyncio.create_task(child.keep())
    async with asyncio.timeout(30):
        while not (ready.exists() and ready.read_text()):
            await asyncio.sleep(0.01)
    assert int(ready.read_text()) != os.getpgid(0)
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await child.stop()


@pytest.mark.parametrize("turns", range(6))
async def test_no_process_is_lost_in_the_middle_of_its_start(turns: int) -> None:
    child = Script("import time; time.sleep(60)")
    keeper = asyncio.create_task(child.keep())
    for _ in range(turns):
        await asyncio.sleep(0)
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await child.stop()
    if child.process is not None:
        assert child.process.returncode is not None
        with pytest.raises(ProcessLookupError):
            os.kill(child.process.pid, 0)


@pytest.mark.parametrize(("console", "count"), [("on", 3), ("off", 2)])
async def test_when_asterisk_does_not_start_nothing_is_left(
    console: Literal["on", "off"], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[Script] = []

    class FakeInstance:
        stopped = False

        def start(self) -> None:
            time.sleep(0.2)
            raise AsteriskError("SIP port in use", cure="set IVR_SIP_PORT")

        def stop(self) -> None:
            self.stopped = True

    instance = FakeInstance()

    def child(*_: str, needed: bool = True) -> Script:
        children.append(Script("import time; time.sleep(60)"))
        return children[-1]

    async def tools(*_: object, **__: object) -> None:
        """None are looked for."""

    monkeypatch.setattr(module, "Child", child)
    monkeypatch.setattr(module, "find_tools", tools)
    monkeypatch.setattr(module, "prepare", lambda *_, **__: instance)
    with pytest.raises(AsteriskError, match="in use"):
        await module.up(Settings(home=tmp_path, console=console))
    assert instance.stopped
    assert len(children) == count
    for one in children:
        assert one.process is None or one.process.returncode is not None


class EndingInstance:
    """An Asterisk that is found dead at every look, or at the first so many."""

    def __init__(self, deaths: int) -> None:
        self.deaths = deaths
        self.starts = 0

    def status(self) -> Status:
        return Status(running=self.starts >= self.deaths, pid=None, sip="", ami_port=0)

    def start(self) -> Status:
        self.starts += 1
        return self.status()


async def test_an_asterisk_that_has_ended_is_started_again() -> None:
    instance = EndingInstance(deaths=2)
    keeper = asyncio.create_task(module.keep_asterisk(instance))
    async with asyncio.timeout(30):
        while instance.starts < 2:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)
    assert instance.starts == 2
    assert not keeper.done()
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)


async def test_an_asterisk_that_keeps_ending_is_not_started_for_ever() -> None:
    instance = EndingInstance(deaths=100)
    async with asyncio.timeout(30):
        with pytest.raises(TelephonyError, match="Asterisk keeps ending"):
            await module.keep_asterisk(instance)
    assert instance.starts == RESTARTS_PER_MINUTE - 1


async def test_logs_that_are_full_are_turned_over_before_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, log_limit=10)
    dirs = make_dirs(settings, tmp_path)
    logs = [dirs.log / "security.log", dirs.cel]

    class Silent:
        """Nothing of an Asterisk but its folders; it does not answer the first time."""

        def __init__(self) -> None:
            self.settings, self.dirs, self.asked = settings, dirs, 0

        def status(self) -> Status:
            return Status(running=self.asked < 2, pid=None, sip="", ami_port=0)

        def run_cli(self, _: str) -> str:
            self.asked += 1
            raise AsteriskError("no answer", cure="")

    monkeypatch.setattr(module, "LOGS_EVERY", 0.001)
    keeper = asyncio.create_task(module.keep_logs(Silent(), SystemClock()))  # type: ignore[arg-type]
    await asyncio.sleep(0.01)
    for path in logs:
        path.write_bytes(b"x" * 900_000)  # not full yet
    await asyncio.sleep(0.05)
    assert all(path.exists() for path in logs)
    for path in logs:
        path.write_bytes(b"x" * 1_100_000)
    async with asyncio.timeout(30):
        while any(path.exists() for path in logs):
            await asyncio.sleep(0.01)
    assert {path.name for path in dirs.log.rglob("*.[0-9]")} == {"security.log.0", "cel.json.0"}
    assert not keeper.done()
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
