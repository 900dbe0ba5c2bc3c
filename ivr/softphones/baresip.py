"""A SIP phone for the demo and the tests: a real baresip, driven over its control port, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import wave
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from ivr.core.clock import Clock, SystemClock
from ivr.core.errors import TelephonyError, UsageError
from ivr.softphones.account import Account, render_config
from ivr.softphones.control import Control
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
from ivr.softphones.ports import free_block
from ivr.softphones.process import Child
from ivr.softphones.sounds import Sound, compose, read_wav, write_padded

__all__ = ["Softphone", "Spoken"]

E = TypeVar("E", bound=PhoneEvent)

#: Seconds of silence behind everything a phone says. baresip hangs up where its sound file ends, and loading a file
#: holds up its sending (about 2 ms for each minute), so the silence is short and renewed in time.
_SILENCE = 180.0
_RENEW_BEFORE = 60.0
_PORTS = 16
_STARTS = 3


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance: when it began (seconds, monotonic), how long it was, and whether the call lasted to its end."""

    started: float
    duration: float
    complete: bool


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
        register_timeout: seconds to wait for the registrar.

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
        register_timeout: float = 10.0,
    ) -> None:
        self.account = account
        self._command = list(command)
        self._modules = modules
        self._host = host
        self._wanted_sip_port = sip_port
        self._clock = clock or SystemClock()
        self._keep = keep
        self._register_timeout = register_timeout
        self._log = EventLog()
        self._call = ""
        self._talking = False
        self._over = asyncio.Event()
        self._mouth = asyncio.Lock()
        self._silence_ends = 0.0
        self._renewing: asyncio.Task[None] | None = None
        self._utterances: dict[tuple[Path, int, int], tuple[str, float]] = {}
        self._calls_heard = 0
        self._last_heard: Path | None = None
        self._folder = Path()
        self._stack = AsyncExitStack()
        self.sip_port = 0
        self.pid = 0

    async def __aenter__(self) -> Softphone:
        async with AsyncExitStack() as stack:
            self._folder = Path(tempfile.mkdtemp(prefix="softphone-"))  # mode 0700
            stack.callback(self._clear_away)
            (self._folder / "modules").symlink_to(self._modules.absolute())
            self._save("silence.wav", compose([], rate=self.account.rate))
            await self._start(stack)
            stack.push_async_callback(self._stop_renewing)
            await self._register()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    # Calls

    @property
    def events(self) -> tuple[PhoneEvent, ...]:
        """The last 1,000 events, oldest first."""
        return self._log.events

    @property
    def in_call(self) -> bool:
        """Whether a call is established now."""
        return self._talking

    async def wait_for(self, *kinds: type[E], timeout: float) -> E:
        """The next event of one of these kinds, after the last one waited for and not from before the current call.

        Args:
            timeout: seconds.

        Raises:
            TelephonyError: if none comes in time or the phone is gone.
        """
        return await self._log.wait_for(*kinds, timeout=timeout)

    async def dial(self, target: str) -> None:
        """Begin a call to a number or SIP URI and return at once.

        Raises:
            UsageError: if ``target`` is neither.
            TelephonyError: if baresip refuses.
        """
        uri = self.account.uri(target)
        self._log.mark()
        await self._control.command("dial", uri)

    async def call(self, target: str, *, timeout: float = 30.0) -> Established | Closed:
        """Call and wait until the call is established or has failed.

        Raises:
            UsageError: if ``target`` is no number or SIP URI.
            TelephonyError: if neither happens within ``timeout`` seconds.
        """
        await self.dial(target)
        return await self._log.wait_for(Established, Closed, timeout=timeout)

    async def accept(self) -> None:
        """Answer the call that rings.

        Raises:
            TelephonyError: if none rings (any more).
        """
        await self._control.command("accept")

    async def answer(self, *, timeout: float, after: float = 0.0) -> Established | Closed:
        """Wait for a call, let it ring, answer it; Closed if the other side gave up first.

        Args:
            timeout: seconds to wait for the call.
            after: seconds to let it ring.

        Raises:
            TelephonyError: if no call comes in time.
        """
        await self._log.wait_for(Incoming, timeout=timeout)
        closed = await self._log.next_of(Closed, timeout=after) if after > 0 else None
        if closed is not None:
            return closed
        try:
            await self.accept()
        except TelephonyError:
            closed = await self._log.next_of(Closed, timeout=0.5)
            if closed is None:
                raise
            return closed
        return await self._log.wait_for(Established, Closed, timeout=10.0)

    async def hangup(self, *, timeout: float = 10.0) -> Closed | None:
        """End the call, cancel it, or reject it (486) while it rings; None if there is none.

        Raises:
            TelephonyError: if it does not end within ``timeout`` seconds.
        """
        try:
            await self._control.command("hangup")
        except TelephonyError as error:
            if "no active call" in error.message:
                return None
            raise
        return await self._log.wait_for(Closed, timeout=timeout)

    async def send_digits(self, digits: str, *, gap: float = 0.3) -> None:
        """Press keys one after another, as RFC 4733 events.

        Args:
            digits: any of ``0-9*#ABCD``.
            gap: seconds from one key to the next.

        Raises:
            UsageError: if ``digits`` holds anything else.
            TelephonyError: if baresip refuses.
        """
        if not digits or not set(digits) <= set("0123456789*#ABCD"):
            raise UsageError(f"not keys of a telephone: {digits!r:.40}")
        for digit in digits:
            await self._control.command("sndcode", digit)
            await asyncio.sleep(gap)

    # Speaking and hearing

    async def say(self, path: Path) -> Spoken:
        """Say a WAV file into the call; returns when it is spoken, or at once when the call ends.

        Args:
            path: 16-bit mono PCM at the account's rate (8,000 Hz). Two at a time are said one after the other.

        Raises:
            TelephonyError: if the file is not such, or baresip refuses.
        """
        name, duration = self._utterance(path)
        async with self._mouth:
            if not self._talking:
                return Spoken(self._clock.monotonic(), 0.0, complete=False)
            self._silence_ends = self._clock.monotonic() + duration + _SILENCE
            await self._control.command("ausrc", f"aufile,{name}")
            started = self._clock.monotonic()
            try:
                await asyncio.wait_for(self._over.wait(), duration)
            except TimeoutError:
                return Spoken(started, duration, complete=True)
            return Spoken(started, self._clock.monotonic() - started, complete=False)

    async def heard(self, *, timeout: float = 5.0) -> Path:
        """What the phone heard in its last call, as WAV; its time begins when the sound did, near the answer.

        Args:
            timeout: seconds to wait for the file to be closed.

        Raises:
            TelephonyError: if there was no sound, or the call still goes on.
        """
        if self._talking or self._last_heard is None:
            raise TelephonyError("softphone: what was heard can be had after the call")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while not _is_closed_wav(self._last_heard):
                    await asyncio.sleep(0.02)
                return self._last_heard
        raise TelephonyError("softphone: the sound of the last call was not closed in time")

    def printed(self) -> str:
        """The end of what baresip printed."""
        return self._child.printed()

    # Inside

    async def _start(self, stack: AsyncExitStack) -> None:
        for attempt in range(1, _STARTS + 1):
            first = free_block(_PORTS, host=self._host)
            self.sip_port = self._wanted_sip_port or first
            self._write_config(first)
            child = Child(
                [*self._command, "-f", str(self._folder)], cwd=self._folder, output=self._folder / "baresip.log"
            )
            control = Control(self._on_message, self._on_lost)
            await child.__aenter__()
            try:
                if await self._connect(control, child, first + 2):
                    self._child, self._control, self.pid = child, control, child.pid
                    stack.push_async_callback(self._quit)
                    return
            except BaseException:
                await child.stop()
                raise
            printed = child.printed()
            await child.stop()
            if attempt == _STARTS or self._wanted_sip_port is not None:
                raise TelephonyError(f"baresip did not start: {printed[-600:] or 'it printed nothing'}")

    async def _connect(self, control: Control, child: Child, port: int) -> bool:
        """Whether the control port answered before baresip ended, within 10 s."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                while child.returncode is None:
                    with contextlib.suppress(OSError):
                        await control.connect(self._host, port)
                        return True
                    await asyncio.sleep(0.02)
        return False

    async def _register(self) -> None:
        await self._control.command("uanew", self.account.line())
        if not self.account.secret:
            return
        outcome = await self._log.wait_for(Registered, RegistrationFailed, timeout=self._register_timeout)
        if isinstance(outcome, RegistrationFailed):
            raise TelephonyError(
                f"softphone {self.account.user}: the registrar said {outcome.reason!r}",
                cure="check the account's user, secret and port",
            )

    async def _quit(self) -> None:
        with contextlib.suppress(TelephonyError):
            await self._control.command("quit", timeout=2)
        await self._child.wait(3)
        await self._child.stop()
        await self._control.close()

    def _clear_away(self) -> None:
        if self._keep is not None:
            self._keep.mkdir(parents=True, exist_ok=True)
            for path in (*self._folder.glob("heard-*.wav"), *self._folder.glob("baresip.log")):
                shutil.copy(path, self._keep / path.name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write_config(self, first: int) -> None:
        config = render_config(
            host=self._host,
            sip_port=self.sip_port,
            control_port=first + 2,
            rtp_first=first + 4,
            rtp_last=first + _PORTS - 2,
        )
        (self._folder / "config").write_text(config)
        for name in ("accounts", "contacts"):
            (self._folder / name).touch()

    def _save(self, name: str, sound: Sound) -> None:
        write_padded(self._folder / name, sound, _SILENCE)

    def _utterance(self, path: Path) -> tuple[str, float]:
        """The file in the phone's own folder that says ``path`` and then nothing, and the seconds of ``path``."""
        try:
            status = path.stat()
        except OSError as error:
            raise TelephonyError(f"{path}: {error.strerror}") from error
        key = (path.absolute(), status.st_mtime_ns, status.st_size)
        if key not in self._utterances:
            sound = read_wav(path)
            if sound.rate != self.account.rate:
                raise TelephonyError(f"{path}: {sound.rate} Hz", cure=f"resample it to {self.account.rate} Hz")
            name = f"say-{len(self._utterances)}.wav"
            self._save(name, sound)
            self._utterances[key] = (name, sound.duration)
        return self._utterances[key]

    def _on_message(self, message: dict[str, Any]) -> None:
        event = parse_event(message, self._clock.monotonic())
        if event is None:
            return
        if isinstance(event, Progress | Established):
            self._call = event.call
            self._begin_sound(established=isinstance(event, Established))
        elif isinstance(event, Closed) and event.call == self._call:
            self._end_sound()
        self._log.add(event)

    def _on_lost(self) -> None:
        self._end_sound()
        self._log.fail(TelephonyError(f"softphone {self.account.user}: baresip is gone: {self.printed()[-400:]}"))

    def _begin_sound(self, *, established: bool) -> None:
        self._over.clear()
        self._talking = established
        if self._renewing is None:
            self._silence_ends = self._clock.monotonic() + _SILENCE
            self._renewing = asyncio.create_task(self._renew_silence())

    def _end_sound(self) -> None:
        self._talking = False
        self._over.set()
        if self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None
        if (self._folder / "heard.wav").exists():
            # baresip still has it open and writes the header of the moved file when it closes it.
            self._calls_heard += 1
            self._last_heard = self._folder / f"heard-{self._calls_heard}.wav"
            (self._folder / "heard.wav").rename(self._last_heard)

    async def _renew_silence(self) -> None:
        while True:
            await asyncio.sleep(max(1.0, self._silence_ends - _RENEW_BEFORE - self._clock.monotonic()))
            if self._clock.monotonic() < self._silence_ends - _RENEW_BEFORE:
                continue
            with contextlib.suppress(TelephonyError):
                await self._control.command("ausrc", "aufile,silence.wav")
                self._silence_ends = self._clock.monotonic() + _SILENCE

    async def _stop_renewing(self) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None


def _is_closed_wav(path: Path) -> bool:
    try:
        with wave.open(str(path), "rb") as sound:
            return sound.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False
