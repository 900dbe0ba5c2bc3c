"""Callers leave a queue whose agents have gone, where the site wants that. Asterisk alone throws nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from dialplan.model import Site
from ivr.ami.actions import Actions
from ivr.ami.errors import AmiError
from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.queues.callbacks.attempt import is_waiting_half
from ivr.queues.floor import Floor

EVERY = 1.0
GRACE = timedelta(seconds=5)
"""How long a queue must be empty: an agent who changes his phone is not gone."""

log = get_logger("queues")


class Emptying:
    """Takes callers out of queues that have become empty; the flow goes on at ``empty:``.

    Args:
        actions: the manager connection.
        floor: who waits, and who is there.
        site: the site in force.
        clock: the time.
    """

    def __init__(self, actions: Actions, floor: Floor, site: Callable[[], Site], clock: Clock) -> None:
        self._actions = actions
        self._floor = floor
        self._site = site
        self._clock = clock
        self._since: dict[str, datetime] = {}

    async def run(self) -> None:
        """Look after the queues, for ever."""
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Look once."""
        now = self._clock.now()
        for name, queue in self._site().queues.items():
            if not (queue.leave_empty and self._floor.empty(name)):
                self._since.pop(name, None)
            elif now - self._since.setdefault(name, now) >= GRACE and self._floor.joined(name):
                await self._withdraw(name)

    async def _withdraw(self, queue: str) -> None:
        try:
            waiting = (await self._actions.queue_status(queue)).waiting
            for caller in waiting:
                if not is_waiting_half(caller.uniqueid):
                    headers = {"Queue": queue, "Caller": caller.channel, "WithdrawInfo": "empty"}
                    await self._actions.action("QueueWithdrawCaller", headers)
        except AmiError as error:
            log.warning("callers not taken out of an empty queue", queue=queue, problem=str(error))
            return
        if waiting:
            log.info("callers taken out of an empty queue", queue=queue, callers=len(waiting))


__all__ = ["Emptying"]
