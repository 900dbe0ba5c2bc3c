"""Who asks: before every page, route, sound and socket. What it lets through is known, or meant for everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ivr.console.api.base import PERSON, PREFIX
from ivr.console.context import Console
from ivr.console.security import cookies, csrf, origin, sessions, tokens
from ivr.console.security.asking import KNOWN, header, preferred
from ivr.console.security.body import Bounded, TooLargeError, is_too_large
from ivr.console.security.headers import with_headers
from ivr.console.security.person import Person
from ivr.core.errors import IvrError
from ivr.core.language import Text, speak
from ivr.core.log import get_logger

log = get_logger("console")

SOCKETS = "/_nicegui_ws/"
LOGIN = f"{PREFIX}/session"
# What is there for everybody: files of this package and of NiceGUI, how one logs in, and whether the console runs.
_FILES = ("/static/", "/_nicegui/")
_OPEN = frozenset({"/login", "/welcome", "/healthz", "/favicon.ico", "/oidc/login", "/oidc/callback"})
_OPEN_POSTS = frozenset({LOGIN, f"{LOGIN}/link", f"{LOGIN}/welcome"})


class Guard:
    """Refuses what is not known, and gives every answer its headers.

    Args:
        app: answers what is let through.
        console: its database knows who is logged in.
    """

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        # NiceGUI would put it into its pages, whoever sends it.
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-prefix"]
        language = preferred(scope)
        speak(language)
        scope[PERSON] = scope[KNOWN] = None
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, language)
            return
        send = with_headers(scope, send)
        try:
            refused = await self._refused(scope, language)
        except IvrError as error:  # without the database nobody is known
            log.error("who asks is not known", problem=str(error))
            refused = _refusal(503, Text("the database does not answer", "数据库无应答"), Text("try again", "请重试"))
        if refused is not None:
            await refused(scope, receive, send)
            return
        await self._bounded(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send, language: str) -> None:
        """Sockets are of pages: own names, own origin, and a session."""
        allowed = (
            scope["path"].startswith(SOCKETS)
            and origin.answers_to(self._console.settings, scope)
            and origin.is_own(self._console.settings, scope, must_say=True)
        )
        try:
            allowed = allowed and await self._by_cookie(scope, language) is not None
        except IvrError as error:
            log.error("who asks is not known", problem=str(error))
            allowed = False
        if not allowed:
            log.info("socket refused", path=scope["path"][:80])
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, Bounded(receive), sending)
        except TooLargeError:
            if not begun:
                await _too_large()(scope, receive, send)

    async def _refused(self, scope: Scope, language: str) -> Response | None:
        """The answer to what is not let through; None if it is."""
        path: str = scope["path"]
        refused = self._unfit(scope)
        safe = scope["method"] in csrf.SAFE
        if refused is not None or (safe and path.startswith(_FILES)):
            return refused
        who = await self._who(scope, language)
        if who is not None:
            speak(who.language)
        if not safe and (who is None or who.scopes is None):
            refused = self._forged(scope)
        is_open = path in _OPEN if safe else scope["method"] == "POST" and path in _OPEN_POSTS
        if refused is None and who is None and not is_open:
            return _log_in(scope)
        return refused

    def _unfit(self, scope: Scope) -> Response | None:
        """Refuses what nobody may."""
        if not origin.answers_to(self._console.settings, scope):
            return _refusal(421, Text("this console has another name", "该控制台不使用此名称"),
                            Text("open it by its address, or name it in IVR_CONSOLE_HOSTS",
                                 "请使用其地址访问，或在 IVR_CONSOLE_HOSTS 中登记该名称"))  # fmt: skip
        if is_too_large(scope):
            return _too_large()
        if scope["path"].startswith(SOCKETS):  # long polling would come past what stands before sockets
            return _refusal(403, Text("WebSocket only", "仅支持 WebSocket"))
        return None

    def _forged(self, scope: Scope) -> Response | None:
        """Refuses changes that may not come from our own pages."""
        if not origin.is_own(self._console.settings, scope, must_say=False):
            return _refusal(403, Text("the request comes from another site", "请求来自其他站点"))
        known = scope[KNOWN]
        logs_in = scope["method"] == "POST" and scope["path"] in _OPEN_POSTS
        if known is None or logs_in or csrf.fits(known.csrf, header(scope, csrf.HEADER)):
            return None
        return _refusal(403, Text("X-CSRF-Token is missing or wrong", "缺少 X-CSRF-Token 或其值错误"),
                        Text("reload the page", "请刷新页面"))  # fmt: skip

    async def _who(self, scope: Scope, language: str) -> Person | None:
        given = header(scope, b"authorization")
        if not given:
            return await self._by_cookie(scope, language)
        kind, _, token = given.partition(" ")
        # A token opens the API alone: pages need a session, so that their events can be checked.
        if kind.lower() != "bearer" or not scope["path"].startswith(f"{PREFIX}/"):
            return None
        scope[PERSON] = await tokens.person_of(self._console, token.strip(), language)
        found: Person | None = scope[PERSON]
        return found

    async def _by_cookie(self, scope: Scope, language: str) -> Person | None:
        known = await sessions.known(self._console, cookies.read(scope, cookies.SESSION), language)
        if known is None:
            return None
        await sessions.seen(self._console, known)
        scope[KNOWN], scope[PERSON] = known, known.person
        return known.person


def _log_in(scope: Scope) -> Response:
    """A page leads to the login and back; anything else is told."""
    path: str = scope["path"]
    if (
        path.startswith("/api/")
        or scope["method"] not in {"GET", "HEAD"}
        or "text/html" not in header(scope, b"accept")
    ):
        headers = {"WWW-Authenticate": "Bearer"} if path.startswith("/api/") else None
        return _refusal(401, Text("you are not logged in", "您尚未登录"),
                        Text("log in, or show a valid token", "请登录，或出示有效令牌"), headers)  # fmt: skip
    query = scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse(f"/login?next={quote(path + ('?' + query if query else ''), safe='/')}", 303)


def _too_large() -> Response:
    return _refusal(413, Text("the request is too large, or came too slowly", "请求过大或发送过慢"))


def _refusal(status: int, error: Text, cure: Text | None = None, headers: dict[str, str] | None = None) -> Response:
    content: dict[str, Any] = {"error": str(error), "cure": "" if cure is None else str(cure)}
    return JSONResponse(content, status, headers=headers)


__all__ = ["LOGIN", "SOCKETS", "Guard"]
