"""The few manager actions we need, typed."""

# ruff: noqa: ASYNC109 - the limit of an action is ours to keep: asyncio.timeout alone would leave it pending

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from ivr.ami.snapshot import ChannelState, QueueSnapshot, channels_from, snapshot_from
from ivr.ami.wire import Headers, Reply, Value
from ivr.core.clock import Clock


class Actions(ABC):
    """Actions on top of ``action`` and ``list_action``; each raises what those raise."""

    clock: Clock

    @abstractmethod
    async def action(self, name: str, headers: Headers | None = None, *, timeout: float | None = None) -> Reply:
        """Send one action; its response."""

    @abstractmethod
    async def list_action(
        self, name: str, headers: Headers | None = None, *, timeout: float | None = None
    ) -> Sequence[Reply]:
        """Send one action that answers with a list; its items."""

    async def ping(self) -> None:
        """Ask whether Asterisk is there."""
        await self.action("Ping")

    async def queue_add(
        self, queue: str, interface: str, member: str = "", penalty: int = 0, *, paused: bool = False
    ) -> None:
        """Log an agent in to a queue; ``member`` is the name shown to people, a higher ``penalty`` rings later."""
        headers: dict[str, Value] = {"Queue": queue, "Interface": interface, "Penalty": penalty}
        if paused:
            headers["Paused"] = "true"
        if member:
            headers["MemberName"] = member
        await self.action("QueueAdd", headers)

    async def queue_remove(self, queue: str, interface: str) -> None:
        """Log an agent out of a queue."""
        await self.action("QueueRemove", {"Queue": queue, "Interface": interface})

    async def queue_pause(self, interface: str, paused: bool, *, queue: str = "", reason: str = "") -> None:
        """Pause an agent or end the pause, in one queue or (none named) in all of his."""
        headers: dict[str, Value] = {"Interface": interface, "Paused": "true" if paused else "false"}
        if queue:
            headers["Queue"] = queue
        if reason:
            headers["Reason"] = reason
        await self.action("QueuePause", headers)

    async def queue_penalty(self, interface: str, penalty: int, *, queue: str) -> None:
        """Change an agent's penalty in one queue."""
        await self.action("QueuePenalty", {"Interface": interface, "Penalty": penalty, "Queue": queue})

    async def queue_status(self, queue: str = "") -> QueueSnapshot:
        """Queues with members and waiting callers, of one queue or all; ``channels`` stays empty."""
        items = await self.list_action("QueueStatus", {"Queue": queue} if queue else None)
        return snapshot_from(self.clock.now(), items)

    async def channels(self) -> tuple[ChannelState, ...]:
        """All channels there are."""
        return channels_from(await self.list_action("CoreShowChannels"))

    async def snapshot(self) -> QueueSnapshot:
        """Queues, members, waiting callers and channels, as after a reconnect."""
        queues = await self.list_action("QueueStatus")
        channels = await self.list_action("CoreShowChannels")
        return snapshot_from(self.clock.now(), queues, channels)

    async def originate(
        self,
        channel: str,
        context: str,
        exten: str,
        *,
        within: int,
        uniqueid: str,
        other: str = "",
        caller: str = "",
        codecs: str = "",
        variables: Sequence[str] = (),
    ) -> None:
        """Begin to dial ``channel`` and, when it answers, send it to a place in the dialplan; does not wait for that.

        Args:
            within: seconds until it must have answered.
            uniqueid: that the channel is to have; ``other``: that of a Local channel's second half.
            caller: caller id that is shown.
            codecs: in place of Asterisk's choice.
            variables: of the channel, ``NAME=value``.
        """
        headers: dict[str, Value | Sequence[Value]] = {
            "Channel": channel,
            "Context": context,
            "Exten": exten,
            "Priority": 1,
            "Timeout": within * 1000,
            "Async": "true",
            "ChannelId": uniqueid,
            "Variable": variables,
        }
        more = {"OtherChannelId": other, "CallerID": caller, "Codecs": codecs}
        await self.action("Originate", headers | {name: value for name, value in more.items() if value})

    async def redirect(self, channel: str, context: str, exten: str, priority: int = 1) -> None:
        """Send a channel to another place in the dialplan."""
        await self.action("Redirect", {"Channel": channel, "Context": context, "Exten": exten, "Priority": priority})

    async def hangup(self, channel: str, cause: int = 16) -> None:
        """Hang up one channel, with a Q.850 cause."""
        await self.action("Hangup", {"Channel": channel, "Cause": cause})

    async def mixmonitor_mute(self, channel: str, muted: bool, *, direction: str = "both") -> None:
        """Write silence into every recording of this channel, or no longer; ``direction`` = read | write | both."""
        await self.action("MixMonitorMute", {"Channel": channel, "Direction": direction, "State": 1 if muted else 0})

    async def setvar(self, channel: str, variable: str, value: str) -> None:
        """Set a variable of a channel."""
        await self.action("Setvar", {"Channel": channel, "Variable": variable, "Value": value})

    async def getvar(self, variable: str, channel: str = "") -> str:
        """A channel's variable or function, or (no channel named) a global variable; empty when unset."""
        headers = {"Variable": variable, "Channel": channel} if channel else {"Variable": variable}
        return (await self.action("Getvar", headers))["Value"]

    async def core_reload(self, module: str = "") -> None:
        """Reload the configuration of one module (``res_pjsip.so``) or all."""
        await self.action("Reload", {"Module": module} if module else None)

    async def queue_reload(self, queue: str = "") -> None:
        """Read queues.conf again: members, rules and parameters, of one queue or all."""
        headers = {"Members": "yes", "Rules": "yes", "Parameters": "yes"}
        await self.action("QueueReload", {**headers, "Queue": queue} if queue else headers)
