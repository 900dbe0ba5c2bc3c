"""Work that is waited for when the waiting is cancelled."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ivr.core.completion import to_its_end


async def test_results_and_errors_are_passed_on() -> None:
    assert await to_its_end(lambda left, right: left + right, 1, right=2) == 3

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await to_its_end(fails)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_cancellation_waits_for_the_thread(fails: bool) -> None:
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        may_end.wait(10)
        ended.set()
        if fails:
            raise ValueError("nobody hears this")

    task = asyncio.create_task(to_its_end(work))
    await asyncio.to_thread(begun.wait, 10)
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0.05)
        assert not task.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
