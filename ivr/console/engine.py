"""The engine, asked over its control socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from ivr.asterisk.layout import control_socket
from ivr.call.control_client import LIMIT, accepted
from ivr.core.errors import SetupError
from ivr.core.language import Text
from ivr.core.settings import Settings


class Engine:
    """Asks the engine of this installation.

    Args:
        settings: where its socket is.
    """

    def __init__(self, settings: Settings) -> None:
        self._path = control_socket(settings)

    async def ask(self, path: str, body: Mapping[str, Any] | None = None, *, method: str = "POST") -> dict[str, Any]:
        """Ask, and have the answer.

        Args:
            path: of the request, each part quoted.

        Raises:
            SetupError: if no engine answers.
            UsageError: if it calls the request wrong.
            IvrError: if it cannot do it.
        """
        async with self.connected(limit=LIMIT) as client:
            answer = await client.request(method, path, json=dict(body or {}))
            found: dict[str, Any] = answer.json()
        return accepted(answer, found)

    @asynccontextmanager
    async def connected(self, *, limit: float) -> AsyncIterator[httpx.AsyncClient]:
        """A client of the engine.

        Args:
            limit: seconds without a byte after which it is taken for gone.

        Raises:
            SetupError: if no engine answers, or what it says is no JSON.
        """
        if not self._path.exists():
            raise self._missing()
        transport = httpx.AsyncHTTPTransport(uds=str(self._path))
        try:
            async with httpx.AsyncClient(transport=transport, timeout=limit, base_url="http://engine") as client:
                yield client
        except (httpx.HTTPError, ValueError) as error:
            raise self._missing() from error

    def _missing(self) -> SetupError:
        return SetupError(
            Text("no engine answers", "没有引擎应答"),
            cure=Text("start it: ivr up, or ivr serve", "请启动：ivr up 或 ivr serve"),
        )


__all__ = ["LIMIT", "Engine"]
