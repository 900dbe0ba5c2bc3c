"""Services asked over HTTP, for the step ``lookup``.

Nothing of a request is logged: its address, headers and body may hold what the caller entered, and secrets.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from dialplan.templates import ENV_BEGINS
from ivr.call.answers import LONGEST, read
from ivr.call.services import Reply, Request

AT_ONCE = 100
"""Requests under way at the same time; others wait, within their time limit."""
PAUSE = 0.2
"""Seconds before the second try; twice as many before the third."""
SERVER_FAULT = 500


class HttpServices:
    """Asks services over HTTP/1.1: no redirects, no proxies, no cookies; certificates are those the machine trusts.

    Args:
        environment: where secrets are looked up.
        trust: certificates that servers are checked against; the machine's when not given.
    """

    def __init__(self, environment: Mapping[str, str], *, trust: ssl.SSLContext | None = None) -> None:
        self._environment = environment
        self._trust = trust
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        for library in ("httpx", "httpcore"):  # they log addresses
            logging.getLogger(library).setLevel(logging.ERROR)

    def secret(self, name: str) -> str | None:
        """What an environment variable holds; None for others than ``IVR_LOOKUP_...``."""
        return self._environment.get(name) if name.startswith(ENV_BEGINS) else None

    async def ask(self, request: Request) -> Reply:
        """Ask, and again after no answer or one of 5xx, as often as the request allows."""
        reply = Reply(0, problem="not asked")
        for number in range(1, request.tries + 1):
            if number > 1:
                await asyncio.sleep(PAUSE * (number - 1))
            reply = await self._once(request, number)
            if 0 < reply.status < SERVER_FAULT:
                break
        return reply

    async def _once(self, request: Request, number: int) -> Reply:
        try:
            async with asyncio.timeout(request.timeout):
                return await self._exchange(request, number)
        except TimeoutError:
            return Reply(0, problem="no answer in time", tries=number)
        except httpx.ConnectError:
            return Reply(0, problem="not reached", tries=number)
        except httpx.TransportError as error:  # its text may name the address
            return Reply(0, problem=f"broken off: {type(error).__name__}", tries=number)
        except Exception as error:  # an odd address comes to many kinds of error
            return Reply(0, problem=f"not asked: {type(error).__name__}", tries=number)

    async def _exchange(self, request: Request, number: int) -> Reply:
        client = self._client or await self._opened()
        headers = [(name.encode(), value.encode()) for name, value in request.headers.items()]
        asked = client.stream(request.method, request.url, headers=headers, json=request.body)
        async with asked as response:
            status = response.status_code
            if not response.is_success:
                return Reply(status, problem=f"status {status}", tries=number)
            data = b""
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > LONGEST:
                    return Reply(status, problem="longer than 64 KiB", tries=number)
        if not data:
            return Reply(status, tries=number)
        if response.headers.get("content-encoding", "identity") != "identity":
            return Reply(status, problem="compressed, though that was not wanted", tries=number)
        try:
            return Reply(status, read(data), tries=number)
        except ValueError as error:
            return Reply(status, problem=str(error), tries=number)

    async def _opened(self) -> httpx.AsyncClient:
        """Made at the first question, aside: reading the machine's certificates takes a tenth of a second."""
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            verify=self._trust or ssl.create_default_context(),
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),  # callers share the connections
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "callwright"},
            follow_redirects=False,
            trust_env=False,
            timeout=None,  # noqa: S113 - each try has its own
            limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=20, keepalive_expiry=5.0),
        )

    async def close(self) -> None:
        """Close the connections that are kept."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


__all__ = ["AT_ONCE", "PAUSE", "HttpServices"]
