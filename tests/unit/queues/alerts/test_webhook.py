"""Posting alerts to a web address on loopback: signed, tried again a few times, never for ever."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ivr.core.clock import FixedClock
from ivr.queues.alerts.webhook import MOST, Webhook

CLOCK = FixedClock(datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


class Receiver:
    """Answers with the statuses given, then 204."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.got: list[tuple[dict[str, str], bytes]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        self.got.append((fields, await reader.readexactly(int(fields["content-length"]))))
        status = self.statuses.pop(0) if self.statuses else "204 No Content"
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def posting(receiver: Receiver, secret: str = "s3cret") -> AsyncIterator[Webhook]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hook = Webhook(f"http://127.0.0.1:{port}/alerts", secret, CLOCK, pauses=(0.0, 0.0))
    task = asyncio.create_task(hook.run())
    try:
        yield hook
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        server.close()
        await server.wait_closed()


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not found():
            await asyncio.sleep(0.01)


async def test_an_alert_is_signed() -> None:
    receiver = Receiver()
    async with posting(receiver) as hook:
        hook.put({"rule": "慢", "state": "raised"})
        await until(lambda: len(receiver.got) == 1)
    fields, body = receiver.got[0]
    assert json.loads(body) == {"rule": "慢", "state": "raised"}
    signed = fields["x-callwright-timestamp"].encode() + b"." + body
    assert fields["x-callwright-timestamp"] == str(int(CLOCK.now().timestamp()))
    assert fields["x-callwright-signature"] == "sha256=" + hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()


async def test_without_a_secret_nothing_pretends_to_be_signed() -> None:
    receiver = Receiver()
    async with posting(receiver, "") as hook:
        hook.put({"rule": "r"})
        await until(lambda: len(receiver.got) == 1)
    assert "x-callwright-signature" not in receiver.got[0][0]


async def test_a_failure_is_tried_again_and_order_is_kept() -> None:
    receiver = Receiver("503 Service Unavailable", "429 Too Many Requests")
    async with posting(receiver) as hook:
        hook.put({"rule": "first"})
        hook.put({"rule": "second"})
        await until(lambda: len(receiver.got) == 4)
        assert hook.failed == 0
    assert [json.loads(body)["rule"] for _, body in receiver.got] == ["first", "first", "first", "second"]


async def test_it_gives_up_and_goes_on_with_the_next() -> None:
    receiver = Receiver(*["500 Internal Server Error"] * 3, "302 Found", "404 Not Found")
    async with posting(receiver) as hook:
        for rule in ("broken", "moved", "unknown", "well"):
            hook.put({"rule": rule})
        await until(lambda: len(receiver.got) == 6)
        assert hook.failed == 3
    assert json.loads(receiver.got[-1][1])["rule"] == "well"


async def test_what_waits_is_bounded() -> None:
    hook = Webhook("http://127.0.0.1:9/", "", CLOCK)
    for number in range(MOST + 5):
        hook.put({"rule": str(number)})
    assert hook.dropped == 5
