"""HTTP Range (RFC 9110, section 14): which bytes of something are asked for, and the answer that sends them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from ivr.console.context import Console
from ivr.console.errors import TooMany
from ivr.console.security.person import Person
from recording.keeping.stereo import StereoSound

WAV = "audio/wav"
_SENT = "sounds being sent"
CHUNK = 128 * 1024  # bytes
MOST, EACH = 100, 16  # answers at once, and to one person
LONGEST = 900.0  # seconds one answer is sent at most; a player that has stopped asks again from where it is


def wanted(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range header asks for; None: everything.

    What is no single range of bytes is passed over, as RFC 9110 allows.

    Raises:
        ValueError: if none of these bytes is there (416).
    """
    unit, _, ranges = header.partition("=")
    first, dash, last = ranges.strip().partition("-")
    known = all(not part or (part.isascii() and part.isdigit() and len(part) < 20) for part in (first, last))
    if unit.strip().lower() != "bytes" or not dash or not known or not (first or last):
        return None
    if not first:
        length = min(int(last), size)
        if not length:
            raise ValueError("nothing of it")
        return size - length, size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise ValueError("behind its end")
    return int(first), min(int(last), size - 1) if last else size - 1


def answer(request: Request, console: Console, who: Person, sound: StereoSound) -> Response:
    """The sound, or the part of it that ``request`` asks for; it is closed when that is sent.

    Raises:
        TooMany: if too many are sent already.
    """
    headers = {"Accept-Ranges": "bytes", "ETag": f'"{sound.etag}"', "Content-Disposition": "inline"}
    asked = request.headers.get("range", "") if request.method == "GET" else ""
    only_if = request.headers.get("if-range", "")
    if only_if and only_if != headers["ETag"]:
        asked = ""  # what it has the beginning of has changed
    try:
        part = wanted(asked, sound.size)
    except ValueError:
        sound.__exit__()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{sound.size}"})
    first, last = part or (0, sound.size - 1)
    headers["Content-Length"] = str(last - first + 1)
    if part:
        headers["Content-Range"] = f"bytes {first}-{last}/{sound.size}"
    if request.method == "HEAD":
        sound.__exit__()
        return Response(headers=headers, media_type=WAV)
    sent: Counter[int] = console.parts.setdefault(_SENT, Counter())
    if sent[who.id] >= EACH or sent.total() >= MOST:
        sound.__exit__()
        raise TooMany(5)
    return SoundResponse(sound, first, last, 206 if part else 200, headers, sent, who.id)


class SoundResponse(StreamingResponse):
    """Sends a stretch of a sound, and closes its files however that ends."""

    def __init__(
        self,
        sound: StereoSound,
        first: int,
        last: int,
        status: int,
        headers: dict[str, str],
        sent: Counter[int],
        person: int,
    ) -> None:
        self._sound, self._sent, self._person = sound, sent, person
        sent[person] += 1
        super().__init__(_chunks(sound, first, last), status, headers, WAV)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                await super().__call__(scope, receive, send)
        except TimeoutError:  # the connection is cut: there is less than was promised
            pass
        finally:
            self._sound.__exit__()
            self._sent[self._person] -= 1
            if not self._sent[self._person]:
                del self._sent[self._person]


async def _chunks(sound: StereoSound, first: int, last: int) -> AsyncIterator[bytes]:
    while first <= last:
        data = await asyncio.to_thread(sound.read, first, min(CHUNK, last + 1 - first))
        if not data:
            return
        first += len(data)
        yield data


RANGED: dict[int | str, dict[str, Any]] = {
    200: {"content": {WAV: {"schema": {"type": "string", "format": "binary"}}}, "description": "stereo WAV"},
    206: {"content": {WAV: {"schema": {"type": "string", "format": "binary"}}}, "description": "the bytes asked for"},
    416: {"description": "none of the bytes asked for is there"},
}

__all__ = ["CHUNK", "RANGED", "WAV", "answer", "wanted"]
