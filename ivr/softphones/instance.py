"""One running baresip with its private folder, its ports and its control connection."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from ivr.core.errors import TelephonyError
from ivr.softphones.account import render_config
from ivr.softphones.control import Control
from ivr.softphones.ports import free_block
from ivr.softphones.process import Child

__all__ = ["Instance"]

_PORTS = 16
_STARTS = 3
_START_WITHIN = 10.0
_QUIT_WITHIN = 2.0


class Instance:
    """A baresip process; an async context manager that leaves neither process nor folder behind.

    Its ports are a block of 16: SIP and the next one, control, and RTP from the fifth on.

    Args:
        command: how to start baresip.
        modules: folder of its modules.
        host: address it binds to.
        sip_port: SIP port; the first of the block if None.
        keep: folder that gets what was heard and printed, before the private folder goes.
        authorities: who vouches for the server, PEM; with it the phone can speak TLS and SRTP.
        on_message: takes the messages of the control port that answer no command.
        on_lost: called when the control connection ends.
    """

    def __init__(
        self,
        command: Sequence[str],
        modules: Path,
        *,
        host: str,
        sip_port: int | None,
        keep: Path | None,
        on_message: Callable[[dict[str, Any]], None],
        on_lost: Callable[[], None],
        authorities: Path | None = None,
    ) -> None:
        self._command = list(command)
        self._modules = modules
        self._host = host
        self._wanted_sip_port = sip_port
        self._keep = keep
        self._authorities = authorities
        self._on_message = on_message
        self._on_lost = on_lost
        self._stack = AsyncExitStack()
        self._child: Child | None = None
        self._control: Control | None = None
        self.folder = Path()
        self.sip_port = 0

    async def __aenter__(self) -> Instance:
        async with AsyncExitStack() as stack:
            if not (self._modules / "ctrl_tcp.so").is_file():
                raise TelephonyError(
                    f"{self._modules}: no baresip modules (ctrl_tcp.so) there",
                    cure="give the folder of baresip's modules",
                )
            self.folder = Path(tempfile.mkdtemp(prefix="softphone-"))  # mode 0700
            stack.callback(self._clear_away)
            # Paths in the configuration are relative, so that no blank or length of a real one can hurt.
            (self.folder / "modules").symlink_to(self._modules.absolute())
            if self._authorities is not None:
                shutil.copyfile(self._authorities, self.folder / "authorities.pem")
            for name in ("accounts", "contacts"):
                (self.folder / name).touch()
            await self._start(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def pid(self) -> int:
        """baresip's process id; 0 before it runs."""
        return self._child.pid if self._child else 0

    async def command(self, name: str, params: str = "") -> str:
        """Run a command and return what baresip says to it.

        Raises:
            TelephonyError: if baresip refuses, does not answer in time, or is gone.
        """
        if self._control is None:
            raise TelephonyError("softphone: baresip is not running", cure="use the phone inside its async with block")
        return await self._control.command(name, params)

    def printed(self) -> str:
        """The end of what baresip printed."""
        return self._child.printed() if self._child else ""

    async def _start(self, stack: AsyncExitStack) -> None:
        for attempt in range(1, _STARTS + 1):
            first = free_block(_PORTS, host=self._host)
            self.sip_port = self._wanted_sip_port or first
            self._write_config(first)
            child = Child([*self._command, "-f", str(self.folder)], cwd=self.folder, output=self.folder / "baresip.log")
            control = Control(self._on_message, self._on_lost)
            async with AsyncExitStack() as tried:
                await tried.enter_async_context(child)
                tried.push_async_callback(control.close)
                if await self._connect(control, child, first + 2):
                    self._child, self._control = child, control
                    tried.push_async_callback(self._quit, child, control)
                    stack.push_async_callback(tried.pop_all().aclose)
                    return
            if attempt == _STARTS or self._wanted_sip_port is not None:
                printed = child.printed()[-600:] or "it printed nothing"
                raise TelephonyError(f"baresip did not start on SIP port {self.sip_port}: {printed}")

    async def _connect(self, control: Control, child: Child, port: int) -> bool:
        """Whether the control port answered in time and before baresip ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START_WITHIN):
                while child.returncode is None:
                    with contextlib.suppress(OSError):
                        await control.connect(self._host, port)
                        return True
                    await asyncio.sleep(0.02)
        return False

    async def _quit(self, child: Child, control: Control) -> None:
        with contextlib.suppress(TelephonyError):
            await control.command("quit", within=_QUIT_WITHIN)
            await child.wait(_QUIT_WITHIN)

    def _write_config(self, first: int) -> None:
        config = render_config(
            host=self._host,
            sip_port=self.sip_port,
            control_port=first + 2,
            rtp_first=first + 4,
            rtp_last=first + _PORTS - 2,
            encrypted=self._authorities is not None,
        )
        (self.folder / "config").write_text(config)

    def _clear_away(self) -> None:
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            for path in (*self.folder.glob("heard-*.wav"), *self.folder.glob("baresip.log")):
                shutil.copy(path, self._keep / path.name)
        shutil.rmtree(self.folder, ignore_errors=True)
