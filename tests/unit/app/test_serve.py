"""``ivr serve`` as a process of its own, without Asterisk."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dialplan.examples import TINY_SITE
from ivr.agi.fake import FakeAsterisk, Press
from ivr.app.serve import StoredContinuations, end, keep_on
from ivr.asterisk.secrets import ensure_secrets
from ivr.core.clock import SystemClock
from ivr.core.ready import Ready
from ivr.core.settings import Settings
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from tests.ports import free_port


class Served:
    """An installation in a folder, and the process that serves it."""

    def __init__(self, root: Path) -> None:
        self.settings = Settings(home=root / "home", agi_port=free_port(), ami_port=free_port())
        self.ready = self.settings.run / "serve.ready"
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")} | {
            "IVR_HOME": str(root / "home"),
            "IVR_AGI_PORT": str(self.settings.agi_port),
            "IVR_AMI_PORT": str(self.settings.ami_port),
            "IVR_LANG": "en",
        }
        self._root = root
        self.processes: list[asyncio.subprocess.Process] = []

    def render(self) -> None:
        ensure_secrets(self.settings, [])

    async def start(self, **environment: str) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "ivr.app",
            "serve",
            env=self._environment | environment,
            cwd=self._root,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self.processes.append(process)
        return process

    async def end_of(self, process: asyncio.subprocess.Process, limit: float = 30) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        async with asyncio.timeout(limit):
            out, error = await process.communicate()
        assert process.returncode is not None
        with pytest.raises(ProcessLookupError):  # its whole process group is gone
            os.killpg(process.pid, 0)
        return process.returncode, out.decode(), error.decode()

    async def serving(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(30):
            while not self.ready.exists():
                assert process.returncode is None, await process.communicate()
                await asyncio.sleep(0.02)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    one = Served(tmp_path)
    yield one
    for process in one.processes:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_it_answers_calls_until_ctrl_c_and_leaves_nothing(served: Served) -> None:
    served.render()
    process = await served.start()
    await served.serving(process)
    assert served.ready.read_text() == str(process.pid)
    asterisk = FakeAsterisk("call?linkedid=1.1", ["1000"], header={"uniqueid": "1.1"}, caller=[Press("1"), Press("1")])
    await asterisk.dial("127.0.0.1", served.settings.agi_port)
    assert (asterisk.variables["IVR_NEXT"], asterisk.variables["IVR_DONE"]) == ("queue", "1")
    process.send_signal(signal.SIGINT)
    code, out, error = await served.end_of(process, limit=10)
    assert (code, out, error) == (0, "", "")
    assert not served.ready.exists()
    async with Database(served.settings.database) as database, database.read() as session:
        call = await calls.find(session, "1.1")
    assert call is not None
    assert call.number == "1000"
    assert call.steps[-1].event == "join", "what was told last is written down before the end"
    lines = (served.settings.logs / "serve.log").read_text("utf-8").splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events == ["agi.listening", "serving", "stopping"], "Asterisk is not there; that does not stop it"


async def test_a_caller_on_the_line_does_not_hold_it_up(served: Served) -> None:
    served.render()
    process = await served.start()
    await served.serving(process)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.settings.agi_port)
    writer.write(
        b"agi_network_script: call?linkedid=2.1\nagi_channel: PJSIP/a-1\nagi_uniqueid: 2.1\nagi_arg_1: 1000\n\n"
    )
    assert await reader.readline() == b"ANSWER\n"
    process.send_signal(signal.SIGTERM)
    code, _, error = await served.end_of(process, limit=10)
    assert (code, error) == (0, "")
    assert await reader.read() == b"", "the line is cut: the dialplan's emergency route takes the caller"
    writer.close()


async def test_a_second_engine_says_that_the_port_is_taken(served: Served) -> None:
    served.render()
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", served.settings.agi_port))
        busy.listen()
        code, out, error = await served.end_of(await served.start())
    assert (code, out) == (1, "")
    assert error.count("\n") == 1
    assert f"127.0.0.1:{served.settings.agi_port}" in error
    assert "IVR_AGI_PORT" in error
    assert not served.ready.exists()


async def test_it_can_be_started_again_after_a_crash(served: Served) -> None:
    served.render()
    first = await served.start()
    await served.serving(first)
    first.kill()
    await first.communicate()
    assert served.ready.exists(), "nobody could take it away"
    second = await served.start()
    async with asyncio.timeout(30):
        while served.ready.read_text() != str(second.pid):
            await asyncio.sleep(0.02)
    second.terminate()
    assert (await served.end_of(second))[0] == 0
    assert not served.ready.exists()


Spoil = Callable[[Served, Path], dict[str, str]]


def no_secrets(served: Served, root: Path) -> dict[str, str]:
    (served.settings.home / "secrets.json").unlink()
    return {}


def damaged_secrets(served: Served, root: Path) -> dict[str, str]:
    (served.settings.home / "secrets.json").write_text("{")
    return {}


def broken_site(served: Served, root: Path) -> dict[str, str]:
    for name, text in {**TINY_SITE, "numbers.yaml": "1000: nowhere\n"}.items():
        path = root / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return {"IVR_SITE": str(root / "site")}


def home_below_a_file(served: Served, root: Path) -> dict[str, str]:
    (root / "file").touch()
    return {"IVR_HOME": str(root / "file" / "home")}


def database_elsewhere(served: Served, root: Path) -> dict[str, str]:
    (root / "file").touch()
    return {"IVR_DATABASE_URL": f"sqlite+aiosqlite:///{root}/file/ivr.db"}


def wrong_port(served: Served, root: Path) -> dict[str, str]:
    return {"IVR_SIP_PORT": "none"}


SPOILT: list[tuple[Spoil, int, str]] = [
    (no_secrets, 3, "ivr asterisk render"),
    (damaged_secrets, 3, "ivr asterisk render"),
    (broken_site, 4, "numbers.yaml:1:"),
    (home_below_a_file, 3, "IVR_HOME"),
    (database_elsewhere, 1, "make folder and file writable"),
    (wrong_port, 2, "IVR_SIP_PORT"),
]


@pytest.mark.parametrize(("spoil", "code", "says"), SPOILT, ids=[one[0].__name__ for one in SPOILT])
async def test_what_cannot_be_served_is_said(
    served: Served, tmp_path: Path, spoil: Spoil, code: int, says: str
) -> None:
    served.render()
    ended, out, error = await served.end_of(await served.start(**spoil(served, tmp_path)))
    assert ended == code
    assert says in error
    assert "Traceback" not in error
    assert out == ""
    assert not served.ready.exists()


async def test_ctrl_c_while_it_starts(served: Served) -> None:
    served.render()
    process = await served.start()
    async with asyncio.timeout(30):
        while not (served.settings.logs / "serve.log").exists():
            await asyncio.sleep(0.005)
    process.send_signal(signal.SIGINT)
    code, _, error = await served.end_of(process, limit=10)
    assert code in {0, 130}
    assert "Traceback" not in error
    assert not served.ready.exists()


async def test_a_part_that_fails_begins_again() -> None:
    tries = 0
    went_on = asyncio.Event()

    async def part() -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ZeroDivisionError
        went_on.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(keep_on("part", part, again_after=0.001))
    async with asyncio.timeout(10):
        await went_on.wait()
    await end([task])
    assert task.cancelled()
    assert tries == 3


def test_the_ready_file_is_there_exactly_while_it_serves(tmp_path: Path) -> None:
    path = tmp_path / "run" / "serve.ready"
    with Ready(path) as ready:
        assert path.read_text() == str(os.getpid())
        ready.take_away()
        assert not path.exists()
    with pytest.raises(KeyError), Ready(path):
        raise KeyError
    assert not path.exists()


async def test_continuations_outlive_the_process_and_are_forgotten_after_a_day(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ivr.db"
    await asyncio.to_thread(upgrade, url)
    clock = SystemClock()
    async with Database(url) as database:
        await StoredContinuations(database, clock).save("a" * 32, "1.1", {"step": "x", "variables": {"k": "值"}})
    async with Database(url) as database:
        remembered = StoredContinuations(database, clock)
        await remembered.purge()
        taken = await asyncio.gather(remembered.take("a" * 32), remembered.take("a" * 32))
        assert sorted(taken, key=bool) == [None, {"step": "x", "variables": {"k": "值"}}]
        assert await remembered.take("b" * 32) is None
