"""``ivr calls pause`` and ``resume`` against a control socket, and without one."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ivr.asterisk.layout import control_socket
from ivr.call.control import ControlServer, Route
from ivr.core.errors import TelephonyError, UsageError
from ivr.core.settings import Settings


@contextmanager
def engine(home: Path, routes: Mapping[str, Route]) -> Iterator[None]:
    """A control socket in a thread of its own, for the command runs a loop of its own."""
    ready, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        server = ControlServer(control_socket(Settings(home=home)), routes)
        await server.start()
        ready.set()
        await stop.wait()
        await server.stop()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(20)
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(20)


def test_a_call_is_paused_and_resumed(ivr: Callable[..., Any], home: Path) -> None:
    asked: list[tuple[str, str, Any]] = []

    async def pause(call: str, body: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(("pause", call, body.get("seconds")))
        return {"call": "1.0", "paused": True, "until": "2026-03-04T02:01:00+00:00"}

    async def resume(call: str, _: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(("resume", call, None))
        return {"call": "1.0", "ended": 0}

    with engine(home, {"POST calls pause": pause, "POST calls resume": resume}):
        result = ivr("calls", "pause", "1.0", "--seconds", "60")
        assert (result.exit_code, "02:01:00 UTC" in result.stdout) == (0, True)
        assert json.loads(ivr("calls", "pause", "17", "--json").stdout)["paused"] is True
        assert "not paused" in ivr("calls", "resume", "1.0").stdout
    assert asked == [("pause", "1.0", 60), ("pause", "17", None), ("resume", "1.0", None)]


@pytest.mark.parametrize(("error", "code"), [(UsageError("no such call"), 2), (TelephonyError("Asterisk is down"), 1)])
def test_what_the_engine_refuses(ivr: Callable[..., Any], home: Path, error: Exception, code: int) -> None:
    async def refuse(_: str, __: Mapping[str, Any]) -> dict[str, Any]:
        raise error

    with engine(home, {"POST calls pause": refuse}):
        result = ivr("calls", "pause", "1.0", "--json")
    assert result.exit_code == code
    assert json.loads(result.stdout)["error"] == str(error)


def test_without_an_engine(ivr: Callable[..., Any]) -> None:
    result = ivr("calls", "pause", "1.0")
    assert result.exit_code == 3
    assert "ivr serve" in result.stderr
