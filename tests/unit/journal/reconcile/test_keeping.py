"""When the engine reconciles: after its login, after a gap, after losses, and until the calls of then are over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.ami.events import ConnectionLost, ConnectionRestored, FullyBooted
from ivr.ami.snapshot import QueueSnapshot
from ivr.core.errors import StorageError
from ivr.journal.reconcile.keeping import MOST_BYTES, Keeper
from ivr.journal.reconcile.report import Report
from ivr.journal.reconcile.run import DAY

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


class FakeReconciler:
    """Says what it is told to, one after another, then that nothing is under way."""

    def __init__(self, *answers: Report | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    async def run(self, **how: Any) -> Report:
        self.asked.append(how)
        answer = self.answers.pop(0) if self.answers else Report(NOW, NOW)
        if isinstance(answer, Exception):
            raise answer
        return answer


def under_way(*linkedids: str) -> Report:
    return Report(NOW, NOW, under_way=dict.fromkeys(linkedids, NOW))


@asynccontextmanager
async def kept(
    reconciler: FakeReconciler, losses: Callable[[], int] = lambda: 0, *, again: float = 0.01, look: float = 60.0
) -> AsyncIterator[Keeper]:
    keeper = Keeper(reconciler, losses, again=again, settle=0.0, look=look)  # type: ignore[arg-type]
    task = asyncio.create_task(keeper.run())
    try:
        yield keeper
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def times(reconciler: FakeReconciler, count: int) -> None:
    async with asyncio.timeout(10):
        while len(reconciler.asked) < count:
            await asyncio.sleep(0.005)


async def test_it_waits_for_the_login_and_is_bounded() -> None:
    reconciler = FakeReconciler()
    async with kept(reconciler) as keeper:
        await asyncio.sleep(0.05)
        assert reconciler.asked == []
        keeper.tell(ConnectionLost(at=NOW))
        await asyncio.sleep(0.05)
        assert reconciler.asked == []
        keeper.tell(FullyBooted(at=NOW))
        await times(reconciler, 1)
        keeper.tell(ConnectionRestored(at=NOW, snapshot=QueueSnapshot(at=NOW)))
        await times(reconciler, 2)
        await asyncio.sleep(0.05)
    assert reconciler.asked == [{"by": "engine", "most_bytes": MOST_BYTES, "longest": DAY}] * 2


async def test_calls_of_then_are_looked_at_until_they_are_over_and_no_others() -> None:
    reconciler = FakeReconciler(under_way("1.1", "1.2"), under_way("1.2", "1.9"), under_way("1.9"))
    async with kept(reconciler) as keeper:
        keeper.ask()
        await times(reconciler, 3)
        await asyncio.sleep(0.1)
        assert len(reconciler.asked) == 3
        assert keeper.last is not None


async def test_losses_are_a_reason() -> None:
    lost = 0
    reconciler = FakeReconciler()
    async with kept(reconciler, lambda: lost, look=0.01):
        await asyncio.sleep(0.1)
        assert reconciler.asked == []
        lost = 3
        await times(reconciler, 1)
        await asyncio.sleep(0.1)
    assert len(reconciler.asked) == 1


async def test_trouble_is_survived() -> None:
    reconciler = FakeReconciler(under_way("1.1"), StorageError("locked"), under_way())
    async with kept(reconciler) as keeper:
        keeper.ask()
        await times(reconciler, 3)
        assert keeper.last is not None
