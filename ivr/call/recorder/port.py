"""What a step needs of the recording, and what a pause needs of the telephone system."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Literal, Protocol

from ivr.ami.snapshot import ChannelState

Reason = Literal["agent", "input", "card", "api"]


class Recorder(Protocol):
    """The recording of a call."""

    def paused(self, linkedid: str, reason: Reason, *, by: str = "") -> AbstractAsyncContextManager[None]:
        """Nothing of the call is recorded inside the block.

        Raises:
            PauseError: on entering, if it is not certain that every recorder is silent.
        """
        ...


class Telephone(Protocol):
    """The manager actions a pause needs; each raises AmiError."""

    @property
    def connected(self) -> bool:
        """Whether actions can be sent now."""
        ...

    async def channels(self) -> Sequence[ChannelState]:
        """All channels there are."""
        ...

    async def mixmonitor_mute(self, channel: str, muted: bool, *, direction: str = "both") -> None:
        """Write silence into every recording of this channel, or no longer."""
        ...

    async def setvar(self, channel: str, variable: str, value: str) -> None:
        """Set a variable of a channel."""
        ...


class NoRecorder:
    """For calls that nobody records: tests and simulations."""

    def __init__(self) -> None:
        self.pauses: list[tuple[str, str]] = []

    def paused(self, linkedid: str, reason: Reason, *, by: str = "") -> AbstractAsyncContextManager[None]:
        """Keeps that it was asked for."""

        @asynccontextmanager
        async def block():  # type: ignore[no-untyped-def]
            self.pauses.append((reason, by))
            yield

        return block()
