"""A fake Asterisk on a real socket: tests and simulations run a flow against it, and no real time passes.

The session under test is the one that runs in production; behind the socket a SimulatedChannel answers::

    asterisk = FakeAsterisk(caller=[Press("9"), Silence(), Press("1"), HangUp()])
    await asterisk.run(handler)             # or: await asterisk.dial("127.0.0.1", server.port)
    assert asterisk.played == [...]
    assert asterisk.fault is None
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.agi.connection import AgiConnection
from ivr.agi.errors import AgiError
from ivr.agi.request import AgiRequest
from ivr.agi.server import Handler
from ivr.agi.session import AgiSession
from ivr.agi.simulated import Act, Application, HangUp, Press, Silence, SimulatedChannel


class FakeAsterisk(SimulatedChannel):
    """Asterisk's side of one call.

    Args:
        script: the path and query of the address, as in ``agi://host/script``.
        args: the arguments after it.
        header: further header fields, names without ``agi_``.
        call: what SimulatedChannel takes: ``caller``, ``variables``, ``sounds``, ``missing``, ``applications``, ...
    """

    def __init__(
        self, script: str = "menu", args: Sequence[str] = (), *, header: Mapping[str, str] | None = None, **call: Any
    ) -> None:
        super().__init__(**call)
        self._header = {
            "network": "yes",
            "network_script": script,
            "request": f"agi://127.0.0.1/{script}",
            "channel": "PJSIP/anonymous-00000001",
            "language": "en",
            "type": "PJSIP",
            "uniqueid": "1700000000.1",
            "version": "22.0.0",
            "callerid": "+4930123456",
            "calleridname": "Caller",
            "callingpres": "0",
            "dnid": "100",
            "rdnis": "unknown",
            "context": "incoming",
            "extension": "100",
            "priority": "3",
            "enhanced": "0.0",
            "accountcode": "",
            **{f"arg_{number}": arg for number, arg in enumerate(args, 1)},
            **(header or {}),
        }

    async def run(self, handler: Handler, *, margin: float = 5.0, play_limit: float = 120.0) -> None:
        """Run ``handler`` against this Asterisk, without a server. What the handler raises comes out here."""
        ours, theirs = socket.socketpair()
        _, connection = await asyncio.get_running_loop().create_connection(AgiConnection, sock=theirs)
        asterisk = asyncio.create_task(self._talk_over(ours))
        try:
            header = await connection.header(margin)
            if header is None:
                raise AgiError("the simulated Asterisk closed before its header was read")
            await handler(
                AgiRequest.from_header(header.values), AgiSession(connection, margin=margin, play_limit=play_limit)
            )
        finally:
            await connection.close()
            await asterisk

    async def dial(self, host: str, port: int) -> None:
        """Call a running server and play the dialogue to its end."""
        reader, writer = await asyncio.open_connection(host, port)
        await self._talk(reader, writer)

    async def _talk_over(self, sock: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=sock)
        await self._talk(reader, writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            block = "".join(f"agi_{name}: {value}\n" for name, value in self._header.items())
            writer.write(f"{block}\n".encode())
            while line := await reader.readline():
                writer.write(self.answer(line.decode().removesuffix("\n")).encode())
                await writer.drain()
                if self.over:
                    break
        except ConnectionError:
            pass  # the engine cut the connection, as it may
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


__all__ = ["Act", "Application", "FakeAsterisk", "HangUp", "Press", "Silence"]
