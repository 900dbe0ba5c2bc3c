"""Follow a call by its story, as it is being written: what the caller has heard, where he waits, how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ivr.core.errors import TelephonyError
from ivr.storage import calls
from ivr.storage.database import Database
from ivr.storage.models import Call

_EVERY = 0.1


class Watch:
    """Waits until a caller's newest call has come to some point of its story.

    Args:
        database: the journal's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def call_of(self, caller: str) -> Call | None:
        """The newest call from a number, with its whole story."""
        async with self._database.read() as session:
            found = await calls.list_calls(session, limit=50)
        return next((call for call in found if call.caller == caller), None)

    async def until(self, caller: str, what: str, reached: Callable[[Call], bool], *, within: float) -> Call:
        """The call, once ``reached`` says so.

        Args:
            caller: the caller's number.
            what: what is waited for, for the message.
            within: seconds.

        Raises:
            TelephonyError: if it does not come to that in time; the message tells how far it came.
        """
        call: Call | None = None
        try:
            async with asyncio.timeout(within):
                while True:
                    call = await self.call_of(caller)
                    if call is not None and reached(call):
                        return call
                    await asyncio.sleep(_EVERY)
        except TimeoutError:
            raise TelephonyError(
                f"caller {caller}: not within {within:.0f} s: {what}; the story so far: {_so_far(call)}"
            ) from None

    async def heard(self, caller: str, *prompts: str, times: int = 1, within: float = 30.0) -> Call:
        """The call, once one of ``prompts`` has begun for the ``times``-th time."""

        def reached(call: Call) -> bool:
            return sum(name in prompts for name in prompts_of(call)) >= times

        return await self.until(caller, f"prompt {' or '.join(prompts)}", reached, within=within)

    async def waiting(self, caller: str, *, within: float = 30.0) -> Call:
        """The call, once it waits in a queue."""
        return await self.until(caller, "waiting in a queue", lambda call: bool(call.visits), within=within)

    async def ended(self, caller: str, *, within: float = 30.0) -> Call:
        """The call, once it is over."""
        return await self.until(caller, "the end", lambda call: call.ended_at is not None, within=within)


def prompts_of(call: Call) -> list[str]:
    """The prompts a call has begun to play, in order."""
    return [str(step.detail.get("prompt", "")) for step in call.steps if step.event == "prompt"]


def _so_far(call: Call | None) -> str:
    if call is None:
        return "no call"
    told = [f"{step.step}:{step.event}" for step in call.steps[-4:]]
    return ", ".join([*told, *(f"queue {visit.queue} {visit.outcome}" for visit in call.visits), call.outcome])
