"""``ivr console`` as a process of the demo's house."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from types import TracebackType
from typing import Self

import httpx

from ivr.core.errors import TelephonyError
from ivr.core.settings import Settings
from ivr.demo.house import environment_of

READY_WITHIN = 60.0  # seconds
STOPPED_WITHIN = 10.0


class ConsoleProcess:
    """Runs between ``async with`` and its end; it answers when that has begun.

    What it prints goes nowhere: a link for the first admin is among it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        host = "[::1]" if ":" in settings.console_host else "127.0.0.1"
        scheme = "https" if settings.console_tls_certificate else "http"
        self.url = f"{scheme}://{host}:{settings.console_port}"

    async def __aenter__(self) -> Self:
        """Start it and wait until it answers.

        Raises:
            TelephonyError: if it ends, or does not answer in time.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "ivr.app", "console"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | environment_of(self._settings),
        )
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._answers()
        except BaseException as error:
            await self._stop()
            if isinstance(error, TimeoutError):
                raise self._failed(f"did not answer in {READY_WITHIN:.0f} s") from None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _answers(self) -> None:
        # Its own certificate need not be one that this machine trusts; nothing secret is asked here.
        async with httpx.AsyncClient(base_url=self.url, timeout=5, verify=False) as client:  # noqa: S501
            while True:
                if self._process is not None and self._process.returncode is not None:
                    raise self._failed("ended")
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get("/healthz")).is_success:
                        return
                await asyncio.sleep(0.1)

    def _failed(self, how: str) -> TelephonyError:
        return TelephonyError(f"ivr console {how}", cure=f"see {self._settings.logs / 'console.log'}")

    async def _stop(self) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(STOPPED_WITHIN):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


__all__ = ["ConsoleProcess"]
