"""One FastAGI connection: the header, then one command at a time, each with a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, cast

from ivr.agi.errors import AgiError, AgiProtocolError, AgiTimeout
from ivr.agi.quote import command_line
from ivr.agi.wire import AgiParser, Hangup, Header, Item, Limits, Reply

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


class AgiConnection(asyncio.Protocol):
    """The bytes of one call, taken as they come, so that a hangup is known before the next command.

    A protocol of asyncio: make it inside the running loop, by ``create_server`` or ``create_connection``, and close
    it with ``close``.

    Args:
        limits: how much the peer may send.
        made: told when the connection is there.
    """

    def __init__(self, *, limits: Limits | None = None, made: Callable[[AgiConnection], None] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = AgiParser(limits or Limits())
        self._made = made
        self._transport: asyncio.Transport
        self._header: asyncio.Future[Header | None] = self._loop.create_future()
        self._reply: asyncio.Future[Reply | None] | None = None
        self._lost: asyncio.Future[None] = self._loop.create_future()
        self._fault: AgiProtocolError | None = None
        self._hangup = False
        self._end: End | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: the connection is there."""
        self._transport = cast(asyncio.Transport, transport)
        if self._made is not None:
            self._made(self)

    def data_received(self, data: bytes) -> None:
        """asyncio: the peer has sent something."""
        try:
            for item in self._parser.feed(data):
                self._take(item)
        except AgiProtocolError as error:
            self._fault = error
            self._finish(End.BROKEN)
            self._transport.abort()

    def eof_received(self) -> bool:
        """asyncio: the peer sends no more; what we have still to say may be said."""
        self._finish(End.CLOSED if self._parser.at_boundary else End.TRUNCATED)
        return True

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: the connection is gone."""
        self._finish(End.ABORTED if error is None else End.TRUNCATED)  # whatever happened, nobody may be left waiting
        if not self._lost.done():
            self._lost.set_result(None)

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
        timer = self._loop.call_later(limit, _expire, self._header)
        try:
            header = await self._header
        except TimeoutError as error:
            self.abort()
            raise AgiTimeout(f"no AGI header within {limit:g} s") from error
        finally:
            timer.cancel()
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
        self._reply = self._loop.create_future()
        timer = self._loop.call_later(limit, _expire, self._reply)
        try:
            self._transport.write(line)
            reply = await self._reply
        except TimeoutError as error:
            self.abort()
            raise AgiTimeout(f"no answer within {limit:g} s to AGI command {line.decode()[:60].rstrip()!r}") from error
        except asyncio.CancelledError:
            # The reply would come when nobody waits for it and answer the next command: unusable from here on.
            self.abort()
            raise
        finally:
            timer.cancel()
            self._reply = None
        if self._fault is not None and reply is None:
            raise self._fault
        return reply

    def abort(self) -> None:
        """Cut the connection at once; what was not sent yet is thrown away."""
        self._finish(End.ABORTED)
        self._transport.abort()

    async def close(self) -> None:
        """Send what is still to be sent, close, and wait for that a second at most. May be called twice."""
        self._finish(End.CLOSED)
        self._transport.close()
        done, _ = await asyncio.wait({self._lost}, timeout=_CLOSE_SECONDS)
        if not done:
            self._transport.abort()

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


def _expire(waiting: asyncio.Future[Any]) -> None:
    if not waiting.done():
        waiting.set_exception(TimeoutError())


__all__ = ["AgiConnection", "End"]
