"""How large a request may be, and how long it may take to come."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive, Scope

LARGEST = 1 << 20  # bytes
LONGEST = 30.0  # seconds for the whole of it


class TooLargeError(Exception):
    """The body of a request is larger than may be, or came too slowly."""


class Bounded:
    """Reads a request's body within both bounds.

    Args:
        receive: of the server.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = 0
        self._until: float | None = None
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is only that the browser has gone
            return await self._receive()
        loop = asyncio.get_running_loop()
        if self._until is None:
            self._until = loop.time() + LONGEST
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise TooLargeError from None
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._read > LARGEST:
                raise TooLargeError
        return message


def is_too_large(scope: Scope) -> bool:
    """Whether a request says of itself that it is too large, or says nonsense."""
    lengths = [value for key, value in scope["headers"] if key == b"content-length"]
    return any(not value.isdigit() or len(value) > 12 or int(value) > LARGEST for value in lengths)


__all__ = ["LARGEST", "LONGEST", "Bounded", "TooLargeError", "is_too_large"]
