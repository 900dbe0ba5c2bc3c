"""What stands in for the world around a simulated call: services, queues, the callback desk, the memory of calls."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from dialplan.model import Site
from ivr.call.fake import FakeChannel
from ivr.call.services import Reply, Request
from ivr.call.simulation.plan import WORDS, LookupReply, Verb, known_word
from ivr.call.waiting import NoCallbacks, NoFloor
from ivr.queues.callbacks.book import Noted, Wish

# A step that asks a service lets time pass in prompts and waits; one that does not gets its answer after so many turns.
_TURNS = 500

Choose = Callable[[Verb, str], str]


class Script:
    """What is used one after another; the last of it for all the rest, unless it is a key: that is pressed once."""

    def __init__(self, given: Mapping[str, Sequence[Any]]) -> None:
        self._left = {name: deque(values) for name, values in given.items()}

    def peek(self, *names: str) -> Any | None:
        """What comes next under the first of ``names`` that is there."""
        values = self._under(names)
        return values[0] if values else None

    def take(self, *names: str) -> Any | None:
        """The same, used up unless it is the last."""
        values = self._under(names)
        if values is None:
            return None
        return values.popleft() if len(values) > 1 or str(values[0]).startswith("key ") else values[0]

    def _under(self, names: Sequence[str]) -> deque[Any] | None:
        return next((self._left[name] for name in names if self._left.get(name)), None)


class Replies:
    """What becomes of a caller who is handed over.

    Args:
        given: words by step or verb.
        where: flow and step under way.
        choose: asked for the word, by verb and step, where none is given.
    """

    def __init__(
        self, given: Mapping[str, Sequence[str]], where: Callable[[], tuple[str, str]], choose: Choose | None = None
    ) -> None:
        self._script = Script(given)
        self._where = where
        self._choose = choose

    def peek(self, verb: Verb) -> str:
        """The word that comes next."""
        return self._usable(verb, self._script.peek(*self._names(verb)))

    def take(self, verb: Verb) -> str:
        """The same, used up."""
        word = self._script.take(*self._names(verb))
        if word is None and self._choose is not None:
            word = self._choose(verb, self._names(verb)[0])
        return self._usable(verb, word)

    def _names(self, verb: Verb) -> tuple[str, str, str]:
        flow, step = self._where()
        return f"{flow}/{step}", step, verb

    @staticmethod
    def _usable(verb: Verb, word: str | None) -> str:
        return word if word is not None and known_word(verb, word) else WORDS[verb][0]


class StubServices:
    """Answers lookups without a network.

    Args:
        given: what stands in, by step or by the beginning of the address.
        where: flow and step under way.
        channel: of the caller, who waits meanwhile.
        tell: told of each question: where it went, and what came back.
    """

    def __init__(
        self,
        given: Mapping[str, Sequence[LookupReply]],
        where: Callable[[], tuple[str, str]],
        channel: FakeChannel,
        tell: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._script = Script(given)
        self._given = given
        self._where = where
        self._channel = channel
        self._tell = tell
        self.unanswered: list[str] = []

    async def ask(self, request: Request) -> Reply:
        """What stands in; no answer where nothing does."""
        flow, step = self._where()
        beginnings = sorted((name for name in self._given if "://" in name), key=len, reverse=True)
        fitting = [name for name in beginnings if request.url.startswith(name)]
        reply: LookupReply | None = self._script.take(f"{flow}/{step}", step, *fitting)
        host = urlsplit(request.url).hostname or ""
        if reply is None:
            self.unanswered.append(f"{flow}/{step}")
            self._tell({"host": host, "method": request.method, "status": 0, "stub": False})
            return Reply(0, problem="nothing stands in for this service")
        allowed = request.timeout * request.tries
        late = reply.status == 0 or reply.after > allowed
        await self._until(self._channel.at + (allowed if late else reply.after))
        status = 0 if late else reply.status
        self._tell({"host": host, "method": request.method, "status": status, "stub": True})
        return Reply(0, problem="no answer in time") if late else Reply(status, reply.json_)

    def secret(self, name: str) -> str | None:
        """Its name stands in for it."""
        return name

    async def _until(self, at: float) -> None:
        for _ in range(_TURNS):
            if self._channel.at >= at or self._channel.hung_up:
                return
            await asyncio.sleep(0)
        if (rest := at - self._channel.at) > 0:
            self._channel.silences.goes_on(rest)
            self._channel.pass_time(rest)


class SimulatedFloor(NoFloor):
    """Queues that are full or empty when the plan says so."""

    def __init__(self, site: Site, replies: Replies) -> None:
        self._site = site
        self._replies = replies

    def expect(
        self, uniqueid: str, priority: int, *, since: datetime | None = None, language: str = "", queue: str = ""
    ) -> None:
        """Nobody asks."""

    def length(self, queue: str) -> int:
        """As many as it takes, when it is full."""
        return self._site.queues[queue].max_length if self._replies.peek("queue") == "full" else 0

    def empty(self, queue: str) -> bool:
        """When the plan says so."""
        return self._replies.peek("queue") == "empty"

    def turned_away(self, queue: str) -> None:
        """The word is used up."""
        self._replies.take("queue")


class SimulatedDesk(NoCallbacks):
    """A callback desk that does what the plan says."""

    def __init__(self, replies: Replies) -> None:
        super().__init__()
        self._replies = replies

    async def note(self, wish: Wish) -> Noted:
        """Note the wish, or not."""
        self.wishes.append(wish)
        return Noted(self._replies.take("callback"))


class Memory:
    """Keeps what calls must remember."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}

    async def save(self, token: str, linkedid: str, state: Mapping[str, Any]) -> None:
        """Remember."""
        self.kept[token] = state

    async def take(self, token: str) -> Mapping[str, Any] | None:
        """Give back, once."""
        return self.kept.pop(token, None)


__all__ = ["Choose", "Memory", "Replies", "SimulatedDesk", "SimulatedFloor", "StubServices"]
