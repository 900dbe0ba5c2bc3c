"""A whole house on one machine: Asterisk, the engine as a process of its own, and SIP phones around it.

The demo lives in one; so do the integration tests, which break parts of it on purpose.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from pydantic import SecretStr

from dialplan.model import Site
from ivr.agents import account_of
from ivr.asterisk.certificate import paths
from ivr.asterisk.install import Progress
from ivr.asterisk.instance import Instance
from ivr.asterisk.layout import control_socket
from ivr.asterisk.setup import prepare
from ivr.asterisk.toolbox import Toolbox
from ivr.core.completion import to_its_end
from ivr.core.errors import TelephonyError
from ivr.core.settings import Settings
from ivr.softphones.account import Account
from ivr.softphones.baresip import Softphone


class EngineProcess:
    """``ivr serve`` as a process that can be started, killed, frozen and thawed."""

    def __init__(self, settings: Settings, *, environment: dict[str, str] | None = None) -> None:
        self._settings = settings
        self._environment = environment or {}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process is not None else None

    async def start(self, within: float = 60.0) -> None:
        """Start and wait until it serves.

        Raises:
            TelephonyError: if it ends or is not ready in time; its last words are in the message.
        """
        ready = self._settings.run / "serve.ready"
        ready.unlink(missing_ok=True)
        log = self._settings.logs / "serve.out"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "ivr.app",
                "serve",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                env=os.environ | environment_of(self._settings) | self._environment,
            )
        try:
            async with asyncio.timeout(within):
                while not ready.exists():
                    if self._process.returncode is not None:
                        raise TelephonyError(f"ivr serve ended: {_tail(log)}", cure=f"see {log}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await self.kill()
            raise TelephonyError(f"ivr serve was not ready in {within:.0f} s", cure=f"see {log}") from None

    async def connected(self, within: float = 20.0) -> None:
        """Wait until it has Asterisk's manager: it takes calls before that, but cannot do what agents ask.

        Raises:
            TelephonyError: if it does not come to that in time.
        """
        transport = httpx.AsyncHTTPTransport(uds=str(control_socket(self._settings)))
        async with httpx.AsyncClient(transport=transport, timeout=within, base_url="http://engine") as client:
            try:
                async with asyncio.timeout(within):
                    while True:
                        if (await client.get("/live")).json()["line"]["site"]["asterisk"]:
                            return
                        await asyncio.sleep(0.05)
            except (TimeoutError, httpx.HTTPError) as error:
                raise TelephonyError(
                    f"the engine has no manager connection after {within:.0f} s", cure="see its log"
                ) from error

    async def stop(self) -> None:
        """End it politely, then by force after 10 s."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End it as a crash would: SIGKILL."""
        await self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Make it silent without closing anything: SIGSTOP."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on: SIGCONT."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            return
        self._signal(signal.SIGCONT)
        self._signal(number)
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()


class House:
    """Everything one line needs, on loopback.

    Args:
        settings: home, ports, site folder.
        site: the site, already loaded.
        toolbox: Asterisk and the SIP clients.
        progress: hears stages of the preparation.
    """

    def __init__(self, settings: Settings, site: Site, toolbox: Toolbox, *, progress: Progress | None = None) -> None:
        self.settings = settings
        self.site = site
        self.toolbox = toolbox
        self._progress = progress
        self._stack = AsyncExitStack()
        self.engine = EngineProcess(settings)
        self.asterisk: Instance

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self.asterisk = await to_its_end(
                prepare, self.settings, self.site, toolbox=self.toolbox, progress=self._progress
            )
            stack.push_async_callback(asyncio.to_thread, self.asterisk.stop)
            await to_its_end(self.asterisk.start)
            stack.push_async_callback(self.engine.stop)
            await self.engine.start()
            await self.engine.connected()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def agent(self, agent_id: str, *, keep: Path | None = None) -> Softphone:
        """An agent's softphone, with the account the site gave him; not started."""
        account = account_of(self.settings, self.site, agent_id)
        port, trusted = self.settings.sip_port, None
        if account.encrypted:
            port, trusted = self.settings.sip_tls_port, paths(self.settings, self.asterisk.dirs.keys).certificate
        return self._phone(Account(account.user, port, account.secret, authorities=trusted), keep)

    def caller(self, number: str, *, keep: Path | None = None) -> Softphone:
        """A caller from outside, with ``number`` as his caller ID; not started."""
        return self._phone(Account(number, self.settings.sip_port), keep)

    def _phone(self, account: Account, keep: Path | None) -> Softphone:
        return Softphone(self.toolbox.command("baresip"), self.toolbox.baresip_modules, account, keep=keep)


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a child process."""
    plain = settings.model_dump(mode="json")
    plain |= {name: value.get_secret_value() for name, value in settings if isinstance(value, SecretStr)}
    return {f"IVR_{name.upper()}": str(value) for name, value in plain.items() if value is not None}


def _tail(path: Path) -> str:
    with contextlib.suppress(OSError):
        lines = path.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][:400] if lines else ""
    return ""
