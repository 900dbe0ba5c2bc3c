from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import socket as unix
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ivr.call.control import MAX_BODY, ControlServer
from ivr.core.errors import TelephonyError, UsageError


async def echo(about: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"about": about, **body}


async def wrong(_: str, __: Mapping[str, Any]) -> dict[str, Any]:
    raise UsageError("no such call", cure="look again")


async def broken(_: str, __: Mapping[str, Any]) -> dict[str, Any]:
    raise TelephonyError("Asterisk is down")


async def bug(_: str, __: Mapping[str, Any]) -> dict[str, Any]:
    raise KeyError("secret detail")


@pytest_asyncio.fixture
async def socket(tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "c.sock"
    path.write_text("stale")
    routes = {"POST calls pause": echo, "GET health": echo, "POST calls x": wrong, "POST calls y": broken}
    server = ControlServer(path, {**routes, "POST calls z": bug})
    await server.start()
    yield path
    await server.stop()
    assert not path.exists()


async def send(path: Path, raw: bytes) -> tuple[int, dict[str, Any]]:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(raw)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def request(target: str, body: object = None, method: str = "POST") -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    return f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


async def test_a_request_reaches_its_route(socket: Path) -> None:
    assert await send(socket, request("/calls/1.5/pause", {"seconds": 3})) == (200, {"about": "1.5", "seconds": 3})
    assert await send(socket, request("/health", method="GET")) == (200, {"about": ""})


async def test_only_its_owner_may_open_it(socket: Path) -> None:
    assert socket.stat().st_mode & 0o777 == 0o600


async def test_errors_say_what_and_whose(socket: Path) -> None:
    assert await send(socket, request("/calls/1/x")) == (400, {"error": "no such call", "cure": "look again"})
    assert (await send(socket, request("/calls/1/y")))[0] == 409
    status, answer = await send(socket, request("/calls/1/z"))
    assert status == 500
    assert "secret" not in str(answer)


async def test_what_is_no_request_of_ours_is_refused(socket: Path) -> None:
    for raw in (
        b"nonsense\r\n\r\n",
        request("/calls/1/pause", [1]),
        b"POST /calls/1/pause HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /calls/1/pause HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        b"POST /calls/1/pause HTTP/1.1\r\nContent-Length: 1\r\n\r\n{",
        b"POST /\xff HTTP/1.1\r\n\r\n",
        b"x" * 20_000,
    ):
        assert (await send(socket, raw))[0] == 400
    assert (await send(socket, request("/calls/1/pause/more")))[0] == 404
    assert (await send(socket, request("/calls/1/pause", method="DELETE")))[0] == 404


@pytest.mark.parametrize("turns", range(5))
async def test_who_comes_as_it_stops_is_let_go(tmp_path: Path, turns: int) -> None:
    """Wherever between the door and its handler the connection is then."""
    server = ControlServer(tmp_path / "c.sock", {"GET health": echo})
    await server.start()
    with unix.socket(unix.AF_UNIX) as caller:
        caller.connect(str(tmp_path / "c.sock"))
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.stop()
        caller.settimeout(0.0)
        with contextlib.suppress(ConnectionResetError):
            assert caller.recv(1) == b""
    gc.collect()  # a transport left open would tell of itself
