"""Work that is never broken off: who waits for it and is cancelled hears of that when the work has come to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def completed(work: Coroutine[Any, Any, T]) -> T:
    """Await ``work``, as a task of its own; a cancellation is passed on only when it has ended, however it ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):  # asked once more; it is passed on below
                await asyncio.wait([task])
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()  # looked at: the cancellation is what counts
        raise


async def to_its_end(function: Callable[P, T], *args: P.args, **words: P.kwargs) -> T:
    """Like ``asyncio.to_thread``, but a cancellation is passed on only when the thread has ended.

    So whatever ``function`` starts is there to be stopped, and nothing is started after the stop.
    """
    return await completed(asyncio.to_thread(function, *args, **words))


__all__ = ["completed", "to_its_end"]
