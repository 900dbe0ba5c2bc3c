"""Messages told to many who listen: each has a bounded line of his own, and nobody waits for who is slow."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from functools import cached_property
from types import TracebackType
from typing import Any, Self

from ivr.console.errors import Conflict
from ivr.core.language import Text

Message = dict[str, Any]

LIMIT = 500  # messages that wait for one listener; then he gets a new snapshot instead
MOST = 300  # listeners
EACH = 4  # of them of one person: browsers open six connections to one server
FORGOTTEN = 60.0  # seconds after which a listener who has not asked for the next message is let go


class Told(Message):
    """A message that many hear, and that is encoded once."""

    @cached_property
    def text(self) -> str:
        """As JSON."""
        return encoded(self)


def encoded(message: Message) -> str:
    """A message as JSON in one line."""
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


class Fanout:
    """Tells what happens to all who listen.

    Args:
        snapshot: the whole state, the first thing a listener hears.
        most, each: how many may listen, all together and of one person.
    """

    def __init__(self, snapshot: Callable[[], Message], *, most: int = MOST, each: int = EACH) -> None:
        self._snapshot = snapshot
        self._most = most
        self._each = each
        self._listeners: list[Listener] = []

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def listen(self, person: int) -> Listener:
        """A new listener; leave its block to end it.

        Args:
            person: id of who listens.

        Raises:
            Conflict: if too many listen, or he does too often.
        """
        for listener in [one for one in self._listeners if one.forgotten]:
            self.leave(listener)
        mine = sum(one.person == person for one in self._listeners)
        if mine >= self._each or len(self._listeners) >= self._most:
            raise Conflict(
                Text("too many live pages are open", "打开的实时页面过多"),
                cure=Text("close one of them, then load this one again", "请关闭其中一个，再刷新本页"),
            )
        listener = Listener(self, person, self._snapshot)
        self._listeners.append(listener)
        return listener

    def tell(self, message: Message) -> None:
        """Tell everybody; never waits."""
        told = Told(message)
        for listener in self._listeners:
            listener.put(told)

    def leave(self, listener: Listener) -> None:
        """Tell this one no more."""
        listener.left = True
        if listener in self._listeners:
            self._listeners.remove(listener)


class Listener:
    """One who listens: a snapshot first, then what happens, in order.

    Attributes:
        left: nothing more will be told.
    """

    def __init__(self, fanout: Fanout, person: int, snapshot: Callable[[], Message]) -> None:
        self.person = person
        self._fanout = fanout
        self._snapshot = snapshot
        self._waiting: deque[Message] = deque()
        self._anew = True
        self._asked = asyncio.get_running_loop().time()
        self._wake = asyncio.Event()
        self._wake.set()
        self.left = False

    @property
    def forgotten(self) -> bool:
        """Whether nobody has asked for a message for long: who listened has gone before he began, or takes nothing."""
        return asyncio.get_running_loop().time() - self._asked > FORGOTTEN

    def put(self, message: Message) -> None:
        """Offer a message; when too many wait, a snapshot takes the place of them all."""
        if not self._anew:
            self._waiting.append(message)
            if len(self._waiting) > LIMIT:
                self._waiting.clear()
                self._anew = True
        self._wake.set()

    async def next(self, within: float) -> Message | None:
        """The next message; None when there is none for ``within`` seconds."""
        self._asked = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(within):
                await self._wake.wait()
        except TimeoutError:
            return None
        if self._anew:
            self._anew = False
            message = self._snapshot()
        else:
            message = self._waiting.popleft()
        if not self._waiting:
            self._wake.clear()
        return message

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fanout.leave(self)


__all__ = ["EACH", "Fanout", "Listener", "Message", "Told", "encoded"]
