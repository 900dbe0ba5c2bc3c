"""What the verbs of a session return. A hangup is one of the results, never an error."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class Done:
    """A command that either worked or did not.

    Args:
        hung_up: the caller has gone; nothing more can be played or asked.
        failed: Asterisk could not do it although the caller is there.
    """

    hung_up: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A sound that was played.

    Args:
        digit: the key that stopped it, or ``""``.
        endpos: where it stopped, in samples at 8 kHz.
        hung_up: the caller hung up before or while it played.
        failed: the sound is missing or unreadable; the caller heard nothing.
    """

    digit: str = ""
    endpos: int = 0
    hung_up: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """The end of a wait for one key: the key, ``""`` when the time ran out, or a hangup."""

    digit: str = ""
    hung_up: bool = False

    @property
    def timed_out(self) -> bool:
        """Whether the caller is there and pressed nothing."""
        return not self.digit and not self.hung_up


@dataclass(frozen=True, slots=True)
class Executed:
    """A dialplan application that was run.

    Args:
        code: what it returned; 0 is normal, -1 wants the channel to end, -2 is no such application.
        hung_up: the caller is known to have gone. -1 alone does not say so (Queue returns it when the agent
            hung up first); ``channel_status`` tells.
        failed: there is no such application.
    """

    code: int = 0
    hung_up: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording made by RECORD FILE.

    Args:
        digit: the key that ended it, or ``""``.
        endpos: its length, in samples at 8 kHz.
        timed_out: it ended by its time limit or by silence.
        hung_up: the caller hung up; what was said until then is in the file.
        failed: the file could not be written.
    """

    digit: str = ""
    endpos: int = 0
    timed_out: bool = False
    hung_up: bool = False
    failed: bool = False


class ChannelState(IntEnum):
    """States of a channel, as CHANNEL STATUS numbers them."""

    DOWN = 0
    RESERVED = 1
    OFF_HOOK = 2
    DIALLING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7


__all__ = ["ChannelState", "Done", "Executed", "Played", "Pressed", "Recorded"]
