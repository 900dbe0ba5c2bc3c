"""The connection to a running baresip: commands with their answers, and the events in between."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable
from typing import Any

from ivr.core.errors import TelephonyError
from ivr.softphones.netstring import NetstringDecoder, encode

__all__ = ["Control"]

#: baresip reads command and parameters into 256 bytes and cuts the rest off.
_LONGEST_COMMAND = 250


class Control:
    """One client of baresip's ctrl_tcp; baresip allows only one at a time.

    Args:
        on_message: called with every message that answers no command.
        on_lost: called once when the connection ends, whatever the cause.
    """

    def __init__(self, on_message: Callable[[dict[str, Any]], None], on_lost: Callable[[], None]) -> None:
        self._on_message = on_message
        self._on_lost = on_lost
        self._tokens = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def connect(self, host: str, port: int) -> None:
        """Open the connection.

        Raises:
            OSError: if nobody listens.
        """
        reader, self._writer = await asyncio.open_connection(host, port)
        self._reading = asyncio.create_task(self._read(reader))

    async def command(self, name: str, params: str = "", *, within: float = 5.0) -> str:
        """Run one command and return what baresip says to it.

        Args:
            within: seconds.

        Raises:
            TelephonyError: if baresip refuses, does not answer in time, or is gone.
        """
        if self._writer is None or self._reading is None or self._reading.done():
            raise TelephonyError("softphone: its control connection is closed")
        if len(f"{name} {params}".encode()) > _LONGEST_COMMAND:
            raise TelephonyError(f"softphone: the parameters of {name} are too long")
        token = str(next(self._tokens))
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[token] = answer
        try:
            async with asyncio.timeout(within):
                self._writer.write(encode({"command": name, "token": token} | ({"params": params} if params else {})))
                await self._writer.drain()
                message = await answer
        except TimeoutError:
            raise TelephonyError(f"softphone: no answer to {name} within {within:g} s") from None
        except OSError as error:
            raise TelephonyError(f"softphone: its control connection broke: {error}") from error
        finally:
            self._waiting.pop(token, None)
        text = str(message.get("data", "")).strip()
        if not message.get("ok"):
            raise TelephonyError(f"softphone: {name} refused: {text or 'no reason given'}")
        return text

    async def close(self) -> None:
        """Close the connection; safe to call twice."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading], timeout=2)
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(self._writer.wait_closed(), 2)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        decoder = NetstringDecoder()
        try:
            while data := await reader.read(65536):
                for message in decoder.feed(data):
                    self._dispatch(message)
        except (OSError, TelephonyError):
            pass  # the same to whoever waits: the softphone is gone
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(TelephonyError("softphone: its control connection closed"))
            self._on_lost()

    def _dispatch(self, message: dict[str, Any]) -> None:
        if not message.get("response"):
            self._on_message(message)
            return
        answer = self._waiting.get(str(message.get("token", "")))
        if answer is not None and not answer.done():
            answer.set_result(message)
