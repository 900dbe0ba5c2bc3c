"""What an answer took, told in its ``Server-Timing`` header to whoever is logged in; slow queries go to the log."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ivr.console.api.base import PERSON
from ivr.core.log import get_logger
from ivr.storage.timing import Tally, counted

log = get_logger("console")

SLOW = 0.3  # seconds of queries in one answer
_SHOWN = 600  # characters of a query in the log


class Timing:
    """Times what ``app`` answers.

    Args:
        app: asks the database in the task that answers, or in tasks that one begins.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        with counted() as tally:

            async def sending(message: Message) -> None:
                if message["type"] == "http.response.start" and scope.get(PERSON) is not None:
                    took = time.perf_counter() - began
                    message = {**message, "headers": [*message["headers"], (b"server-timing", _header(tally, took))]}
                await send(message)

            await self._app(scope, receive, sending)
        if tally.seconds > SLOW:
            log.warning(
                "slow queries",
                path=scope["path"][:200],
                ms=round(tally.seconds * 1000),
                queries=tally.queries,
                slowest=" ".join(tally.slowest.split())[:_SHOWN],
                slowest_ms=round(tally.slowest_s * 1000),
            )


def _header(tally: Tally, took: float) -> bytes:
    return f'db;dur={tally.seconds * 1000:.1f};desc="{tally.queries}", all;dur={took * 1000:.1f}'.encode()


__all__ = ["Timing"]
