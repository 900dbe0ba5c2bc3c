"""What supervising needs of Asterisk, what is asked for, and what is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dialplan.model import Agent
from ivr.agents.desk import interface
from ivr.ami.snapshot import QueueSnapshot
from ivr.core.errors import IvrError, UsageError
from ivr.core.language import Text

FREE = "NOT_INUSE"
GONE = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN"})


class NotAllowedError(UsageError):
    """He is no supervisor of that agent."""


class NoTalkError(UsageError):
    """The agent is in no talk."""


class Exchange(Protocol):
    """The part of the manager client that is needed."""

    async def snapshot(self) -> QueueSnapshot:
        """Queues and channels."""
        ...

    async def getvar(self, variable: str, channel: str = "") -> str:
        """A variable or function."""
        ...

    async def originate(
        self, channel: str, context: str, exten: str, *, within: int, uniqueid: str, caller: str = "",
        variables: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Begin to dial."""
        ...

    async def hangup(self, channel: str, cause: int = 16) -> None:
        """Hang up a channel, by its name or uniqueid."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """What a supervisor asked for by command, while his phone rings.

    Args:
        act: ``listen``, ``whisper`` or ``barge``.
        phone: the extension that rings.
        call: linkedid of the talk there is now.
        by: the person who asked, as the command names him; empty when that is not known.
    """

    supervisor: str
    act: str
    agent: str
    phone: str
    call: str
    by: str


async def ready(exchange: Exchange, phone: Agent) -> None:
    """That a phone is there and free.

    Raises:
        IvrError: if it is not.
        AmiError: if Asterisk cannot be asked.
    """
    state = await exchange.getvar(f"DEVICE_STATE({interface(phone)})")
    if state == FREE:
        return
    if state in GONE:
        raise IvrError(
            Text(f"phone {phone.extension} is not there", f"话机 {phone.extension} 不在线"),
            cure=Text("log the softphone in", "请登录该软电话"),
        )
    raise IvrError(
        Text(f"phone {phone.extension} is busy", f"话机 {phone.extension} 正忙"),
        cure=Text("end its call, or name another phone", "请先结束其通话，或改用其他话机"),
    )


def no_talk(agent: str) -> NoTalkError:
    """That there is nothing to listen to."""
    return NoTalkError(
        Text(f"{agent!r:.60} is in no talk", f"{agent!r:.60} 不在通话中"),
        cure=Text("see ivr agents state", "见 ivr agents state"),
    )


__all__ = ["Exchange", "NoTalkError", "NotAllowedError", "Order", "no_talk", "ready"]
