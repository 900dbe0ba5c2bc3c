"""The events of pages: only from the session that opened the page, while it goes on, and while it may see the page.

NiceGUI takes events from any origin and any socket, for any page whose id it names. Here its handlers of Socket.IO
messages are wrapped: a socket joins a page only with the cookie of the session that opened it, speaks for that page
alone, and each message is taken only if the session still goes on and its person is what he was when the page was
built. Messages of one socket are taken in their order.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, quote

from nicegui import core
from nicegui.client import Client
from socketio.exceptions import ConnectionRefusedError  # type: ignore[import-untyped]

from ivr.console.context import Console
from ivr.console.page import Page
from ivr.console.security import cookies, sessions
from ivr.console.security.asking import KNOWN
from ivr.console.security.sessions import Known
from ivr.core.errors import IvrError
from ivr.core.log import get_logger

log = get_logger("console")

PART = "sockets"
SWEEP_EVERY = 5.0  # seconds after which a page whose session has ended is sent away, if nothing happens on it
MOST_WAITING = 200  # messages of one socket
_TAKEN = ("event", "javascript_response", "ack")  # `log` is not taken: what a browser says does not go into our log

Handler = Callable[..., Any]


@dataclass
class _Socket:
    """One socket: whose turn it is, and how many messages wait."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Sockets:
    """Stands before NiceGUI's handlers.

    Args:
        console: its database knows which sessions go on.
        pages: all pages, with what is needed to see them.
    """

    def __init__(self, console: Console, pages: Sequence[Page]) -> None:
        self._console = console
        self._needs = {page.path: page.permissions for page in pages}
        self._sockets: dict[str, _Socket] = {}
        self._sweeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Sockets:
        self._sweeper = asyncio.create_task(self._sweep(), name="console sessions of pages")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper

    def stand_before(self, sio: Any) -> None:
        """Put these checks before the handlers ``sio`` has."""
        handlers: dict[str, Handler] = sio.handlers["/"]
        shaking = handlers["handshake"]

        async def handshake(sid: str, data: Any) -> bool:
            return await self._joins(sid, data) and bool(await shaking(sid, data))

        async def connect(sid: str, environ: dict[str, Any], _auth: Any = None) -> None:
            # NiceGUI's own handler takes the handshake from the query; it must come past these checks.
            wanted = _query(environ)
            if wanted.get("implicit_handshake") == "true" and not await handshake(sid, wanted):
                raise ConnectionRefusedError("Implicit handshake failed")  # at these words a page loads itself anew
            self._sockets[sid] = _Socket()

        async def disconnect(sid: str, *_reason: Any) -> None:
            self._sockets.pop(sid, None)
            leaving(sid)

        async def nothing(_sid: str, _message: Any = None) -> None:
            return None

        leaving = handlers["disconnect"]
        sio.on("connect", connect)
        sio.on("handshake", handshake)
        sio.on("disconnect", disconnect)
        sio.on("log", nothing)
        for name in _TAKEN:
            sio.on(name, self._checked(sio, handlers[name]))

    def _checked(self, sio: Any, inner: Handler) -> Callable[[str, Any], Awaitable[None]]:
        async def taken(sid: str, message: Any = None) -> None:
            socket = self._sockets.get(sid)
            if socket is None:
                return
            if socket.waiting >= MOST_WAITING:
                log.warning("socket with too many events cut off")
                await sio.disconnect(sid)
                return
            socket.waiting += 1
            try:
                async with socket.turn:
                    client = _client(sio, sid, message)
                    if client is None:
                        log.info("event for another page dropped")
                    elif await self._may(client):
                        inner(sid, message)
            except (KeyError, TypeError, ValueError, AttributeError):
                log.info("event that is none dropped")
            except IvrError as error:
                log.error("event dropped: who sends it is not known", problem=str(error))
            finally:
                socket.waiting -= 1

        return taken

    async def _joins(self, sid: str, data: Any) -> bool:
        """Whether a socket has the session that opened the page it names."""
        client = Client.instances.get(str(data.get("client_id"))) if isinstance(data, dict) else None
        environ = core.sio.get_environ(sid)
        if client is None or environ is None or "tab_id" not in data or "document_id" not in data:
            return False
        opener = _opener(client)
        token = cookies.read(environ["asgi.scope"], cookies.SESSION)
        known = await sessions.known(self._console, token)
        if opener is None or known is None or not self._still(client, opener, known):
            log.info("socket of another session refused")
            return False
        return True

    async def _may(self, client: Client) -> bool:
        """Whether a page's session goes on; if not, the page is sent to the login."""
        opener = _opener(client)
        if opener is None:
            return False
        session = opener.person.session
        known = (await sessions.going_on(self._console, {session})).get(session)
        if known is None or not self._still(client, opener, known):
            send_away(client)
            return False
        await sessions.seen(self._console, known)
        return True

    def _still(self, client: Client, opener: Known, known: Known) -> bool:
        """Whether a session is that which opened a page, and its person is what he was then and may see it."""
        then, now = opener.person, known.person
        same = (then.session, then.id, then.role, then.agent) == (now.session, now.id, now.role, now.agent)
        needs = self._needs.get(client.page.path, ())
        return same and opener.csrf == known.csrf and (not needs or now.may(*needs))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            try:
                await self.sweep()
            except Exception:
                log.exception("sessions of pages not checked")

    async def sweep(self) -> None:
        """Send away all pages whose session has ended, or whose person is not what he was."""
        opened = [(client, who) for client in list(Client.instances.values()) if (who := _opener(client)) is not None]
        ids = sorted({who.person.session for _, who in opened})
        known: dict[int, Known] = {}
        for start in range(0, len(ids), 500):
            known |= await sessions.going_on(self._console, ids[start : start + 500])
        for client, who in opened:
            now = known.get(who.person.session)
            if client.has_socket_connection and (now is None or not self._still(client, who, now)):
                send_away(client)


def protect(console: Console) -> None:
    """Have NiceGUI take events only from where they may come."""
    from ivr.console.pages import pages

    sockets = Sockets(console, pages())
    sockets.stand_before(core.sio)
    console.parts[PART] = sockets
    core.sio.eio.transports = ["websocket"]
    core.app.config.socket_io_js_transports = ["websocket"]


def send_away(client: Client) -> None:
    """Lead a page to the login, and back when its person has logged in again."""
    url = client.request.url
    path = url.path + (f"?{url.query}" if url.query else "")
    client.open(f"/login?next={quote(path, safe='/')}")


def _opener(client: Client) -> Known | None:
    found: Known | None = client.request.scope.get(KNOWN)
    return found


def _client(sio: Any, sid: str, message: Any) -> Client | None:
    """The page a message is for, if its socket has joined that page."""
    if not isinstance(message, dict) or message.get("client_id") not in sio.rooms(sid):
        return None
    return Client.instances.get(message["client_id"])


def _query(environ: dict[str, Any]) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}


__all__ = ["PART", "SWEEP_EVERY", "Sockets", "protect", "send_away"]
