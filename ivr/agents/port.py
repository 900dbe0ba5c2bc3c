"""What agents' work needs of Asterisk; the manager client has it."""

from __future__ import annotations

from typing import Protocol

from ivr.ami.snapshot import QueueSnapshot
from ivr.ami.subscription import Subscription


class Switchboard(Protocol):
    """Queues that can be asked and told. Every method may raise AmiError."""

    @property
    def connected(self) -> bool:
        """Whether it can be asked now."""
        ...

    def events(self, limit: int = ...) -> Subscription:
        """Events from now on."""
        ...

    async def snapshot(self) -> QueueSnapshot:
        """Queues, members, waiting callers and channels."""
        ...

    async def queue_status(self, queue: str = "") -> QueueSnapshot:
        """Queues, members and waiting callers."""
        ...

    async def queue_add(
        self, queue: str, interface: str, member: str = "", penalty: int = 0, *, paused: bool = False
    ) -> None:
        """Log an agent in to a queue."""
        ...

    async def queue_remove(self, queue: str, interface: str) -> None:
        """Log an agent out of a queue."""
        ...

    async def queue_pause(self, interface: str, paused: bool, *, queue: str = "", reason: str = "") -> None:
        """Pause an agent or end the pause."""
        ...

    async def queue_penalty(self, interface: str, penalty: int, *, queue: str) -> None:
        """Change an agent's penalty in one queue."""
        ...
