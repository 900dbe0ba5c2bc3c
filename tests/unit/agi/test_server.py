from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from ivr.agi import AgiRequest, AgiServer, AgiSession, Handler
from ivr.agi.fake import FakeAsterisk
from ivr.core.errors import AgiError
from tests.unit.agi.peer import HEADER, Peer, until


@pytest.fixture
def log() -> Any:
    capture = LogCapture()
    before = structlog.get_config()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture.entries
    structlog.configure(**before)


@asynccontextmanager
async def serving(handler: Handler, **options: Any) -> AsyncIterator[AgiServer]:
    server = AgiServer("127.0.0.1", 0, {"menu": handler}, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(5)


async def connect(server: AgiServer) -> Peer:
    return Peer(*await asyncio.open_connection("127.0.0.1", server.port))


async def greet_by_number(request: AgiRequest, session: AgiSession) -> None:
    """A short call whose answers depend on the caller, so that mixed-up sessions would show."""
    await session.answer()
    pressed = await session.stream_file(f"hello-{request.caller_number}", "0123456789", duration=5)
    await session.set_variable("GREETED", f"{request.caller_number}/{pressed.digit}")
    if await session.get_variable("GREETED") != f"{request.caller_number}/{pressed.digit}":
        raise AssertionError("another call's variable")
    await session.set_variable("IVR_DONE", "1")


async def test_five_hundred_calls_among_scanners_silent_peers_and_garbage() -> None:
    async with serving(greet_by_number, header_limit=30) as server:
        silent = [await connect(server) for _ in range(20)]
        halting = [await connect(server) for _ in range(20)]
        for peer in halting:
            await peer.says(b"agi_network: yes\nagi_netw")
        stop = asyncio.Event()

        async def scan() -> int:
            count = 0
            while not stop.is_set():
                peer = await connect(server)
                await peer.goes()
                count += 1
                await asyncio.sleep(0)
            return count

        async def babble() -> int:
            count = 0
            while not stop.is_set():
                peer = await connect(server)
                await peer.says([b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + b"\xff" * 40_000, b"\n"][count % 3])
                await peer.hears_end()
                await peer.goes()
                count += 1
            return count

        noise = [asyncio.create_task(scan()), asyncio.create_task(babble())]
        callers = [
            FakeAsterisk("menu", caller=str(number % 10), header={"callerid": str(number)}) for number in range(500)
        ]
        await asyncio.gather(*(caller.dial("127.0.0.1", server.port) for caller in callers))
        assert server.peers_waiting >= 40, "the silent ones are still waited for"
        stop.set()
        counts = await asyncio.gather(*noise)
        for number, caller in enumerate(callers):
            assert caller.played == [f"hello-{number}"]
            assert caller.variables["GREETED"] == f"{number}/{number % 10}"
            assert caller.variables["IVR_DONE"] == "1"
            assert caller.fault is None
        assert min(counts) > 0, "there was noise"
        assert (server.sessions_total, server.sessions_failed, server.sessions_open) == (500, 0, 0)
        for peer in silent + halting:
            await peer.goes()
        await until(lambda: server.peers_waiting == 0)
        assert server.peers_refused == sum(counts) + 40


async def test_a_silent_peer_is_closed_after_its_time(log: list[dict[str, Any]]) -> None:
    async with serving(greet_by_number, header_limit=0.02) as server:
        peer = await connect(server)
        assert await peer.hears_end() == b""
        await peer.goes()
        await until(lambda: server.peers_refused == 1)
    assert [entry["event"] for entry in log] == ["agi.listening", "agi.no_header"]


async def test_a_handler_that_raises_is_logged_and_only_its_call_ends(log: list[dict[str, Any]]) -> None:
    async def fail(request: AgiRequest, session: AgiSession) -> None:
        await session.answer()
        if request.args == ("break",):
            raise RuntimeError("a defect")
        await session.set_variable("IVR_DONE", "1")

    async with serving(fail) as server:
        broken, sound = FakeAsterisk("menu?linkedid=17.5", ["break"]), FakeAsterisk("menu")
        await broken.dial("127.0.0.1", server.port)
        await sound.dial("127.0.0.1", server.port)
        assert broken.commands == [["ANSWER"]], "no further command: the dialplan finds IVR_DONE unset"
        assert sound.variables["IVR_DONE"] == "1"
        assert (server.sessions_total, server.sessions_failed) == (2, 1)
    (entry,) = [entry for entry in log if entry["event"] == "agi.failed"]
    assert (entry["linkedid"], entry["uniqueid"]) == ("17.5", "1700000000.1")
    assert entry["exc_info"]


async def test_a_hung_command_ends_only_its_call(log: list[dict[str, Any]]) -> None:
    async def ask(_: AgiRequest, session: AgiSession) -> None:
        await session.get_variable("X")

    async with serving(ask, margin=0.02) as server:
        peer = await connect(server)
        await peer.says(HEADER)
        assert await peer.hears() == "GET VARIABLE X"
        assert await peer.hears_end() == b""
        await peer.goes()
        await until(lambda: server.sessions_failed == 1 and server.sessions_open == 0)
    assert "agi.failed" in [entry["event"] for entry in log]


async def test_an_unknown_script_is_closed(log: list[dict[str, Any]]) -> None:
    async with serving(greet_by_number) as server:
        caller = FakeAsterisk("nosuch")
        await caller.dial("127.0.0.1", server.port)
        assert caller.commands == []
        assert (server.sessions_total, server.peers_refused) == (0, 1)
    assert "agi.unknown_script" in [entry["event"] for entry in log]


async def test_more_calls_than_allowed_are_closed_at_once() -> None:
    release = asyncio.Event()

    async def wait(_: AgiRequest, session: AgiSession) -> None:
        await release.wait()
        await session.noop()

    async with serving(wait, max_sessions=2, header_limit=60) as server, asyncio.timeout(30):
        peers = [await connect(server)]
        await peers[0].says(HEADER)
        await until(lambda: server.sessions_open == 1)
        peers.append(await connect(server))
        late = await connect(server)
        await until(lambda: server.peers_waiting == 2)
        await peers[1].says(HEADER)
        await until(lambda: server.sessions_open == 2)
        await late.says(HEADER)
        assert await late.hears_end() == b"", "its header came when the last place was taken"
        await late.goes()
        silent = await connect(server)
        assert await silent.hears_end() == b"", "not even its header is waited for"
        await silent.goes()
        assert server.peers_refused == 2
        release.set()
        for peer in peers:
            assert await peer.hears() == "NOOP", "the two are not disturbed"
            await peer.goes()
        await until(lambda: server.sessions_open == 0)
        caller = FakeAsterisk("menu")
        await caller.dial("127.0.0.1", server.port)
        assert caller.commands == [["NOOP"]], "and there is room again"


async def test_stop_waits_for_calls_and_takes_no_more() -> None:
    release = asyncio.Event()

    async def finish(_: AgiRequest, session: AgiSession) -> None:
        await release.wait()
        await session.set_variable("IVR_DONE", "1")

    server = AgiServer("127.0.0.1", 0, {"menu": finish})
    assert not server.ready
    await server.start()
    assert server.ready
    port = server.port
    caller = FakeAsterisk("menu")
    call = asyncio.create_task(caller.dial("127.0.0.1", port))
    await until(lambda: server.sessions_open == 1)
    stopping = asyncio.create_task(server.stop(30))
    await until(lambda: not server.ready)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", port)
    release.set()
    await asyncio.gather(stopping, call)
    assert caller.variables["IVR_DONE"] == "1"


async def test_stop_closes_calls_that_last_longer_than_the_grace(caplog: pytest.LogCaptureFixture) -> None:
    async def linger(_: AgiRequest, session: AgiSession) -> None:
        await asyncio.Event().wait()

    server = AgiServer("127.0.0.1", 0, {"menu": linger})
    await server.start()
    caller = FakeAsterisk("menu")
    call = asyncio.create_task(caller.dial("127.0.0.1", server.port))
    await until(lambda: server.sessions_open == 1)
    await server.stop(0.01)
    await call
    assert caller.commands == []
    assert server.sessions_open == 0
    await asyncio.sleep(0)
    assert caplog.records == [], "asyncio has nothing to complain about"


async def test_a_port_in_use_is_said_clearly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = AgiServer("127.0.0.1", taken.getsockname()[1], {})
        with pytest.raises(AgiError, match="IVR_AGI_PORT"):
            await server.start()
    await server.stop()


async def test_a_hangup_behind_the_header_is_known_to_the_first_command() -> None:
    seen: list[bool] = []

    async def look(_: AgiRequest, session: AgiSession) -> None:
        await session.answer()
        seen.append(session.hung_up)

    async with serving(look) as server:
        peer = await connect(server)
        await peer.says(HEADER + b"HANGUP\n")
        assert await peer.hears_end() == b"", "a caller who has gone is not answered"
        await peer.goes()
    assert seen == [True]
