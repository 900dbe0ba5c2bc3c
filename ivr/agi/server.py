"""The FastAGI server: one handler per script, one error boundary around each call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from ivr.agi.connection import AgiConnection
from ivr.agi.errors import AgiError
from ivr.agi.request import AgiRequest
from ivr.agi.session import AgiSession
from ivr.agi.wire import Limits
from ivr.core.language import Text
from ivr.core.log import bound_contextvars, get_logger

Handler = Callable[[AgiRequest, AgiSession], Awaitable[None]]

_log = get_logger("agi")


class AgiServer:
    """Answers ``AGI(agi://host:port/script)``.

    A handler that returns ends the AGI; the dialplan goes on. A handler that raises is logged and its connection
    is closed without another command, so that the dialplan's emergency route takes the caller. No peer,
    whatever it sends or does not send, changes anything for another call.

    Args:
        host: address to listen on.
        port: port to listen on; 0 lets the system choose, see ``port``.
        routes: handler per script (the path of the address, without slashes around it).
        header_limit: seconds a peer has to send its header.
        margin: seconds Asterisk may be late with any reply.
        play_limit: seconds a sound may take when its duration is not given.
        max_sessions: calls at once; above it a connection is closed at once. Peers that have not sent their
            header are counted by themselves, against the same number.
        limits: how much a peer may send.
    """

    def __init__(
        self,
        host: str,
        port: int,
        routes: Mapping[str, Handler],
        *,
        header_limit: float = 5.0,
        margin: float = 5.0,
        play_limit: float = 120.0,
        max_sessions: int = 2000,
        limits: Limits | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._routes = dict(routes)
        self._header_limit = header_limit
        self._margin = margin
        self._play_limit = play_limit
        self._max_sessions = max_sessions
        self._limits = limits or Limits()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.peers_waiting = 0
        """Connections whose header is not complete yet."""
        self.peers_refused = 0
        """Connections closed before a handler ran: no AGI, silent, unknown script, too many."""
        self.sessions_open = 0
        """Handlers running now."""
        self.sessions_total = 0
        """Handlers started so far."""
        self.sessions_failed = 0
        """Handlers that raised."""

    @property
    def ready(self) -> bool:
        """Whether calls are accepted."""
        return self._server is not None and self._server.is_serving()

    @property
    def port(self) -> int:
        """The port in use."""
        if self._server is not None and self._server.sockets:
            return int(self._server.sockets[0].getsockname()[1])
        return self._port

    async def start(self) -> None:
        """Listen.

        Raises:
            AgiError: if the address cannot be bound.
        """
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: AgiConnection(limits=self._limits, made=self._accept), self._host, self._port, backlog=1024
            )
        except OSError as error:
            raise AgiError(
                Text(
                    f"cannot listen for FastAGI on {self._host}:{self._port}: {error.strerror or error}",
                    f"无法在 {self._host}:{self._port} 上监听 FastAGI：{error.strerror or error}",
                ),
                cure=Text(
                    "stop the program that holds the port, or set IVR_AGI_PORT",
                    "请停止占用该端口的程序，或另设 IVR_AGI_PORT",
                ),
            ) from error
        _log.info("agi.listening", host=self._host, port=self.port)

    async def stop(self, grace: float = 10.0) -> None:
        """Accept no more calls, wait at most ``grace`` seconds for those that run, then close them."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=grace)
            for task in late:
                task.cancel()
            if late:
                _log.warning("agi.cut", sessions=len(late))
                await asyncio.wait(late)
        if server is not None:
            await server.wait_closed()

    def _accept(self, connection: AgiConnection) -> None:
        if self.peers_waiting >= self._max_sessions or self.sessions_open >= self._max_sessions:
            self._refuse_more()
            connection.abort()
            return
        task = asyncio.create_task(self._call(connection), name="agi-call")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: connection.abort())  # also when it was cancelled before it ran

    async def _call(self, connection: AgiConnection) -> None:
        try:
            await self._serve(connection)
        finally:
            await connection.close()

    async def _serve(self, connection: AgiConnection) -> None:
        request = await self._greet(connection)
        if request is None:
            self.peers_refused += 1
            return
        with bound_contextvars(
            uniqueid=request.uniqueid, **({"linkedid": request.linkedid} if request.linkedid else {})
        ):
            handler = self._routes.get(request.script)
            if handler is None:
                self.peers_refused += 1
                _log.error("agi.unknown_script", script=request.script[:80])
                return
            if self.sessions_open >= self._max_sessions:
                self._refuse_more()
                return
            self.sessions_total += 1
            self.sessions_open += 1
            try:
                await handler(request, AgiSession(connection, margin=self._margin, play_limit=self._play_limit))
            except Exception:
                self.sessions_failed += 1
                _log.exception("agi.failed", script=request.script[:80])
                connection.abort()
            finally:
                self.sessions_open -= 1

    def _refuse_more(self) -> None:
        self.peers_refused += 1
        _log.error("agi.too_many", sessions=self.sessions_open, waiting=self.peers_waiting)

    async def _greet(self, connection: AgiConnection) -> AgiRequest | None:
        self.peers_waiting += 1
        try:
            header = await connection.header(self._header_limit)
            return AgiRequest.from_header(header.values) if header is not None else None
        except AgiError as error:
            _log.warning("agi.no_header", reason=error.message)
            return None
        finally:
            self.peers_waiting -= 1


__all__ = ["AgiServer", "Handler"]
