"""A state of many parts as one snapshot and a numbered stream of its changes.

A subscriber gets the snapshot first, then each change of a part. Who reads too slowly is told how many changes he
lost and gets a new snapshot; nobody else waits for him.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

Parts = Mapping[str, Mapping[str, Any]]
"""Parts of a state by kind and name, e.g. ``{"queue service": {...}}``."""

Message = dict[str, Any]
LIMIT = 1000  # changes that wait for one subscriber
MOST = 16  # subscribers


class ChangeStream:
    """Compares the state with what it was, and tells subscribers what is new.

    Args:
        state: the parts as they are now, by ``"<kind> <name>"``; plain data that stays as it is between changes.
        limit: most changes that wait for one subscriber.

    Attributes:
        seq: number of the last change; 0 before the first.
    """

    def __init__(self, state: Callable[[], Parts], *, limit: int = LIMIT) -> None:
        self._state = state
        self._limit = limit
        self._known: dict[str, Mapping[str, Any]] = {}
        self._readers: list[Reader] = []
        self.seq = 0

    @property
    def readers(self) -> int:
        """How many subscribers there are."""
        return len(self._readers)

    def look(self) -> int:
        """Compare the state with what it was and tell the changes; how many there were."""
        now = dict(self._state())
        changes: list[Message] = []
        for part, value in now.items():
            if self._known.get(part) != value:
                changes.append(_change(part, value))
        changes += [_change(part, None) for part in self._known if part not in now]
        self._known = now
        for change in changes:
            self.seq += 1
            change["seq"] = self.seq
            for reader in self._readers:
                reader.put(change)
        return len(changes)

    def snapshot(self) -> Message:
        """The whole state, and the number of the last change in it."""
        self.look()
        parts: dict[str, dict[str, Mapping[str, Any]]] = {}
        for part, value in self._known.items():
            kind, _, name = part.partition(" ")
            parts.setdefault(kind, {})[name] = value
        return {"type": "snapshot", "seq": self.seq, **parts}

    def subscribe(self) -> Reader | None:
        """A new subscriber; None when there are too many."""
        if len(self._readers) >= MOST:
            return None
        reader = Reader(self, self._limit)
        reader.put(self.snapshot())
        self._readers.append(reader)
        return reader

    def leave(self, reader: Reader) -> None:
        """Tell this subscriber no more."""
        if reader in self._readers:
            self._readers.remove(reader)


class Reader:
    """One subscriber: a snapshot, then changes in order."""

    def __init__(self, stream: ChangeStream, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._waiting: deque[Message] = deque()
        self._lost = 0
        self._wake = asyncio.Event()

    @property
    def behind(self) -> bool:
        """Whether there is something to read."""
        return bool(self._waiting or self._lost)

    def put(self, message: Message) -> None:
        """Offer a message; when too many wait, all are dropped and counted."""
        if self._lost or len(self._waiting) >= self._limit:
            self._lost += len(self._waiting) + 1
            self._waiting.clear()
        else:
            self._waiting.append(message)
        self._wake.set()

    async def next(self) -> Message:
        """The next message; ``{"type": "lost", "count": n}`` stands before the new snapshot of a slow reader."""
        while not self.behind:
            self._wake.clear()
            await self._wake.wait()
        if self._lost:
            lost, self._lost = self._lost, 0
            # The snapshot may find changes of its own: those are in it and are told to the others only.
            snapshot = self._stream.snapshot()
            self._waiting.clear()
            self._waiting.append(snapshot)
            return {"type": "lost", "count": lost}
        return self._waiting.popleft()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.leave(self)


def _change(part: str, value: Mapping[str, Any] | None) -> Message:
    kind, _, name = part.partition(" ")
    return {"type": "change", "kind": kind, "name": name, "state": value}


__all__ = ["ChangeStream", "Message", "Reader"]
