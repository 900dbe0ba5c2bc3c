"""Who asks: before every page, route, sound and socket."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from http.cookies import SimpleCookie
from urllib.parse import quote

from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ivr.console.context import Console
from ivr.console.security.permissions import Role
from ivr.console.security.person import Person
from ivr.core.language import speak
from ivr.storage.accounts import sessions

COOKIE = "ivr_session"
PERSON = "ivr.person"


class Guard:
    """Lets through whom a session names."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        who = await self._who(scope)
        scope[PERSON] = who
        if who is not None:
            speak(who.language)
        path: str = scope["path"]
        if who is None and scope["type"] == "http" and not path.startswith(("/static/", "/_nicegui/", "/login")):
            answer = (
                JSONResponse({"error": "log in first", "cure": ""}, 401)
                if path.startswith("/api/")
                else RedirectResponse(f"/login?next={quote(path)}", 303)
            )
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _who(self, scope: Scope) -> Person | None:
        headers = dict(scope["headers"])
        cookie = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE)
        if cookie is None:
            return None
        digest = hashlib.sha256(cookie.value.encode()).hexdigest()
        async with self._console.database.read() as session:
            row = await sessions.find(session, digest, self._console.clock.now())
        if row is None:
            return None
        one = row.account
        who = Person(one.id, one.login, one.title, Role(one.role), one.agent, one.language or "zh", row.id)
        return replace(who, theme=one.theme or "auto")


__all__ = ["COOKIE", "Guard"]
