"""A scripted manager server for tests and simulations, on loopback.

It greets, checks the login, answers actions from a table, replays recorded dialogues in pieces of any size, and can
fall silent, drop its connections, or refuse new ones. Texts are written with ``\\n``; on the wire they end in CRLF.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from itertools import cycle
from types import TracebackType
from typing import Self

Action = Mapping[str, str]
Answer = str | Callable[[Action], str]

SUCCESS = "Response: Success\n\n"
FULLY_BOOTED = "Event: FullyBooted\nPrivilege: system,all\nStatus: Fully Booted\n\n"
EMPTY_LISTS = {
    "queuestatus": "QueueStatusComplete",
    "coreshowchannels": "CoreShowChannelsComplete",
}


def list_answer(complete: str, *items: str) -> str:
    """The text of a list: ``items`` are events without their blank line, ``complete`` the last event's name."""
    head = "Response: Success\nEventList: start\nMessage: list will follow\n\n"
    body = "".join(f"{item.strip()}\n\n" for item in items)
    return f"{head}{body}Event: {complete}\nEventList: Complete\nListItems: {len(items)}\n\n"


class FakeAmi:
    """Asterisk's side of the manager protocol.

    ``received`` holds every action but Login and Ping, in order, names of headers in lower case. ``silent`` makes it
    read and never answer; ``booted = False`` holds FullyBooted back until ``boot()``.
    """

    def __init__(self, *, username: str = "ivr", secret: str = "fake", port: int = 0) -> None:  # noqa: S107 - a fake
        self.username = username
        self.secret = secret
        self.port = port
        self.silent = False
        self.booted = True
        self.logins = 0
        self.pings = 0
        self.received: list[Action] = []
        self.answers: dict[str, Answer] = {name: list_answer(last) for name, last in EMPTY_LISTS.items()}
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()  # those logged in
        self._dialogues: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._changed = asyncio.Condition()

    async def start(self) -> None:
        """Listen; on the same port again after ``refuse``."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Listen no more, and drop all connections."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.drop()

    async def drop(self) -> None:
        """Drop all connections, without a word."""
        for writer in self._dialogues.values():
            writer.transport.abort()
        if self._dialogues:
            await asyncio.wait(set(self._dialogues))

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refuse()

    def answer(self, action: str, text: Answer) -> None:
        """Answer ``action`` with ``text``, or with what it returns; an empty text answers nothing."""
        self.answers[action.lower()] = text

    async def boot(self) -> None:
        """Tell everybody that all modules are loaded now."""
        self.booted = True
        await self.replay(FULLY_BOOTED)

    async def replay(self, text: str | bytes, sizes: Iterable[int] = ()) -> None:
        """Send to everybody connected, cut into pieces of ``sizes`` bytes, over and over; whole when there are none."""
        data = text if isinstance(text, bytes) else _wire(text)
        lengths = cycle(list(sizes) or [max(1, len(data))])
        start = 0
        while start < len(data):
            end = start + max(1, next(lengths))
            for writer in list(self._writers):
                writer.write(data[start:end])
                await writer.drain()
            start = end
            await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool], limit: float = 10.0) -> None:
        """Wait until ``condition`` holds; looked at after each login and action.

        Raises:
            TimeoutError: if it does not within ``limit`` seconds.
        """
        async with asyncio.timeout(limit), self._changed:
            await self._changed.wait_for(condition)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._dialogues[task] = writer
        try:
            writer.write(b"Asterisk Call Manager/11.0.0\r\n")
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                await self._take(_read(block), writer)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass  # the client went away: the end of the dialogue
        finally:
            self._writers.discard(writer)
            self._dialogues.pop(task)
            writer.close()

    async def _take(self, action: Action, writer: asyncio.StreamWriter) -> None:
        name = action.get("action", "").lower()
        if not self.silent:
            text = self._login(action, writer) if name == "login" else self._reply(name, action)
            writer.write(_wire(_with_id(text, action.get("actionid", ""))))
            if name == "login" and writer in self._writers and self.booted:
                writer.write(_wire(FULLY_BOOTED))
            await writer.drain()
        async with self._changed:
            if name == "ping":
                self.pings += 1
            elif name != "login":
                self.received.append(action)
            self._changed.notify_all()

    def _login(self, action: Action, writer: asyncio.StreamWriter) -> str:
        if action.get("username") != self.username or action.get("secret") != self.secret:
            return "Response: Error\nMessage: Authentication failed\n\n"
        self.logins += 1
        self._writers.add(writer)
        return "Response: Success\nMessage: Authentication accepted\n\n"

    def _reply(self, name: str, action: Action) -> str:
        if name == "ping":
            return "Response: Success\nPing: Pong\n\n"
        answer = self.answers.get(name, "Response: Error\nMessage: Invalid/unknown command\n\n")
        return answer if isinstance(answer, str) else answer(action)


def _wire(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def _with_id(text: str, action_id: str) -> str:
    """Put the ActionID behind the first line of each message."""
    messages = [message for message in text.split("\n\n") if message.strip()]
    out = []
    for message in messages:
        first, _, rest = message.strip("\n").partition("\n")
        out.append("\n".join(part for part in (first, f"ActionID: {action_id}", rest) if part) + "\n\n")
    return "".join(out)


def _read(block: bytes) -> dict[str, str]:
    """The headers, names in lower case; of a header that comes twice, the values joined by newlines."""
    headers: dict[str, str] = {}
    for line in block.decode().split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            value = value.strip()
            headers[key] = f"{headers[key]}\n{value}" if key in headers else value
    return headers
