"""The manager client: one connection kept alive, actions with a time limit, events as facts.

While there is no connection, actions fail at once and nothing is sent later: a call that nobody waits for any more must
not be dialled. After each reconnect the state is read anew and handed to subscribers as ``ConnectionRestored``.
"""

# ruff: noqa: ASYNC109 - the limit of an action is ours to keep: asyncio.timeout alone would leave it pending

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from typing import Any

from ivr.ami.actions import Actions
from ivr.ami.errors import AmiActionFailed, AmiAuthError, AmiError, AmiNotConnected, AmiTimeout
from ivr.ami.events import AmiEvent, ConnectionLost, ConnectionRestored
from ivr.ami.hub import EventHub
from ivr.ami.limits import AmiCounters, AmiTimes, backoff
from ivr.ami.link import Link
from ivr.ami.pairs import Pairs
from ivr.ami.parse import event_from
from ivr.ami.snapshot import QueueSnapshot, snapshot_from
from ivr.ami.subscription import Subscription
from ivr.ami.wire import Headers, Reply
from ivr.core.clock import Clock
from ivr.core.log import get_logger

_log = get_logger("ami")


class AmiClient(Actions):
    """A manager connection that comes back by itself.

    Args:
        host, port: where Asterisk's manager listens.
        username, secret: the user's section in manager.conf; it needs read=system for FullyBooted.
        clock: stands in for events without Timestamp.
        times: time limits.
        chance: gives numbers in 0..1, for jitter.
    """

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        clock: Clock,
        times: AmiTimes | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.clock = clock
        self.counters = AmiCounters()
        self._host = host
        self._port = port
        self._username = username
        self._secret = secret
        self._times = times or AmiTimes()
        self._chance = chance
        self._link: Link | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._opening: asyncio.Task[Link] | None = None
        self._closed = False
        self._problem: AmiError | None = None
        self._hub = EventHub(clock, self.counters)
        self._pairs = Pairs()

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        return self._link is not None and not self._link.lost.done()

    @property
    def problem(self) -> AmiError | None:
        """Why the last attempt to connect failed, while there is no connection."""
        return None if self.connected else self._problem

    async def connect(self, within: float = 10.0) -> None:
        """Connect, log in and wait for FullyBooted; from then on the connection is kept.

        Attempts are repeated for ``within`` seconds, except when the login is refused.

        Raises:
            AmiAuthError: at once, if user or secret is refused.
            AmiNotConnected, AmiTimeout, AmiConnectionLost: what the last attempt said when the time was up.
            AmiError: if the client is connected, or closed.
        """
        if self._opening is not None or self._keeper is not None or self._closed:
            raise AmiError("this manager client was connected before", cure="make a new one")
        opening = self._opening = asyncio.create_task(self._first(within), name="ami-connect")
        try:
            link = await opening
        except asyncio.CancelledError:
            if self._closed and opening.cancelled():
                raise AmiNotConnected("the manager client was closed while it connected") from None
            raise
        finally:
            self._opening = None
        if self._closed:
            await link.close()
            raise AmiNotConnected("the manager client was closed while it connected")
        self._link = link
        self._keeper = asyncio.create_task(self._keep(link), name="ami-keeper")

    async def _first(self, within: float) -> Link:
        attempt = 0
        try:
            async with asyncio.timeout(within):
                while True:
                    try:
                        return await self._open()
                    except AmiAuthError:
                        raise
                    except AmiError as error:
                        self._problem = error
                    await self._pause(attempt)
                    attempt += 1
        except TimeoutError:
            raise self._problem or AmiTimeout(
                f"no manager login at {self._host}:{self._port} within {within:g} s", cure="see Asterisk's log"
            ) from None

    async def close(self) -> None:
        """End the connection and all subscriptions; returns when no task and no socket is left."""
        self._closed = True
        link, self._link = self._link, None
        keeper, self._keeper = self._keeper, None
        for task in (self._opening, keeper):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        if link is not None:
            await link.close()
        self._hub.close()

    async def __aenter__(self) -> AmiClient:
        await self.connect()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    async def action(
        self,
        name: str,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,
    ) -> Reply:
        """Send one action and wait for its response, at most ``timeout`` seconds (``AmiTimes.action`` if None).

        Raises:
            AmiBadHeader: for CR, LF or NUL in a name or value, or a line Asterisk could not read; nothing was sent.
            AmiNotConnected: while there is no connection; nothing was sent, nor will be.
            AmiActionFailed: with Asterisk's own text.
            AmiTimeout, AmiConnectionLost: when it is not known whether Asterisk acted.
        """
        return (await self._send(name, headers, timeout, as_list=False))[0]

    async def list_action(
        self,
        name: str,
        headers: Headers | None = None,
        *,
        timeout: float | None = None,
    ) -> list[Reply]:
        """Send one action that answers with a list; its items, without the frame around them.

        Raises: as ``action``.
        """
        return (await self._send(name, headers, timeout, as_list=True))[1:-1]

    async def _send(self, name: str, headers: Headers | None, limit: float | None, *, as_list: bool) -> list[Reply]:
        link = self._link
        if link is None or link.lost.done():
            raise AmiNotConnected(f"{name} not sent: {self._why_not()}", cure="try again when it is connected")
        self.counters.actions += 1
        try:
            return await link.send(
                name, headers or {}, limit=self._times.action if limit is None else limit, as_list=as_list
            )
        except AmiTimeout:
            self.counters.timeouts += 1
            raise

    def _why_not(self) -> str:
        if self._closed:
            return "the manager client is closed"
        if self._keeper is None:
            return "the manager client has not connected yet"
        return f"the manager connection is down ({self._problem.message if self._problem else 'reconnecting'})"

    def events(self, limit: int = 10_000) -> Subscription:
        """Subscribe to all events from now on; at most ``limit`` wait, see ``Subscription``.

        Subscribe before ``connect`` to miss nothing.
        """
        return self._hub.subscribe(limit)

    def listen(self, callback: Callable[[AmiEvent], None]) -> Callable[[], None]:
        """Call ``callback``, a plain function, with each event, from the event loop; gives a function that ends it.

        An exception in it is logged and counted, and changes nothing for anybody else.
        """
        return self._hub.listen(callback)

    def _on_event(self, headers: Mapping[str, Any]) -> None:
        event = event_from(headers, self.clock)
        if event is None:
            self.counters.unknown += 1
        else:
            self.counters.events += 1
            self._hub.publish(self._pairs.whole(event))

    def _on_fault(self) -> None:
        self.counters.faults += 1

    async def _open(self) -> Link:
        link = Link(self._on_event, self._on_fault)
        try:
            await link.open(self._host, self._port, limit=self._times.connect)
            await link.login(self._username, self._secret, limit=self._times.action, boot_limit=self._times.boot)
        except BaseException as error:
            if isinstance(error, AmiError):
                self.counters.connect_failures += 1
            await link.close()
            raise
        return link

    async def _pause(self, attempt: int) -> None:
        await asyncio.sleep(backoff(attempt, self._times.backoff_first, self._times.backoff_cap, self._chance()))

    async def _keep(self, link: Link) -> None:
        while True:
            reason = await self._watch(link)
            self._link = None
            await link.close()
            self.counters.disconnects += 1
            _log.warning("ami connection lost", reason=reason)
            self._pairs.forget()
            self._hub.publish(ConnectionLost(at=self.clock.now(), reason=reason))
            link, snapshot = await self._reconnect()
            self._link = link
            self._problem = None
            self.counters.reconnects += 1
            _log.info("ami connection restored", channels=len(snapshot.channels), waiting=len(snapshot.waiting))
            self._hub.publish(ConnectionRestored(at=self.clock.now(), snapshot=snapshot))

    async def _watch(self, link: Link) -> str:
        """Ping until the connection is lost; why it was."""
        while not link.lost.done():
            await asyncio.wait({link.lost}, timeout=self._times.ping_interval)
            if link.lost.done():
                break
            try:
                await link.send("Ping", {}, limit=self._times.ping)
            except AmiTimeout:
                self.counters.timeouts += 1
                link.drop(f"no answer to a ping within {self._times.ping:g} s")
            except AmiActionFailed:
                continue  # an answer all the same
            except AmiError as error:
                link.drop(error.message)
        return link.lost.result()

    async def _reconnect(self) -> tuple[Link, QueueSnapshot]:
        attempt = 0
        while True:
            await self._pause(attempt)
            attempt += 1
            link: Link | None = None
            try:
                link = await self._open()
                return link, await self._resync(link)
            except asyncio.CancelledError:
                if link is not None:
                    await link.close()
                raise
            except Exception as error:
                if link is not None:
                    await link.close()
                self._problem = (
                    error if isinstance(error, AmiError) else AmiError(f"reconnecting failed: {error!r:.200}")
                )
                _log.error("ami reconnect failed", attempt=attempt, error=str(self._problem))

    async def _resync(self, link: Link) -> QueueSnapshot:
        limit = self._times.resync
        queues = await link.send("QueueStatus", {}, limit=limit, as_list=True)
        channels = await link.send("CoreShowChannels", {}, limit=limit, as_list=True)
        return snapshot_from(self.clock.now(), queues[1:-1], channels[1:-1])
