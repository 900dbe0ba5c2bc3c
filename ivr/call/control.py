"""The engine's control socket: HTTP on a Unix socket, for this machine's own tools.

Who may open the socket is a matter of file permissions (0600, in a private folder). Requests and answers are small
JSON objects, one request a connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ivr.core.errors import IvrError, SetupError, UsageError
from ivr.core.language import Text
from ivr.core.log import get_logger

log = get_logger("control")

Answer = dict[str, Any]
Route = Callable[[str, Mapping[str, Any]], Awaitable[Answer]]
Stream = Callable[[str, Mapping[str, Any]], AsyncGenerator[Answer, None]]

LIMIT = 10.0  # seconds for a whole request
MAX_HEADER = 8192  # bytes
MAX_BODY = 65_536
MAX_AT_ONCE = 32
_TURNS = 10  # of the event loop, from an accepted connection to its handler
BEAT = 5.0  # seconds of silence in a stream, after which an empty object shows that it goes on


class ControlServer:
    """Answers ``METHOD /noun/id/verb`` with the route for ``METHOD noun verb``, which gets id and body.

    Args:
        path: of the socket; a stale one is replaced.
        routes: e.g. ``{"POST calls pause": ...}``; without an id and verb, ``{"GET health": ...}``.

        streams: requests answered by one JSON object a line for as long as the other side listens. Who does not
            take a line within 10 s is let go.

    An IvrError a route raises is answered with its message and cure, 400 for wrong use and 409 else.
    """

    def __init__(self, path: Path, routes: Mapping[str, Route], streams: Mapping[str, Stream] | None = None) -> None:
        self._path = path
        self._routes = dict(routes)
        self._streams = dict(streams or {})
        self._streaming: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._open = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Listen.

        Raises:
            SetupError: if the socket cannot be made.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)
            before = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(self._serve, self._path, limit=MAX_HEADER)
            finally:
                os.umask(before)
        except OSError as error:
            raise SetupError(
                Text(f"no control socket at {self._path}: {error}", f"无法建立控制套接字 {self._path}：{error}"),
                cure=Text("set IVR_HOME to a shorter path of yours", "请将 IVR_HOME 设为较短的可写目录"),
            ) from error

    async def stop(self) -> None:
        """Answer no more."""
        server, self._server = self._server, None
        if server is not None:
            loop = asyncio.get_running_loop()
            for socket in server.sockets:
                loop.remove_reader(socket.fileno())  # nobody more is let in
            for _ in range(_TURNS):  # who was let in just before gets to his handler; a closed server would forget him
                await asyncio.sleep(0)
            server.close()
            for task in self._streaming:
                task.cancel()
            await self._until_idle()
            for writer in self._writers:  # who is not done by now is cut off
                writer.transport.abort()
            await self._until_idle()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(server.wait_closed(), LIMIT)
            self._path.unlink(missing_ok=True)

    async def _until_idle(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), 1.0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        self._writers.add(writer)
        self._idle.clear()
        try:
            lines: AsyncGenerator[Answer, None] | None = None
            async with asyncio.timeout(LIMIT):
                if self._open > MAX_AT_ONCE:
                    status, answer = HTTPStatus.SERVICE_UNAVAILABLE, _problem("too many requests", "请求过多")
                else:
                    status, answer, lines = await self._answer(reader)
                if lines is None:
                    body = json.dumps(answer, ensure_ascii=False, default=str).encode()
                    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
                    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
                    await writer.drain()
            if lines is not None:
                await self._stream(lines, reader, writer)
        except (TimeoutError, OSError):
            log.warning("control request broken off")
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 1.0)
            self._writers.discard(writer)
            self._open -= 1
            if not self._open:
                self._idle.set()

    async def _stream(
        self, lines: AsyncGenerator[Answer, None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send lines until the other side goes or the server stops."""
        sending = asyncio.create_task(_send(lines, writer), name="stream")
        gone = asyncio.create_task(reader.read(1), name="stream's end")  # nothing more is said to us
        self._streaming.add(sending)
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._streaming.discard(sending)
            for task in (sending, gone):
                task.cancel()
            results = await asyncio.gather(sending, gone, return_exceptions=True)
            await lines.aclose()
        failed = [one for one in results if isinstance(one, Exception) and not isinstance(one, OSError)]
        if failed:  # TimeoutError is an OSError
            log.error("stream failed", problem=repr(failed[0])[:200])

    async def _answer(
        self, reader: asyncio.StreamReader
    ) -> tuple[HTTPStatus, Answer, AsyncGenerator[Answer, None] | None]:
        try:
            method, parts, body = await _read(reader)
        except (ValueError, UnicodeDecodeError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            return HTTPStatus.BAD_REQUEST, _problem("not a request", "请求格式错误"), None
        noun, about, verb = (*parts, "", "", "")[:3]
        asked = " ".join(word for word in (method, noun, verb) if word)
        if asked in self._streams and len(parts) <= 3:
            return HTTPStatus.OK, {}, self._streams[asked](about, body)
        route = self._routes.get(asked)
        if route is None or len(parts) > 3:
            return HTTPStatus.NOT_FOUND, _problem("no such request", "没有该请求"), None
        return *await self._routed(route, asked, about, body), None

    async def _routed(self, route: Route, asked: str, about: str, body: Mapping[str, Any]) -> tuple[HTTPStatus, Answer]:
        try:
            return HTTPStatus.OK, await route(about, body)
        except IvrError as error:
            status = HTTPStatus.BAD_REQUEST if isinstance(error, UsageError) else HTTPStatus.CONFLICT
            return status, {"error": error.message, "cure": error.cure}
        except Exception:
            log.exception("control request failed", request=asked[:80])
            return HTTPStatus.INTERNAL_SERVER_ERROR, _problem("failed: see the engine's log", "失败：请查看引擎日志")


async def _send(lines: AsyncGenerator[Answer, None], writer: asyncio.StreamWriter) -> None:
    """Write one JSON object a line, an empty one in every ``BEAT`` seconds of silence.

    Raises:
        TimeoutError, OSError: if the other side does not take it.
    """
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n")
    upcoming: asyncio.Future[Answer] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(lines))
            ready, _ = await asyncio.wait((upcoming,), timeout=BEAT)
            line: Answer = {}
            if ready:
                try:
                    line = upcoming.result()
                except StopAsyncIteration:
                    return
                upcoming = None
            writer.write(json.dumps(line, ensure_ascii=False, default=str).encode() + b"\n")
            async with asyncio.timeout(LIMIT):
                await writer.drain()
    finally:
        if upcoming is not None:
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> tuple[str, list[str], dict[str, Any]]:
    """Method, parts of the path, body.

    Raises:
        ValueError: if it is no request of ours.
    """
    header = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").split("\r\n")
    method, target, _ = header[0].split(" ")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in header[1:])}
    length = int(fields.get("content-length") or "0")
    if not 0 <= length <= MAX_BODY:
        raise ValueError("too long")
    body = json.loads(await reader.readexactly(length)) if length else {}
    if not isinstance(body, dict):
        raise ValueError("not an object")  # noqa: TRY004  a matter of what was sent
    return method, [part for part in target.split("/") if part], body


def _problem(en: str, zh: str) -> Answer:
    return {"error": str(Text(en, zh)), "cure": ""}
