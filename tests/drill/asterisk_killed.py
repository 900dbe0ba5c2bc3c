"""Asterisk is killed while callers talk, wait and are recorded: ``scripts/drill asterisk_killed [CALLS]``.

The calls are closed as interrupted, headers are mended, what of the sound is lost is little and written down.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr.asterisk.install import find_asterisk
from ivr.core.clock import FixedClock, SystemClock
from ivr.core.settings import Settings
from recording.audio import read_wav
from recording.keeping.repair import Repair
from recording.keeping.verify import Verification
from recording.ledger import GIVE_UP, Ledger
from recording.vault import Vault
from tests.drill._line import DrillLine, until

# Asterisk writes files in blocks of 32 KiB, 2.05 s of 8 kHz; what is not full yet dies with it.
MOST_LOST = 32 * 1024 / 16_000 + 0.1
TALK = 9.0  # seconds
SHORTEST = 0.3  # seconds; less than this is not worth a note
SILENT = "13900000001"


def main() -> int:
    """Run the drill; 0 when every call is closed and every file readable."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", type=int, nargs="?", default=20, choices=range(3, 61), metavar="CALLS")
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory(prefix="drill-") as folder:
        asyncio.run(drill(Path(folder), min(4, calls - 1), calls))
    return 0


async def drill(folder: Path, talks: int, count: int) -> None:
    """Kill, start again, settle, mend, count.

    Raises:
        AssertionError: if anything is open, unreadable, or more is lost than Asterisk holds back.
    """
    async with DrillLine(folder, find_asterisk(Settings()), talks) as line:
        for place in range(1, talks + 1):
            await line.talk(place, f"1380000{place:04d}")
        crowd = line.crowd(SILENT, count - talks, 300.0)
        await line.waiting(count - talks)
        await asyncio.sleep(TALK)
        await line.manager.close()
        pid = line.house.asterisk.status().pid
        assert pid is not None
        killed = datetime.now(UTC)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: gone(pid), "the killed Asterisk gone, its ports free", 20)
        crowd.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await crowd
        await asyncio.to_thread(line.house.asterisk.start)
        await line.connect()

        async def closed() -> bool:
            stories = await line.stories()
            return len(stories) == count and all(call.ended_at for call in stories)

        await until(closed, "all calls closed", 60)
        answer = await line.reconciled()
        stories = await line.stories()
        assert {call.outcome for call in stories} == {"interrupted"}
        late = max(abs((call.ended_at - killed).total_seconds()) for call in stories if call.ended_at)
        print(f"{len(stories)} calls closed as interrupted, their ends within {late:.1f} s of the kill; "
              f"drift left {answer['left']}")  # fmt: skip
        await sound(line, killed)


async def gone(pid: int) -> bool:
    """Whether a killed process holds nothing any more; with many channels that takes a moment."""
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text("utf-8")
    except FileNotFoundError:
        return True


async def sound(line: DrillLine, killed: datetime) -> None:
    """What became of the files."""
    settings = line.settings
    clock = FixedClock(SystemClock().now() + GIVE_UP + timedelta(seconds=10))
    await Ledger(line.database, settings.recordings, settings.spool, clock).settle()
    check = Verification(line.database, settings.recordings, Vault(), clock, deep=True)
    faults = [fault async for fault in check.faults()]
    repair = Repair(line.database, settings.recordings, Vault(), clock, "drill")
    outcomes = [await repair.mend(fault) for fault in faults if fault.mendable]
    assert all(one.ok for one in outcomes)
    left = [fault async for fault in check.faults()]
    assert not left, left
    lost: list[float] = []
    told = ""
    for call in await line.stories():
        for row in call.recordings:
            assert row.gap_cause.startswith("asterisk killed"), row.gap_cause
            if call.caller == SILENT:
                continue  # who sends no sound has no frames to lose
            assert row.started_at
            held = read_wav(settings.recordings / row.file).duration
            lost.append((killed - row.started_at).total_seconds() - held)
            told = row.gap_cause
            assert "lost" in told or lost[-1] < SHORTEST, f"{row.file}: {lost[-1]:.2f} s lost and not noted: {told}"
    lost.sort()
    print(f"{len(outcomes)} files mended, {len(lost)} with sound; lost of it: at most {lost[-1]:.2f} s, "
          f"median {lost[len(lost) // 2]:.2f} s; noted, e.g. {told!r}")  # fmt: skip
    assert lost[-1] <= MOST_LOST, f"{lost[-1]:.2f} s lost"
    print("DRILL PASSED: calls closed as interrupted, headers mended, what is lost is noted")


if __name__ == "__main__":
    sys.exit(main())
