"""Server-Sent Events: numbered, with a heartbeat, and only for as long as who opened the stream may hear it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.responses import StreamingResponse

from ivr.console.api.base import PERSON
from ivr.console.context import Console
from ivr.console.fanout import Listener, Message, Told, encoded
from ivr.console.security import cookies, sessions, tokens
from ivr.console.security.asking import header
from ivr.console.security.permissions import Permission
from ivr.console.security.person import Person

BEAT = 15.0  # seconds of silence after which a comment shows that the stream goes on; and between two looks at who asks
LONGEST = 3600.0  # seconds; browsers come again by themselves

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-Sent Events, for as long as the session lasts", "content": {"text/event-stream": {}}}
}

Still = Callable[[], Awaitable[bool]]
Pick = Callable[[Message], Message | None]


def still_may(request: Request, console: Console, *permissions: Permission) -> Still:
    """Asks anew whether who opened a stream is logged in and may one of these."""
    before: Person | None = request.scope.get(PERSON)

    async def asked() -> bool:
        _, _, token = header(request.scope, b"authorization").partition(" ")
        if token:
            who = await tokens.person_of(console, token.strip())
        else:
            who = await sessions.person_of(console, cookies.read(request.scope, cookies.SESSION))
        return who is not None and before is not None and who.id == before.id and who.may(*permissions)

    return asked


def events(
    console: Console, listener: Listener, still: Still, pick: Pick = lambda message: message
) -> StreamingResponse:
    """A listener as Server-Sent Events; it is left when the other side goes.

    Args:
        still: whether the stream may go on, asked every few seconds.
        pick: what of a message is told; None for nothing.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_lines(console, listener, still, pick), media_type="text/event-stream", headers=headers)


async def _lines(console: Console, listener: Listener, still: Still, pick: Pick) -> AsyncIterator[str]:
    monotonic = console.clock.monotonic
    began = asked = monotonic()
    with listener:
        while monotonic() - began < LONGEST and not listener.left:
            found = await listener.next(BEAT)
            if monotonic() - asked >= BEAT or found is None:
                if not await still():
                    yield 'event: end\ndata: {"why": "session"}\n\n'
                    return
                asked = monotonic()
            message = None if found is None else pick(found)
            if message is not None:
                number = f"id: {message['seq']}\n" if "seq" in message else ""
                data = message.text if isinstance(message, Told) else encoded(message)
                yield f"{number}event: {message['type']}\ndata: {data}\n\n"
            elif found is None:
                yield ": still there\n\n"


__all__ = ["EVENTS", "events", "still_may"]
