"""A peer that says what a test tells it to, byte by byte, and a session connected to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from ivr.agi.connection import AgiConnection
from ivr.agi.session import AgiSession

HEADER = b"agi_network_script: menu\nagi_channel: PJSIP/a-1\nagi_uniqueid: 1.1\n\n"


class Peer:
    """Asterisk's end of the socket, driven by the test."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def says(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hears(self) -> str:
        return (await self.reader.readline()).decode().removesuffix("\n")

    async def hears_end(self) -> bytes:
        """What still comes, until our side closes."""
        try:
            return await self.reader.read()
        except ConnectionError:
            return b""

    async def goes(self) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()


@asynccontextmanager
async def connected(*, margin: float = 5.0, play_limit: float = 120.0) -> AsyncIterator[tuple[Peer, AgiSession]]:
    """A session whose header has been read, and its peer."""
    ours, theirs = socket.socketpair()
    _, connection = await asyncio.get_running_loop().create_connection(AgiConnection, sock=ours)
    peer = Peer(*await asyncio.open_connection(sock=theirs))
    try:
        await peer.says(HEADER)
        assert await connection.header(5) is not None
        yield peer, AgiSession(connection, margin=margin, play_limit=play_limit)
    finally:
        await connection.close()
        await peer.goes()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition()`` holds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)
