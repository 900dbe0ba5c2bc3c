"""Time limits, pauses and counters of the manager client."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiTimes:
    """Time limits and pauses, seconds."""

    connect: float = 5.0
    action: float = 5.0
    boot: float = 60.0
    resync: float = 30.0
    ping_interval: float = 10.0
    ping: float = 5.0
    backoff_first: float = 0.5
    backoff_cap: float = 30.0


@dataclass(slots=True)
class AmiCounters:
    """What happened since the client was made; for metrics."""

    events: int = 0
    unknown: int = 0
    faults: int = 0
    callback_errors: int = 0
    overflowed: int = 0
    actions: int = 0
    timeouts: int = 0
    disconnects: int = 0
    connect_failures: int = 0
    reconnects: int = 0


def backoff(attempt: int, first: float, cap: float, chance: float) -> float:
    """Seconds to wait before attempt 0, 1, 2...: doubling from ``first`` up to ``cap``.

    ``chance`` in 0..1 takes up to half of it away, so that many clients don't come back all at once.
    """
    return min(cap, first * 2.0 ** min(attempt, 30)) * (1 - chance / 2)
