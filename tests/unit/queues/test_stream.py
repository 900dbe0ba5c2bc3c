"""A snapshot and its numbered changes, also for who reads too slowly."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ivr.queues.stream import MOST, ChangeStream, Reader


async def soon(reader: Reader) -> dict[str, Any]:
    return await asyncio.wait_for(reader.next(), 2)


def joined(state: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """A state carried on by one line."""
    if line["type"] == "snapshot":
        return {f"{kind} {name}": value for kind in ("queue", "agent") for name, value in line.get(kind, {}).items()}
    name = f"{line['kind']} {line['name']}"
    rest = {part: value for part, value in state.items() if part != name}
    return rest if line["state"] is None else {**rest, name: line["state"]}


async def test_a_snapshot_then_changes_in_order() -> None:
    now: dict[str, dict[str, Any]] = {"queue a": {"waiting": 0}}
    stream = ChangeStream(lambda: {name: dict(part) for name, part in now.items()})
    reader = stream.subscribe()
    assert reader is not None
    with reader:
        assert await soon(reader) == {"type": "snapshot", "seq": 1, "queue": {"a": {"waiting": 0}}}
        assert stream.look() == 0
        now["queue a"]["waiting"] = 1
        now["agent lee"] = {"state": "paused"}
        assert stream.look() == 2
        del now["queue a"]
        stream.look()
        assert [await soon(reader) for _ in range(3)] == [
            {"type": "change", "kind": "queue", "name": "a", "state": {"waiting": 1}, "seq": 2},
            {"type": "change", "kind": "agent", "name": "lee", "state": {"state": "paused"}, "seq": 3},
            {"type": "change", "kind": "queue", "name": "a", "state": None, "seq": 4},
        ]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.next(), 0.02)
    assert stream.readers == 0


async def test_a_slow_reader_is_told_and_begins_anew_and_the_others_lose_nothing() -> None:
    now = {"queue a": {"waiting": 0}}
    stream = ChangeStream(lambda: {name: dict(part) for name, part in now.items()}, limit=10)
    slow, fast = stream.subscribe(), stream.subscribe()
    assert slow is not None
    assert fast is not None
    numbers = [(await soon(fast))["seq"]]
    for waiting in range(1, 31):
        now["queue a"]["waiting"] = waiting
        stream.look()
        numbers.append((await soon(fast))["seq"])
    assert numbers == list(range(1, 32))
    now["queue a"]["waiting"] = 99  # not looked at yet: the new snapshot has it, and the others are told
    assert await soon(slow) == {"type": "lost", "count": 31}
    assert await soon(slow) == {"type": "snapshot", "seq": 32, "queue": {"a": {"waiting": 99}}}
    assert (await soon(fast))["seq"] == 32
    now["queue a"]["waiting"] = 100
    stream.look()
    assert (await soon(slow))["seq"] == 33


async def test_whatever_the_speed_the_state_is_the_same_in_the_end() -> None:
    now: dict[str, dict[str, Any]] = {}
    stream = ChangeStream(lambda: {name: dict(part) for name, part in now.items()}, limit=3)
    reader = stream.subscribe()
    assert reader is not None
    state: dict[str, Any] = {}
    for step in range(200):
        name = f"queue q{step % 7}"
        if step % 5 == 4:
            now.pop(name, None)
        else:
            now[name] = {"waiting": step}
        stream.look()
        if step % 4 == 0:
            line = await soon(reader)
            state = state if line["type"] == "lost" else joined(state, line)
    while reader.behind:
        line = await soon(reader)
        state = state if line["type"] == "lost" else joined(state, line)
    assert state == now


async def test_subscribers_are_bounded() -> None:
    stream = ChangeStream(dict)
    found = [stream.subscribe() for _ in range(MOST + 1)]
    assert found[-1] is None
    assert found[0] is not None
    stream.leave(found[0])
    assert stream.subscribe() is not None
