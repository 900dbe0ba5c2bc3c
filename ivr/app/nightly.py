"""What ``ivr up`` does once a night: look at all recordings, delete what is due, add days up, check the audit chain."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.core.clock import Clock
from ivr.core.log import get_logger
from ivr.core.settings import Settings
from ivr.storage import audit
from ivr.storage.database import Database

log = get_logger("nightly")

# The logs are turned over after the journal was compared with them; days are added up with what that put in.
COMMANDS = (
    ("recordings", "verify", "--deep"),
    ("recordings", "retention"),
    ("db", "tidy"),
    ("calls", "reconcile"),
    ("report", "rollup"),
    ("asterisk", "rotate"),
    ("audit", "verify"),
)
LIMIT = 6 * 3600.0  # seconds one of them may take
LOOK_EVERY = 60.0  # seconds between two looks at the clock, which may be set or stand still while a machine sleeps
NOT_ENDED = -1  # in place of an exit code: it could not be started, or took too long

Run = Callable[[tuple[str, ...]], Awaitable[int]]


def next_night(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The next time the clocks of the site's zone show ``at``; in UTC, always after ``now``.

    A time that a change to summer time leaves out is taken an hour later.
    """
    day = now.astimezone(zone).date()
    for number in range(3):
        local = datetime.combine(day + timedelta(days=number), at, zone)
        if local.astimezone(UTC) > now:
            return local.astimezone(UTC)
    raise AssertionError("no clock is a day behind")


async def keep_nightly(clock: Clock, at: time, zone: ZoneInfo, settings: Settings, run: Run | None = None) -> None:
    """Run the commands every night until cancelled. What they find is logged and audited; it ends nothing.

    Args:
        at: when, by the clocks of ``zone``.
        run: runs one command of ``ivr`` and returns its exit code.
    """
    while True:
        due = next_night(clock.now(), at, zone)
        while (left := (due - clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 - nobody tells the time of day
            await asyncio.sleep(min(left, LOOK_EVERY))
        codes = {}
        for command in COMMANDS:
            try:
                code = await (run or _run)(command)
            except OSError as error:
                log.error("nightly not started", problem=str(error))
                code = NOT_ENDED
            codes[" ".join(command)] = code
            (log.error if code else log.info)("nightly", command=" ".join(command), code=code)
        try:
            async with Database(settings.database, settings.home / "audit.head") as database, database.write() as row:
                await audit.append(row, actor="nightly", action="nightly", object="home", at=clock.now(), detail=codes)
        except Exception as error:  # the next night may do better; calls go on meanwhile
            log.exception("nightly not audited", problem=str(error))


async def _run(command: tuple[str, ...]) -> int:
    """One command in a process of its own, with less priority than calls; ended when we are. It prints where we do."""
    process = await asyncio.create_subprocess_exec(
        "nice", "-n", "10", sys.executable, "-m", "ivr.app", *command,
        stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LIMIT):
            return await process.wait()
    except TimeoutError:
        return NOT_ENDED
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
