"""A softphone's mouth and ears: what it says into a call, and the file of what it heard.

baresip takes its sound from a file and hangs up where the file ends. So the phone says silence from the start, an
utterance is a file with silence behind it that replaces the source in mid-call, and the silence is renewed in time.
"""

from __future__ import annotations

import asyncio
import contextlib
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from ivr.core.clock import Clock
from ivr.core.errors import TelephonyError
from ivr.softphones.sounds import compose, read_wav, write_padded

__all__ = ["Spoken", "Voice"]

#: Seconds of silence behind everything. Loading a file holds up the sending for some 2 ms a minute of it: not longer.
SILENCE = 180.0
#: The silence is renewed when so many seconds of it are left.
RENEW_BEFORE = 60.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance: when it began (seconds, monotonic), how long it was, and whether the call lasted to its end."""

    started: float
    duration: float
    complete: bool


class Voice:
    """Speaks into, and listens to, the one call a softphone has.

    Args:
        folder: the softphone's private folder.
        rate: samples per second of what is said.
        command: runs a command of baresip.
        clock: tells when an utterance began.
    """

    def __init__(self, folder: Path, rate: int, command: Callable[[str, str], Awaitable[str]], clock: Clock) -> None:
        self._folder = folder
        self._rate = rate
        self._command = command
        self._clock = clock
        self._utterances: dict[tuple[Path, int, int], tuple[str, float]] = {}
        self._turn = asyncio.Lock()
        self._over = asyncio.Event()
        self._over.set()
        self._silence_ends = 0.0
        self._unfinished = False
        self._renewing: asyncio.Task[None] | None = None
        self._calls = 0
        self._last_heard: Path | None = None
        write_padded(folder / "silence.wav", compose([], rate=rate), SILENCE)

    def begin(self) -> None:
        """The call's sound begins; may be told twice."""
        if self._renewing is None:
            self._over.clear()
            self._last_heard = None
            # baresip begins a call with the last source it was given: an utterance that a hangup cut short.
            self._silence_ends = self._clock.monotonic() + (0.0 if self._unfinished else SILENCE)
            self._unfinished = False
            self._renewing = asyncio.create_task(self._renew())

    def end(self) -> None:
        """The call is over; may be told twice."""
        self._over.set()
        if self._renewing is not None:
            self._renewing.cancel()
            self._renewing = None
        heard = self._folder / "heard.wav"
        if heard.exists():
            # baresip still has the file open, and completes its header under the new name when it closes it.
            self._calls += 1
            self._last_heard = heard.rename(self._folder / f"heard-{self._calls}.wav")

    async def say(self, path: Path) -> Spoken:
        """Say a file; returns when it is spoken, or as soon as the call ends.

        Raises:
            TelephonyError: if the file is no 16-bit mono PCM of the right rate, or baresip refuses.
        """
        name, duration = self._utterance(path)
        async with self._turn:
            if self._over.is_set():
                return Spoken(self._clock.monotonic(), 0.0, complete=False)
            self._silence_ends = self._clock.monotonic() + duration + SILENCE
            self._unfinished = True
            await self._command("ausrc", f"aufile,{name}")
            started = self._clock.monotonic()
            try:
                await asyncio.wait_for(self._over.wait(), duration)
            except TimeoutError:
                await self._fall_silent()
                return Spoken(started, duration, complete=True)
            return Spoken(started, self._clock.monotonic() - started, complete=False)

    async def heard(self, within: float) -> Path:
        """The sound of the last call, once baresip has closed its file.

        Raises:
            TelephonyError: if the call goes on, had no sound, or the file is not closed ``within`` so many seconds.
        """
        if self._last_heard is None:
            raise TelephonyError("softphone: what was heard can be had after a call that had sound")
        for _ in range(max(1, round(within / 0.02))):
            if _is_closed(self._last_heard):
                return self._last_heard
            await asyncio.sleep(0.02)
        raise TelephonyError(f"softphone: the sound of the last call was not closed within {within:g} s")

    def _utterance(self, path: Path) -> tuple[str, float]:
        """The name of the file that says ``path`` and then nothing, and the seconds of ``path``."""
        try:
            status = path.stat()
        except OSError as error:
            raise TelephonyError(f"{path}: {error.strerror}") from error
        key = (path.absolute(), status.st_mtime_ns, status.st_size)
        if key not in self._utterances:
            sound = read_wav(path)
            if sound.rate != self._rate:
                raise TelephonyError(f"{path}: {sound.rate} Hz", cure=f"resample it to {self._rate} Hz")
            name = f"say-{len(self._utterances) + 1}.wav"
            write_padded(self._folder / name, sound, SILENCE)
            self._utterances[key] = (name, sound.duration)
        return self._utterances[key]

    async def _renew(self) -> None:
        while True:
            left = self._silence_ends - RENEW_BEFORE - self._clock.monotonic()
            if left > 0:
                await asyncio.sleep(left)
                continue
            await self._fall_silent()

    async def _fall_silent(self) -> None:
        # Counted as done even if refused, which happens when the call is just ending.
        self._silence_ends = self._clock.monotonic() + SILENCE
        with contextlib.suppress(TelephonyError):
            await self._command("ausrc", "aufile,silence.wav")
            self._unfinished = False


def _is_closed(path: Path) -> bool:
    try:
        with wave.open(str(path), "rb") as sound:
            return sound.getnframes() > 0
    except (OSError, EOFError, wave.Error):
        return False
