"""One FastAGI connection: the header, then one command at a time, each with a time limit."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from enum import StrEnum

from ivr.agi.errors import AgiError, AgiProtocolError, AgiTimeout
from ivr.agi.quote import command_line
from ivr.agi.wire import AgiParser, Hangup, Header, Item, Limits, Reply

_READ_BYTES = 65_536
_CLOSE_SECONDS = 1.0


class End(StrEnum):
    """Why no more commands can be sent."""

    CLOSED = "closed"
    """Asterisk closed the connection between two replies: the AGI is over, mostly because the caller went."""
    TRUNCATED = "truncated"
    """The connection broke within a line: Asterisk, or the way to it, has died."""
    BROKEN = "broken"
    """The peer does not speak AGI, or replies and commands no longer match."""
    ABORTED = "aborted"
    """We gave up: a time limit passed, or the task was cancelled within a command."""


class AgiConnection:
    """The bytes of one call. A task reads all the time, so that a hangup is known before the next command.

    Must be made inside the running loop and closed with ``close``.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, limits: Limits | None = None
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = AgiParser(limits or Limits())
        self._header: asyncio.Future[Header | None] = asyncio.get_running_loop().create_future()
        self._reply: asyncio.Future[Reply | None] | None = None
        self._fault: AgiProtocolError | None = None
        self._hangup = False
        self._end: End | None = None
        self._pump = asyncio.create_task(self._read(), name="agi-read")

    @property
    def hung_up(self) -> bool:
        """Whether the caller has gone, as far as is known: a HANGUP line came, or the connection ended."""
        return self._hangup or self._end is not None

    @property
    def end(self) -> End | None:
        """Why the connection can carry no more commands; None while it can."""
        return self._end

    def mark_hung_up(self) -> None:
        """Take note of a hangup that was learned from a reply instead of a HANGUP line."""
        self._hangup = True

    async def header(self, limit: float) -> Header | None:
        """The header block, waited for at most ``limit`` seconds; None if the peer closed before it was complete.

        Raises:
            AgiProtocolError: if the peer sent anything else.
            AgiTimeout: if the time passed.
        """
        try:
            async with asyncio.timeout(limit):
                header = await asyncio.shield(self._header)
        except TimeoutError as error:
            self.abort()
            raise AgiTimeout(f"no AGI header within {limit:g} s") from error
        if self._fault is not None and header is None:
            raise self._fault
        return header

    async def command(self, words: Iterable[str], limit: float) -> Reply | None:
        """Send one command and wait at most ``limit`` seconds for its reply; None if the connection is over.

        Raises:
            AgiCommandError: if the words cannot be sent; nothing has been sent then.
            AgiTimeout: if the time passed; the connection is closed.
            AgiProtocolError: if the peer sent what is no reply; the connection is closed.
            AgiError: if another command is still waiting for its reply.
        """
        line = command_line(words)
        if self._reply is not None:
            raise AgiError("two AGI commands at once on one call", cure="await each command before the next one")
        if self._fault is not None:
            raise self._fault
        if self._end is not None:
            return None
        self._reply = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(limit):
                self._writer.write(line)
                await self._writer.drain()
                reply = await self._reply
        except TimeoutError as error:
            self.abort()
            raise AgiTimeout(f"no answer within {limit:g} s to AGI command {line.decode()[:60].rstrip()!r}") from error
        except OSError:
            self._finish(End.CLOSED)
            return None
        except asyncio.CancelledError:
            # The reply would come when nobody waits for it and answer the next command: unusable from here on.
            self.abort()
            raise
        finally:
            self._reply = None
        if self._fault is not None and reply is None:
            raise self._fault
        return reply

    def abort(self) -> None:
        """Cut the connection at once; what was not sent yet is thrown away."""
        self._finish(End.ABORTED)
        self._pump.cancel()
        self._writer.transport.abort()

    async def close(self) -> None:
        """Send what is still to be sent, close, and wait for that a second at most. May be called twice."""
        self._pump.cancel()
        self._writer.close()
        with contextlib.suppress(OSError):
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._writer.wait_closed()
            except TimeoutError:
                self._writer.transport.abort()
        await asyncio.wait([self._pump])
        self._finish(End.CLOSED)

    async def _read(self) -> None:
        try:
            while data := await self._reader.read(_READ_BYTES):
                for item in self._parser.feed(data):
                    self._take(item)
        except AgiProtocolError as error:
            self._fault = error
            self._finish(End.BROKEN)
            self._writer.transport.abort()
        except OSError:
            self._finish(End.TRUNCATED)
        else:
            self._finish(End.CLOSED if self._parser.at_boundary else End.TRUNCATED)
        finally:
            self._finish(End.ABORTED)  # whatever happened, nobody may be left waiting

    def _take(self, item: Item) -> None:
        if isinstance(item, Hangup):
            self._hangup = True
        elif isinstance(item, Header):
            if not self._header.done():
                self._header.set_result(item)
        elif self._reply is None or self._reply.done():
            raise AgiProtocolError(f"an AGI reply that nothing asked for: {item.text!r:.80}")
        else:
            self._reply.set_result(item)

    def _finish(self, end: End) -> None:
        if self._end is None:
            self._end = end
        for waiting in (self._header, self._reply):
            if waiting is not None and not waiting.done():
                waiting.set_result(None)


__all__ = ["AgiConnection", "End"]
