"""One connection to the manager: open, log in, wait until Asterisk has booted, act, close."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from ivr.ami.errors import AmiActionFailed, AmiAuthError, AmiConnectionLost, AmiNotConnected, AmiTimeout
from ivr.ami.protocol import MendedProtocol, PendingAction
from ivr.ami.wire import Headers, Reply, checked_headers


class Link:
    """A connection that lives once; after its loss a new one is made."""

    def __init__(self, on_event: Callable[[Mapping[str, Any]], None], on_fault: Callable[[], None]) -> None:
        self._on_event = on_event
        self._on_fault = on_fault
        self._protocol: MendedProtocol | None = None
        self._booted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_event(self, headers: Mapping[str, Any]) -> None:
        """Part of ``Listener``."""
        if headers["Event"].lower() == "fullybooted":
            self._wake_login()
        self._on_event(headers)

    def on_fault(self) -> None:
        """Part of ``Listener``."""
        self._on_fault()

    def on_lost(self, reason: str) -> None:
        """Part of ``Listener``."""
        if not self.lost.done():
            self.lost.set_result(reason)
        self._wake_login()

    def _wake_login(self) -> None:
        if not self._booted.done():
            self._booted.set_result(None)

    async def open(self, host: str, port: int, *, limit: float) -> None:
        """Connect within ``limit`` seconds.

        Raises:
            AmiNotConnected: if nobody listens there, or not in time.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limit):
                _, self._protocol = await loop.create_connection(lambda: MendedProtocol(self), host, port)
        except (OSError, TimeoutError) as error:
            why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or str(error)
            raise AmiNotConnected(
                f"no Asterisk manager at {host}:{port}: {why}",
                cure="start Asterisk, and see bindaddr and port in its manager.conf",
            ) from error

    async def login(self, username: str, secret: str, *, limit: float, boot_limit: float) -> None:
        """Log in, and wait until all modules are loaded.

        Raises:
            AmiAuthError: if user or secret is refused.
            AmiTimeout: if there is no answer in ``limit``, or no FullyBooted in ``boot_limit`` seconds.
            AmiConnectionLost: if Asterisk closes the connection meanwhile.
        """
        try:
            await self.send("Login", {"Username": username, "Secret": secret, "Events": "on"}, limit=limit)
        except AmiActionFailed as error:
            raise AmiAuthError(
                f"Asterisk refused the manager login of {username!r:.60}: {error.reason}",
                cure="see the user's section in manager.conf: secret, permit and deny",
            ) from None
        await asyncio.wait((self._booted,), timeout=boot_limit)
        if self.lost.done():
            raise AmiConnectionLost(f"Asterisk closed the connection while it booted: {self.lost.result()}")
        if not self._booted.done():
            raise AmiTimeout(
                f"Asterisk did not say FullyBooted within {boot_limit:g} s",
                cure="see its log for a module that hangs, and read=system in the manager user's section",
            )

    async def send(self, name: str, headers: Headers, *, limit: float, as_list: bool = False) -> list[Reply]:
        """Send one action and wait at most ``limit`` seconds; for a list the response and all items.

        Raises:
            AmiBadHeader, AmiActionFailed, AmiTimeout, AmiConnectionLost: see ``ivr.ami.errors``.
        """
        if self._protocol is None:
            raise AmiNotConnected("not connected to the Asterisk manager")
        action = PendingAction(checked_headers(name, headers), as_list=as_list)
        self._protocol.submit(action)
        try:
            async with asyncio.timeout(limit):
                return [Reply(message) for message in await action.future]
        except TimeoutError:
            raise AmiTimeout(
                f"no answer to {name} within {limit:g} s",
                cure="ask Asterisk whether it was done before doing it again",
            ) from None
        finally:
            self._protocol.forget(action)

    def drop(self, reason: str) -> None:
        """End the connection at once, because the far end does not answer."""
        if self._protocol is not None:
            self._protocol.fail(reason)

    async def close(self, *, limit: float = 1.0) -> None:
        """Close, and return when the socket is gone, after ``limit`` seconds by force."""
        protocol = self._protocol
        if protocol is None:
            return
        protocol.close()
        await asyncio.wait({protocol.gone}, timeout=limit)
        if not protocol.gone.done():
            protocol.transport.abort()
            await asyncio.wait({protocol.gone}, timeout=limit)
