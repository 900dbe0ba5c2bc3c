from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.core.clock import FixedClock, SystemClock


def test_the_system_clock_is_in_utc() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.monotonic() <= clock.monotonic()


def test_a_fixed_clock_moves_only_when_told_to() -> None:
    start = datetime(2026, 3, 1, 9, 0, 0, 250000, UTC)
    clock = FixedClock(start)
    assert (clock.now(), clock.monotonic()) == (start, 0.0)
    clock.advance(0.5)
    clock.advance(60)
    assert clock.now() == start + timedelta(seconds=60.5)
    assert clock.monotonic() == 60.5
