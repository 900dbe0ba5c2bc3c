"""What a step needs to know of the floor, and of the callback desk."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from dialplan.model import Site
from ivr.queues.callbacks.book import Noted, Wish
from ivr.storage.models import Callback


class Floor(Protocol):
    """Queues and agents now."""

    def expect(
        self, uniqueid: str, priority: int, *, since: datetime | None = None, language: str = "", queue: str = ""
    ) -> None:
        """A caller is about to join a queue, in which he is counted from now on."""
        ...

    def length(self, queue: str) -> int:
        """How many callers wait in a queue or are on their way into it."""
        ...

    def turned_away(self, queue: str) -> None:
        """A caller was not let into a queue."""
        ...

    def empty(self, queue: str) -> bool:
        """Whether the queue is empty of agents, as its site means that."""
        ...


class Callbacks(Protocol):
    """The callback desk."""

    async def note(self, wish: Wish) -> Noted:
        """Note a wish to be called back."""
        ...

    async def confirmed(self, linkedid: str) -> bool:
        """The caller wants to talk; False if the try is no longer his."""
        ...

    async def declined(self, linkedid: str) -> None:
        """The caller wants it no more."""
        ...

    async def came_to_nothing(self, linkedid: str, why: str) -> None:
        """The try failed."""
        ...

    async def without_agent(self, linkedid: str) -> None:
        """The caller was there, but no agent: the try does not count."""
        ...

    async def of_attempt(self, linkedid: str) -> Callback | None:
        """The callback behind a call; None if it is no such call."""
        ...


class NoFloor:
    """For calls without Asterisk: tests and simulations. No queue is empty, none full."""

    def expect(
        self, uniqueid: str, priority: int, *, since: datetime | None = None, language: str = "", queue: str = ""
    ) -> None:
        """Nobody asks."""

    def length(self, queue: str) -> int:
        """None."""
        return 0

    def turned_away(self, queue: str) -> None:
        """Nobody asks."""

    def empty(self, queue: str) -> bool:
        """Never."""
        return False


class NoCallbacks:
    """Where nobody calls back; keeps what was asked."""

    def __init__(self, noted: Noted = Noted.FULL) -> None:
        self.noted = noted
        self.wishes: list[Wish] = []
        self.ended: list[tuple[str, str]] = []

    async def note(self, wish: Wish) -> Noted:
        """Keep the wish."""
        self.wishes.append(wish)
        return self.noted

    async def confirmed(self, linkedid: str) -> bool:
        """Keep it."""
        self.ended.append((linkedid, "confirmed"))
        return True

    async def declined(self, linkedid: str) -> None:
        """Keep it."""
        self.ended.append((linkedid, "declined"))

    async def came_to_nothing(self, linkedid: str, why: str) -> None:
        """Keep it."""
        self.ended.append((linkedid, why))

    async def without_agent(self, linkedid: str) -> None:
        """Keep it."""
        self.ended.append((linkedid, "without agent"))

    async def of_attempt(self, linkedid: str) -> Callback | None:
        """None: nobody was called."""
        return None


def priority_of_caller(site: Site, *, caller: str, number: str, step: int) -> int:
    """0 to 10: the highest of the step's, the number's that was called, and the caller's list's."""
    lists = (one.priority for one in site.callers.values() if caller in one.numbers)
    return max(step, site.priorities.get(number, 0), *lists, 0)


def is_accessible(site: Site, caller: str) -> bool:
    """Whether a list of callers says that he is served by the accessible profile."""
    return any(one.accessible and caller in one.numbers for one in site.callers.values())


__all__ = ["Callbacks", "Floor", "NoCallbacks", "NoFloor", "is_accessible", "priority_of_caller"]
