"""A caller's channel without a telephone: the caller follows a script, and time passes on a clock of its own."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from dialplan.model import Language
from ivr.call.channel import Heard
from ivr.core.clock import FixedClock

TIMEOUT = "timeout"
HANGUP = "hangup"

# Seconds from the end of a prompt to a key, and between the keys of one entry.
REACTION = 1.0
TYPING = 0.3
# Seconds that what a caller has said lasts.
RECORDED = 10.0
# Shorter waits ask the caller nothing: the line listens whether he is still there.
SHORTEST_QUESTION = 1.0


class Caller(Protocol):
    """Decides what the caller does."""

    def at_prompt(self, prompt: str, keys: str) -> str:
        """While a prompt plays: a key out of ``keys``, ``hangup``, or empty when he listens to its end."""
        ...

    def at_wait(self, seconds: float) -> str:
        """When the line waits for him: a key, ``timeout`` or ``hangup``."""
        ...


class ScriptedCaller:
    """Follows a script.

    Args:
        script: what the caller does each time the flow waits for him: a key, several keys typed one after another
            (``123456#``), ``timeout`` or ``hangup``. With ``!`` before them the keys are pressed while the next prompt
            plays, if that lets keys through; ``hangup`` works while a prompt plays too. Keys of an entry that are left
            over are pressed into what follows: they stop a prompt, or are lost in one that lets no keys through.
        then: what he does when the script is over.
    """

    def __init__(self, script: Iterable[str] = (), then: str = HANGUP) -> None:
        self.script = deque(script)
        self._then = then
        self._typing: deque[str] = deque()

    def at_prompt(self, prompt: str, keys: str) -> str:
        """What he does while a prompt plays."""
        while self._typing:
            if (key := self._typing.popleft()) in keys:
                return key
        following = self.script[0] if self.script else ""
        if following == HANGUP:
            return self._next()
        return self._next() if following.startswith("!") and following[1:2] in keys else ""

    def at_wait(self, seconds: float) -> str:
        """What he does when he is asked."""
        return self._typing.popleft() if self._typing else self._next()

    def _next(self) -> str:
        action = self.script.popleft().lstrip("!") if self.script else self._then
        if action in {TIMEOUT, HANGUP}:
            return action
        self._typing.extend(action[1:])
        return action[:1]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened on the channel.

    Args:
        kind: what; a ``pause`` is a wait in which the caller was asked nothing.
        at, seconds: when it began and how long it lasted, in seconds of the call.
        language, prompt: of a sound; the file's name, when it plays what the caller has said.
        slow: whether the sound is played slowly.
        key: what the caller pressed.
        hung_up: whether he hung up.
    """

    kind: Literal["answer", "sound", "recording", "wait", "pause"]
    at: float
    seconds: float = 0.0
    language: Language | None = None
    prompt: str = ""
    key: str = ""
    hung_up: bool = False
    slow: bool = False


@dataclass(slots=True)
class Silences:
    """How long the caller has heard nothing and done nothing, in seconds."""

    now: float = 0.0
    longest: float = 0.0

    def goes_on(self, seconds: float) -> None:
        """Nothing is heard for so long."""
        self.now += seconds
        self.longest = max(self.longest, self.now)

    def ends(self) -> None:
        """Something is heard or done."""
        self.now = 0.0


class FakeChannel:
    """Plays the caller's part.

    Args:
        script: of a :class:`ScriptedCaller`, who hangs up at its end.
        caller: somebody else instead of him.
        clock: moves with the call; none of its own when not given.
        seconds: how long a prompt lasts in a language, played slowly or not; no time passes in prompts when not given.
        tell: told of all that happens.
    """

    def __init__(
        self,
        script: Iterable[str] = (),
        *,
        caller: Caller | None = None,
        clock: FixedClock | None = None,
        seconds: Callable[[Language | None, str, bool], float] | None = None,
        tell: Callable[[Happening], None] | None = None,
    ) -> None:
        self._caller: Caller = caller or ScriptedCaller(script)
        self._clock = clock
        self._seconds = seconds
        self._tell = tell
        self._last_key = False
        self.at = 0.0
        self.silences = Silences()
        self.heard: list[tuple[Language | None, str]] = []
        self.variables: dict[str, str] = {}
        self.recorded = True
        self.language: Language | None = None
        self.answered = False
        self.hung_up = False

    async def answer(self) -> Heard:
        """Answer the call."""
        self.answered = True
        self._happened(Happening("answer", self.at))
        return Heard(hung_up=self.hung_up)

    async def play(self, prompt: str, *, keys: str = "", slow: bool = False) -> Heard:
        """Note the prompt; the caller may press or hang up meanwhile."""
        lasts = self._seconds(self.language, prompt, slow) if self._seconds else 0.0
        return await self._sound("sound", prompt, keys, lasts, slow=slow)

    async def play_recording(self, file: str, *, keys: str = "", seconds: float = 600) -> Heard:
        """Note the file's name as that of a prompt."""
        return await self._sound("recording", file, keys, min(RECORDED, seconds) if self._seconds else 0.0)

    async def wait_key(self, seconds: float) -> Heard:
        """Let the caller do the next thing."""
        await asyncio.sleep(0)
        if self.hung_up:
            return Heard(hung_up=True)
        asked = seconds >= SHORTEST_QUESTION
        typing = self._last_key
        heard = self._heard(self._caller.at_wait(seconds) if asked else self._caller.at_prompt("", ""))
        waited = min(TYPING if typing else REACTION, seconds) if heard.key or heard.hung_up else seconds
        self.silences.goes_on(waited)
        if heard.key:  # who presses keys is not left waiting
            self.silences.ends()
        self._happened(Happening("wait" if asked else "pause", self.at, waited, key=heard.key, hung_up=heard.hung_up))
        self.pass_time(waited)
        return heard

    async def _sound(
        self, kind: Literal["sound", "recording"], prompt: str, keys: str, lasts: float, *, slow: bool = False
    ) -> Heard:
        await asyncio.sleep(0)
        if self.hung_up:
            return Heard(hung_up=True)
        self.heard.append((self.language, prompt))
        heard = self._heard(self._caller.at_prompt(prompt, keys))
        if heard.key or heard.hung_up:
            lasts /= 2
        if lasts:
            self.silences.ends()
        self._happened(Happening(kind, self.at, lasts, self.language, prompt, heard.key, heard.hung_up, slow))
        self.pass_time(lasts)
        return heard

    async def set_language(self, language: Language) -> None:
        """Speak ``language`` from here on."""
        self.language = language

    async def stop_recording(self) -> None:
        """Kept in ``recorded``."""
        self.recorded = False

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Keep what the dialplan would be told."""
        self.variables.update(values)

    def pass_time(self, seconds: float) -> None:
        """So long it takes, on the call's clock."""
        self.at += seconds
        if self._clock is not None and seconds:
            self._clock.advance(seconds)

    def _heard(self, action: str) -> Heard:
        if action == HANGUP:
            self.hung_up = True
            return Heard(hung_up=True)
        key = "" if action == TIMEOUT else action
        self._last_key = bool(key)
        return Heard(key)

    def _happened(self, happening: Happening) -> None:
        if self._tell is not None:
            self._tell(happening)


__all__ = ["HANGUP", "TIMEOUT", "Caller", "FakeChannel", "Happening", "ScriptedCaller", "Silences"]
