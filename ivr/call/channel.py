"""The caller's channel as a flow step sees it: speak, listen for a key, set what the dialplan needs.

Steps know nothing of AGI. The engine hands them an :class:`AgiChannel`; tests and simulations hand
them a channel of their own with the same few verbs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from dialplan.model import Language

ALL_KEYS = "0123456789*#"


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back from the caller while something was played or waited for.

    Args:
        key: the key pressed, ``""`` for none.
        hung_up: whether the caller is gone; a result like any other.
    """

    key: str = ""
    hung_up: bool = False


class Channel(Protocol):
    """The verbs a flow step may use."""

    async def answer(self) -> Heard:
        """Answer the call."""
        ...

    async def play(self, prompt: str, *, keys: str = "", slow: bool = False) -> Heard:
        """Play one prompt in the channel's language; a key out of ``keys`` stops it.

        Args:
            slow: whether it is played slowly, where there is such a sound (``ivr-slow/<id>``).
        """
        ...

    async def play_recording(self, file: str, *, keys: str = "", seconds: float = 600) -> Heard:
        """Play a file of the recordings folder, which lasts ``seconds`` at most; a key out of ``keys`` stops it."""
        ...

    async def wait_key(self, seconds: float) -> Heard:
        """Wait for one key for at most ``seconds``."""
        ...

    async def set_language(self, language: Language) -> None:
        """Speak ``language`` from here on."""
        ...

    async def stop_recording(self) -> None:
        """Record this channel no longer, nor those that are joined with it from here on."""
        ...

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Set channel variables for the dialplan."""
        ...
