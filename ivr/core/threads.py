"""Blocking work beside an event loop that can be stopped without losing sight of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def to_its_end(function: Callable[P, T], *args: P.args, **words: P.kwargs) -> T:
    """Like ``asyncio.to_thread``, but a cancellation is passed on only when the thread has ended.

    So whatever ``function`` starts is there to be stopped, and nothing is started after the stop.
    """
    thread = asyncio.ensure_future(asyncio.to_thread(function, *args, **words))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        await asyncio.wait([thread])
        with contextlib.suppress(asyncio.CancelledError):
            thread.exception()  # looked at: the cancellation is what counts
        raise


__all__ = ["to_its_end"]
