"""A SIP phone for the demo and the tests: a real baresip, driven over its control port, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from ivr.core.clock import Clock, SystemClock
from ivr.core.errors import TelephonyError, UsageError
from ivr.softphones.account import Account
from ivr.softphones.events import (
    Closed,
    Established,
    EventLog,
    Incoming,
    PhoneEvent,
    Progress,
    Registered,
    RegistrationFailed,
    parse_event,
)
from ivr.softphones.instance import Instance
from ivr.softphones.voice import Spoken, Voice

__all__ = ["Account", "Softphone", "Spoken"]

E = TypeVar("E", bound=PhoneEvent)


class Softphone:
    """One SIP phone with one line; an async context manager that leaves no process and no folder behind.

    Entering starts baresip and, if the account has a secret, registers it. A phone is silent unless it says something.
    A hangup by the other side is a result (:class:`Closed`), never an error.

    Args:
        command: how to start baresip, e.g. ``["baresip"]``.
        modules: folder of baresip's modules.
        account: who the phone is.
        host: loopback address it binds to.
        sip_port: its SIP port, which needs the next one free too; any free one if None.
        clock: source of the events' times.
        keep: folder that gets what was heard and what baresip printed when the phone is put away.
        register_within: seconds to wait for the registrar.

    Raises:
        TelephonyError: on entering, if baresip does not start or the registrar refuses.
    """

    def __init__(
        self,
        command: Sequence[str],
        modules: Path,
        account: Account,
        *,
        host: str = "127.0.0.1",
        sip_port: int | None = None,
        clock: Clock | None = None,
        keep: Path | None = None,
        register_within: float = 10.0,
    ) -> None:
        self.account = account
        self._clock = clock or SystemClock()
        self._register_within = register_within
        self._log = EventLog()
        self._call = ""
        self._talking = False
        self._voice: Voice | None = None
        self._stack = AsyncExitStack()
        self._baresip = Instance(
            command,
            modules,
            host=host,
            sip_port=sip_port,
            keep=keep,
            authorities=account.authorities,
            on_message=self._on_message,
            on_lost=self._on_lost,
        )

    async def __aenter__(self) -> Softphone:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._baresip)
            stack.callback(self._end_call)
            self._voice = Voice(self._baresip.folder, self.account.rate, self._baresip.command, self._clock)
            await self._register()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def pid(self) -> int:
        """baresip's process id; 0 before it runs."""
        return self._baresip.pid

    @property
    def sip_port(self) -> int:
        """The SIP port it is bound to; 0 before it runs."""
        return self._baresip.sip_port

    # Calls

    @property
    def events(self) -> tuple[PhoneEvent, ...]:
        """The last 1,000 events, oldest first."""
        return self._log.events

    @property
    def in_call(self) -> bool:
        """Whether a call is established now."""
        return self._talking

    async def wait_for(self, *kinds: type[E], within: float) -> E:
        """The next event of one of these kinds, after the last one waited for and not from before the current call.

        Args:
            within: seconds.

        Raises:
            TelephonyError: if none comes in time or the phone is gone.
        """
        return await self._log.wait_for(*kinds, within=within)

    async def dial(self, target: str) -> None:
        """Begin a call to a number or SIP URI and return at once.

        Raises:
            UsageError: if ``target`` is neither.
            TelephonyError: if baresip refuses.
        """
        uri = self.account.uri(target)
        self._log.mark()
        await self._baresip.command("dial", uri)

    async def call(self, target: str, *, within: float = 30.0) -> Established | Closed:
        """Call and wait until the call is established or has failed.

        Raises:
            UsageError: if ``target`` is no number or SIP URI.
            TelephonyError: if neither happens within ``within`` seconds.
        """
        await self.dial(target)
        return await self._log.wait_for(Established, Closed, within=within)

    async def accept(self) -> None:
        """Answer the call that rings.

        Raises:
            TelephonyError: if none rings (any more).
        """
        await self._baresip.command("accept")

    async def answer(self, *, within: float, after: float = 0.0) -> Established | Closed:
        """Wait for a call, let it ring, answer it; Closed if the other side gave up first.

        Args:
            within: seconds to wait for the call.
            after: seconds to let it ring.

        Raises:
            TelephonyError: if no call comes in time.
        """
        await self._log.wait_for(Incoming, within=within)
        closed = await self._log.next_of(Closed, within=after) if after > 0 else None
        if closed is not None:
            return closed
        try:
            await self.accept()
        except TelephonyError:
            closed = await self._log.next_of(Closed, within=0.5)
            if closed is None:
                raise
            return closed
        return await self._log.wait_for(Established, Closed, within=10.0)

    async def hangup(self, *, within: float = 10.0) -> Closed | None:
        """End the call, cancel it, or reject it (486) while it rings; None if there is none.

        Raises:
            TelephonyError: if it does not end within ``within`` seconds.
        """
        try:
            await self._baresip.command("hangup")
        except TelephonyError as error:
            if "no active call" in error.message:
                return None
            raise
        return await self._log.wait_for(Closed, within=within)

    async def transfer(self, target: str, *, replaces: str = "") -> None:
        """Hand the other side on to a number or SIP URI (REFER, RFC 3515); once in a call.

        A refusal comes as :class:`TransferFailed`; when it works, the call ends.

        Args:
            replaces: the call, made from another phone, in which ``target`` was asked before: CALL-ID;to-tag;from-tag.

        Raises:
            UsageError: if ``target`` or ``replaces`` is not such.
            TelephonyError: if baresip refuses.
        """
        to = self.account.in_place_of(target, replaces) if replaces else self.account.uri(target)
        await self._baresip.command("transfer", to)

    async def send_digits(self, digits: str, *, gap: float = 0.3) -> bool:
        """Press keys one after another, as RFC 4733 events; returns whether the call lasted to the last of them.

        Args:
            digits: any of ``0-9*#ABCD``; each lasts 0.18 s.
            gap: seconds from one key to the next.

        Raises:
            UsageError: if ``digits`` holds anything else.
            TelephonyError: if baresip refuses.
        """
        if not digits or not set(digits) <= set("0123456789*#ABCD"):
            raise UsageError(f"not keys of a telephone: {digits!r:.40}")
        for digit in digits:
            if not self._talking:
                return False
            await self._baresip.command("sndcode", digit)
            await asyncio.sleep(gap)
        return self._talking

    # Speaking and hearing

    async def say(self, path: Path) -> Spoken:
        """Say a WAV file into the call; returns when it is spoken, or at once when the call ends.

        Args:
            path: 16-bit mono PCM at the account's rate (8,000 Hz). Two at a time are said one after the other.

        Raises:
            TelephonyError: if the file is not such, or baresip refuses.
        """
        if self._voice is None:
            raise TelephonyError("softphone: not started", cure="use the phone inside its async with block")
        return await self._voice.say(path)

    async def heard(self, *, within: float = 5.0) -> Path:
        """What the phone heard in its last call, as WAV; it begins about when the call was established.

        A sound stands about 0.25 s later in it than it was said at the other end.

        Args:
            within: seconds to wait for the file to be closed.

        Raises:
            TelephonyError: if there was no sound, or the call still goes on.
        """
        if self._voice is None:
            raise TelephonyError("softphone: not started", cure="use the phone inside its async with block")
        return await self._voice.heard(within)

    def printed(self) -> str:
        """The end of what baresip printed."""
        return self._baresip.printed()

    # Inside

    async def _register(self) -> None:
        await self._baresip.command("uanew", self.account.line())
        if not self.account.secret:
            return
        outcome = await self._log.wait_for(Registered, RegistrationFailed, within=self._register_within)
        if isinstance(outcome, RegistrationFailed):
            raise TelephonyError(
                f"softphone {self.account.user}: the registrar said {outcome.reason!r}",
                cure="check the account's user, secret and port",
            )

    def _on_message(self, message: dict[str, Any]) -> None:
        event = parse_event(message, self._clock.monotonic())
        if event is None:
            return
        if isinstance(event, Progress | Established):
            self._call = event.call
            self._talking = isinstance(event, Established)
            if self._voice is not None:
                self._voice.begin()
        elif isinstance(event, Closed) and event.call == self._call:
            self._end_call()
        self._log.add(event)

    def _on_lost(self) -> None:
        self._end_call()
        self._log.fail(TelephonyError(f"softphone {self.account.user}: baresip is gone: {self.printed()[-400:]}"))

    def _end_call(self) -> None:
        self._talking = False
        if self._voice is not None:
            self._voice.end()
