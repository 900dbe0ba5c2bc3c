"""The caller's channel over FastAGI.

Before a command the channel's own deadline in Asterisk is moved to the command's duration and a
margin, unless it stands there or little later: an engine that falls silent for good is left behind at
that moment, and the dialplan takes the caller to the emergency route.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from math import ceil
from pathlib import Path

from dialplan.model import Language
from ivr.agi import AgiSession
from ivr.call.channel import Channel, Heard
from ivr.core.errors import SetupError
from ivr.core.ids import is_safe_id
from ivr.core.log import get_logger
from prompts.sounds import SLOW, asterisk_code, duration, sound_name

log = get_logger("call")

# Seconds between the end of one command and the next that a living engine never needs.
MARGIN = 6
# Seconds by which the deadline may be later than it need be: moving it is a command as costly as any other.
LEEWAY = 4.0
# Within this time after the engine was asked, the deadline that the dialplan gave it (IVR_PATIENCE) is as good as ours.
ASKED_JUST_NOW = 1.0
# How many times as long a slow prompt may last: a site's slowest is half as fast.
SLOWEST = 2.0
# Seconds for a prompt whose length is not known.
UNKNOWN = 60.0


Channels = Callable[[AgiSession, Language], Channel]
"""Makes a channel from the AGI session and the language spoken on it."""


class AgiChannel:
    """Speaks AGI for the flow steps.

    Args:
        session: the AGI session.
        language: language of the prompts, for their lengths.
        recordings: folder of the recordings, as Asterisk sees it.
        sounds: folder of the sounds, as Asterisk sees it; that of the pack when not given.
    """

    def __init__(
        self, session: AgiSession, language: Language, recordings: Path | None = None, sounds: Path | None = None
    ) -> None:
        self._recordings = recordings
        self._sounds = sounds
        self._session = session
        self._language = language
        self._now = asyncio.get_running_loop().time
        self._asked_at = self._now()
        self._not_slow: set[str] = set()
        self._until: float | None = None  # the deadline, once we have moved it

    async def answer(self) -> Heard:
        """Answer the call."""
        await self._deadline(0)
        done = await self._session.answer()
        return Heard(hung_up=done.hung_up or self._session.hung_up)

    async def play(self, prompt: str, *, keys: str = "", slow: bool = False) -> Heard:
        """Play one prompt, or a sound of Asterisk's own such as ``digits/7``; what is missing is logged and skipped.

        A prompt that is not there slowly is played as it is.
        """
        seconds = self._seconds(prompt)
        name = prompt if "/" in prompt else sound_name(prompt)
        if slow and "/" not in prompt and prompt not in self._not_slow:
            longer = seconds * SLOWEST
            await self._deadline(longer)
            played = await self._session.stream_file(SLOW + prompt, keys, duration=longer)
            if not played.failed:
                return Heard(played.digit, played.hung_up)
            self._not_slow.add(prompt)
        await self._deadline(seconds)
        played = await self._session.stream_file(name, keys, duration=seconds)
        if played.failed:
            log.error("prompt not played", prompt=prompt, language=self._language)
        return Heard(played.digit, played.hung_up)

    async def play_recording(self, file: str, *, keys: str = "", seconds: float = 600) -> Heard:
        """Play a file of the recordings folder; what is not there, or not named by us, is logged and skipped."""
        if self._recordings is None or not is_safe_id(file):
            log.error("recording not played", file=file[:80])
            return Heard(hung_up=self._session.hung_up)
        await self._deadline(seconds)
        name = (self._recordings.absolute() / file).with_suffix("")
        played = await self._session.stream_file(str(name), keys, duration=seconds)
        if played.failed:
            log.error("recording not played", file=file)
        return Heard(played.digit, played.hung_up)

    async def wait_key(self, seconds: float) -> Heard:
        """Wait for one key."""
        await self._deadline(seconds)
        pressed = await self._session.wait_for_digit(seconds)
        return Heard(pressed.digit, pressed.hung_up)

    async def set_language(self, language: Language) -> None:
        """Speak ``language`` from here on."""
        self._language = language
        await self._session.set_variable("CHANNEL(language)", asterisk_code(language))

    async def stop_recording(self) -> None:
        """Stop this channel's recorder; the dialplan starts none on channels that inherit IVR_REFUSED."""
        await self._deadline(0)
        await self._session.set_variable("__IVR_REFUSED", "yes")
        await self._session.execute("StopMixMonitor", duration=0)

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Set channel variables, in order."""
        for name, value in values.items():
            await self._session.set_variable(name, value)

    def _seconds(self, prompt: str) -> float:
        try:
            return duration(self._language, prompt, root=self._sounds)
        except SetupError:
            return UNKNOWN

    async def _deadline(self, seconds: float) -> None:
        now = self._now()
        needed = seconds + MARGIN
        if self._until is None:
            if not seconds and now - self._asked_at < ASKED_JUST_NOW:
                return
        elif needed <= self._until - now <= needed + LEEWAY:
            return
        allowed = ceil(seconds) + MARGIN
        self._until = now + allowed
        await self._session.set_autohangup(allowed)
