"""``ivr qa run`` on a real database, with a transcriber that follows a script."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ivr.core.errors import SetupError
from ivr.core.settings import Settings
from ivr.storage import jobs
from ivr.storage.database import Database
from ivr.storage.migrations import upgrade
from recording import models
from recording.errors import ExecutorLost, PoisonFile
from recording.models import Model
from tests.unit.cli.conftest import Ivr
from tests.unit.recording.judging_room import FakeTranscriber, JudgingRoom


@pytest.fixture
def waiting(home: Path) -> FakeTranscriber:
    """Two calls wait to be judged; returns the transcriber that knows their words."""

    async def fill() -> FakeTranscriber:
        url = Settings().database
        await asyncio.to_thread(upgrade, url)
        async with Database(url) as database:
            room = JudgingRoom(database, home)
            await room.asked(await room.call("1.1"), await room.call("2.1"))
            return room.transcriber

    return asyncio.run(fill())


def states(home: Path) -> list[str]:
    async def look() -> list[str]:
        async with Database(f"sqlite+aiosqlite:///{home}/ivr.db") as database, database.read() as session:
            return sorted(job.state for job in await jobs.list_jobs(session))

    return asyncio.run(look())


def with_words(monkeypatch: pytest.MonkeyPatch, transcriber: FakeTranscriber) -> list[str]:
    """A model is there, and whoever transcribes hears these words; returns what was closed."""
    closed: list[str] = []

    class Fake(FakeTranscriber):
        def __init__(self, *_: Any, **__: Any) -> None:
            super().__init__()
            self.script = transcriber.script

        def close(self) -> None:
            closed.append("closed")

    monkeypatch.setattr("ivr.quality.Transcriber", Fake)
    monkeypatch.setattr("ivr.quality.find_model", lambda *_: Model("fake", "en-US", Path("fake"), "installed"))
    return closed


def test_calls_that_wait_are_judged(
    ivr: Ivr, home: Path, waiting: FakeTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = with_words(monkeypatch, waiting)
    result = ivr("qa", "run", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (found["judged"], found["failed"]) == (2, 0)
    assert [call["linkedid"] for call in found["calls"]] == ["1.1", "2.1"]
    assert closed == ["closed"]
    assert states(home) == ["done", "done"]
    again = ivr("qa", "run")
    assert (again.exit_code, again.stdout) == (0, "no call waits to be judged\n")


def test_without_a_model_it_says_the_cure_and_tries_again_when_asked(
    ivr: Ivr, home: Path, waiting: FakeTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(models, "_packaged", lambda: iter(()))
        result = ivr("qa", "run")
    assert result.exit_code == 1
    assert result.stdout.count("no Vosk model for en-US — ivr model install") == 1, "said once, not for each call"
    assert "ivr qa run --retry" in result.stdout
    assert "2 failed" in result.stdout
    assert states(home) == ["failed", "failed"]
    with_words(monkeypatch, waiting)
    assert json.loads(ivr("qa", "run", "--json").stdout)["calls"] == [], "what failed is not tried again by itself"
    result = ivr("qa", "run", "--retry", "--json")
    assert (result.exit_code, json.loads(result.stdout)["judged"]) == (0, 2)
    assert states(home) == ["done", "done"]


def test_log_lines_do_not_disturb_the_console(
    ivr: Ivr, home: Path, waiting: FakeTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.quality.Transcriber", lambda *_, **__: (_ for _ in ()).throw(SetupError("no worker")))
    monkeypatch.setattr("ivr.quality.find_model", lambda *_: Model("fake", "en-US", Path("fake"), "installed"))
    result = ivr("qa", "run", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout)["failed"] == 2
    events = [json.loads(line) for line in (home / "log" / "ivr.log").read_text().splitlines()]
    assert [(event["event"], event["level"], bool(event["job"])) for event in events] == [
        ("not judged", "error", True)
    ] * 2


def test_watching_goes_on_until_it_is_told_to_stop(home: Path) -> None:
    upgrade(Settings().database)
    process = subprocess.Popen(
        [sys.executable, "-m", "ivr.app", "qa", "run", "--watch"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ.copy(),
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 30
        while not (home / "log" / "qa.log").exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out, error) == (0, "", "")


def test_an_executor_that_is_none_is_wrong_use(ivr: Ivr, home: Path, waiting: FakeTranscriber) -> None:
    result = ivr("qa", "run", "--executor", "http://somewhere", "--json")
    assert result.exit_code == 2
    assert "not an executor" in json.loads(result.stdout)["error"]
    assert states(home) == ["queued", "queued"]


def test_a_scheduler_out_of_reach_leaves_the_calls_waiting(
    ivr: Ivr, home: Path, waiting: FakeTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_address: str, *, workers: int) -> object:
        raise ExecutorLost("nobody at tcp://10.0.0.5:8786")

    monkeypatch.setattr("ivr.quality.open_executor", lost)
    monkeypatch.setenv("IVR_QA_EXECUTOR", "dask://10.0.0.5:8786")
    result = ivr("qa", "run", "--json")
    assert (result.exit_code, json.loads(result.stdout)["error"]) == (1, "nobody at tcp://10.0.0.5:8786")
    assert states(home) == ["queued", "queued"]


def test_a_file_that_was_set_aside_is_named(
    ivr: Ivr, home: Path, waiting: FakeTranscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting.script["1.1-caller.wav"] = PoisonFile("1.1-caller.wav", "ASSERTION_FAILED")
    with_words(monkeypatch, waiting)
    result = ivr("qa", "run")
    assert result.exit_code == 1
    assert "1.1-caller.wav: ended two transcription workers" in result.stdout
    assert states(home) == ["done", "quarantined"]
