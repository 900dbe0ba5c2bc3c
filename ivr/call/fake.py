"""A caller's channel without a telephone: the caller follows a script, no time passes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from dialplan.model import Language
from ivr.call.channel import Heard

TIMEOUT = "timeout"
HANGUP = "hangup"


class FakeChannel:
    """Plays the caller's part.

    Args:
        script: what the caller does each time the flow waits for him: a key, ``timeout`` or ``hangup``.
            A key with ``!`` before it is pressed while the next prompt plays, if that lets keys
            through; ``hangup`` works while a prompt plays too. When the script is over, he hangs up.
    """

    def __init__(self, script: Iterable[str] = ()) -> None:
        self._script = deque(script)
        self.heard: list[tuple[Language | None, str]] = []
        self.variables: dict[str, str] = {}
        self.recorded = True
        self.language: Language | None = None
        self.answered = False
        self.hung_up = False

    async def answer(self) -> Heard:
        """Answer the call."""
        self.answered = True
        return Heard(hung_up=self.hung_up)

    async def play(self, prompt: str, *, keys: str = "") -> Heard:
        """Note the prompt; the caller may press or hang up meanwhile."""
        if self.hung_up:
            return Heard(hung_up=True)
        self.heard.append((self.language, prompt))
        following = self._script[0] if self._script else ""
        if following == HANGUP:
            return self._act()
        if following.startswith("!") and following[1:] in keys:
            return self._act()
        return Heard()

    async def wait_key(self, seconds: float) -> Heard:
        """Let the caller do the next thing in his script."""
        return self._act()

    async def set_language(self, language: Language) -> None:
        """Speak ``language`` from here on."""
        self.language = language

    async def stop_recording(self) -> None:
        """Kept in ``recorded``."""
        self.recorded = False

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Keep what the dialplan would be told."""
        self.variables.update(values)

    def _act(self) -> Heard:
        action = self._script.popleft() if self._script else HANGUP
        if self.hung_up or action == HANGUP:
            self.hung_up = True
            return Heard(hung_up=True)
        return Heard() if action == TIMEOUT else Heard(action.lstrip("!"))
