"""How long queries take: of whoever counts them, e.g. for one request."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

_BEGAN = "ivr_began"


@dataclass(slots=True)
class Tally:
    """What was asked of the database since somebody began to count.

    Args:
        queries: how many.
        seconds: all together, until their first rows were there.
        slowest: text of the slowest; values are not in it.
        slowest_s: its seconds.
    """

    queries: int = 0
    seconds: float = 0.0
    slowest: str = ""
    slowest_s: float = 0.0

    def add(self, statement: str, seconds: float) -> None:
        """Count one."""
        self.queries += 1
        self.seconds += seconds
        if seconds > self.slowest_s:
            self.slowest, self.slowest_s = statement, seconds


_tally: ContextVar[Tally | None] = ContextVar("queries", default=None)


@contextmanager
def counted() -> Iterator[Tally]:
    """Count the queries of this task, and of those it begins, until the block ends."""
    found = Tally()
    token = _tally.set(found)
    try:
        yield found
    finally:
        _tally.reset(token)


def watch(engine: Engine) -> None:
    """Have the queries of an engine counted where somebody counts."""
    event.listen(engine, "before_cursor_execute", _begin)
    event.listen(engine, "after_cursor_execute", _end)


def _begin(_conn: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
    if context is not None and _tally.get() is not None and not statement.startswith("BEGIN"):
        setattr(context, _BEGAN, time.perf_counter())


def _end(_conn: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
    tally, began = _tally.get(), getattr(context, _BEGAN, None)
    if tally is not None and began is not None:
        tally.add(statement, time.perf_counter() - began)


__all__ = ["Tally", "counted", "watch"]
