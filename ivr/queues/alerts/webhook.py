"""Tells a web address of alerts, signed so that it can be sure who speaks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from ivr.core.clock import Clock
from ivr.core.log import get_logger

log = get_logger("alerts")

LIMIT = 5.0  # seconds for one try
PAUSES = (1.0, 4.0)  # seconds before each further try
MOST = 200  # alerts that wait; newer ones are dropped and counted
Heard = Callable[[str], None]
TIMESTAMP = "X-Callwright-Timestamp"
SIGNATURE = "X-Callwright-Signature"


class Webhook:
    """Posts JSON, one alert at a time, in order.

    Args:
        url: http or https; redirections are not followed.
        secret: of the signature; without one, nothing is signed.
        pauses: seconds before each further try.

    Attributes:
        name: the address, as far as anybody may read it.
        dropped: alerts not taken because too many waited; failed: alerts given up after the last try.
    """

    def __init__(self, url: str, secret: str, clock: Clock, *, pauses: tuple[float, ...] = PAUSES) -> None:
        self._url = url
        self._secret = secret.encode()
        self._clock = clock
        self._pauses = pauses
        self._waiting: asyncio.Queue[tuple[Mapping[str, Any], Heard]] = asyncio.Queue(MOST)
        self.name = f"webhook {_host(url)}".strip()
        self.dropped = 0
        self.failed = 0

    def put(self, alert: Mapping[str, Any], heard: Heard = lambda _: None) -> None:
        """Have an alert posted; never waits.

        Args:
            heard: is told once what came of it: ``told``, ``failed`` or ``dropped``.
        """
        try:
            self._waiting.put_nowait((alert, heard))
        except asyncio.QueueFull:
            self.dropped += 1
            log.error("alert not posted: too many wait", dropped=self.dropped)
            heard("dropped")

    async def run(self) -> None:
        """Post what waits, until cancelled."""
        async with httpx.AsyncClient(timeout=LIMIT, follow_redirects=False, trust_env=False) as client:
            while True:
                alert, heard = await self._waiting.get()
                heard("told" if await self._post(client, alert) else "failed")

    async def _post(self, client: httpx.AsyncClient, alert: Mapping[str, Any]) -> bool:
        body = json.dumps(alert, ensure_ascii=False).encode()
        problem = ""
        for pause in (0.0, *self._pauses):
            await asyncio.sleep(pause)
            stamp = str(int(self._clock.now().timestamp()))
            headers = {"Content-Type": "application/json", TIMESTAMP: stamp}
            if self._secret:
                headers[SIGNATURE] = signature(self._secret, stamp, body)
            try:
                async with asyncio.timeout(LIMIT):
                    answer = await client.post(self._url, content=body, headers=headers)
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
                problem = type(error).__name__  # its text may hold the address, and that a password
                continue
            if answer.is_success:
                return True
            problem = f"status {answer.status_code}"
            if answer.status_code < 500 and answer.status_code != 429:
                break  # asking again would be answered alike
        self.failed += 1
        log.error("alert not posted", rule=alert.get("rule"), problem=problem)
        return False


def _host(url: str) -> str:
    """What of an address is no secret."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def signature(secret: bytes, stamp: str, body: bytes) -> str:
    """``sha256=`` and the HMAC-SHA256 of ``<timestamp>.<body>``, in hex."""
    return "sha256=" + hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


__all__ = ["SIGNATURE", "TIMESTAMP", "Webhook", "signature"]
