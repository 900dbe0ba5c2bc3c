"""``ivr up``: Asterisk, the engine, the quality worker and the console, started and supervised."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from datetime import time
from zoneinfo import ZoneInfo

from ivr.app.nightly import keep_nightly
from ivr.asterisk.instance import Instance
from ivr.asterisk.logs import is_full, rotate
from ivr.asterisk.setup import find_tools, prepare
from ivr.call.versions import in_force
from ivr.core.clock import Clock, SystemClock
from ivr.core.completion import to_its_end
from ivr.core.errors import AsteriskError, TelephonyError
from ivr.core.language import Text
from ivr.core.log import get_logger
from ivr.core.settings import Settings

log = get_logger("up")

# A process that ends this often within a minute is not started again.
RESTARTS_PER_MINUTE = 5
AGAIN_AFTER = 60.0  # seconds until one that calls do not need is tried again
LOOK_EVERY = 1.0  # seconds between two looks at Asterisk
LOGS_EVERY = 60.0  # and at the size of its logs


class Restarts:
    """How often a process was started within a minute."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._starts: list[float] = []

    def count(self) -> int:
        """One more start; how many there were in this minute.

        Raises:
            TelephonyError: if these are too many.
        """
        now = asyncio.get_running_loop().time()
        self._starts = [at for at in self._starts if now - at < 60] + [now]
        if len(self._starts) > RESTARTS_PER_MINUTE:
            raise TelephonyError(
                Text(f"{self._name} keeps ending", f"{self._name} 反复退出"),
                cure=Text("see the log folder of this installation", "请查看本安装的日志目录"),
            )
        return len(self._starts)


class Child:
    """One of our own processes, started again when it ends by itself.

    Args:
        name: for people.
        arguments: of ``ivr``.
        needed: whether everything ends when it cannot be kept running; else it is tried again later.
    """

    def __init__(self, name: str, *arguments: str, needed: bool = True) -> None:
        self.name = name
        self.needed = needed
        self._command = [sys.executable, "-m", "ivr.app", *arguments]
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[asyncio.subprocess.Process] | None = None

    async def keep(self) -> None:
        """Run it until cancelled.

        Raises:
            TelephonyError: if it keeps ending, and is needed.
        """
        restarts = Restarts(self.name)
        while True:
            count = await self._count(restarts)
            # Whoever cancels us in the middle of a start must still find the process: see stop().
            self._starting = asyncio.create_task(self._start())
            self._process = await asyncio.shield(self._starting)
            code = await self._process.wait()
            log.warning("process ended", process=self.name, code=code)
            await asyncio.sleep(min(2.0, 0.5 * count))

    async def _count(self, restarts: Restarts) -> int:
        while True:
            try:
                return restarts.count()
            except TelephonyError as error:
                if self.needed:
                    raise
                log.error("process keeps ending", process=self.name)
                print(error, flush=True)
                await asyncio.sleep(AGAIN_AFTER)

    async def _start(self) -> asyncio.subprocess.Process:
        # In a session of its own: Ctrl-C on the terminal is for us, who then stop our processes in order.
        return await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )

    async def stop(self) -> None:
        """End it: SIGTERM, then SIGKILL after 10 s."""
        if self._starting is not None:
            self._process = await self._starting
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(10):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()


async def keep_asterisk(instance: Instance) -> None:
    """Start Asterisk again when it has ended, until cancelled.

    Raises:
        AsteriskError: if it does not come up again.
        TelephonyError: if it keeps ending.
    """
    restarts = Restarts("Asterisk")
    restarts.count()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if not instance.status().running:
            log.error("Asterisk has ended")
            restarts.count()
            await to_its_end(instance.start)
            log.info("Asterisk was started again")


async def keep_logs(instance: Instance, clock: Clock) -> None:
    """Turn Asterisk's logs over when one is full before the night, until cancelled: who attacks it fills them fast."""
    while True:
        await asyncio.sleep(LOGS_EVERY)
        try:
            if await asyncio.to_thread(is_full, instance.settings, instance.dirs):
                done = await to_its_end(lambda: rotate(instance, clock.now(), None))
                log.warning("logs turned over before their time: one was full", deleted=len(done.deleted))
        except (AsteriskError, OSError) as error:
            log.error("logs not turned over", problem=str(error))


async def up(settings: Settings) -> None:
    """Run everything until SIGTERM or SIGINT.

    Raises:
        SiteError: if the site has errors.
        AsteriskError: if Asterisk cannot be had or started.
        TelephonyError: if one of our processes keeps ending.
    """
    edition = await asyncio.to_thread(in_force, settings, SystemClock())  # that the folder differs has been said
    site = edition.site
    toolbox = await find_tools(settings, needs=("asterisk",))
    instance = await asyncio.to_thread(prepare, settings, site, toolbox=toolbox, book=edition.book)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    children = [Child("ivr serve", "serve"), Child("ivr qa run", "qa", "run", "--watch")]
    if settings.console == "on":
        children.append(Child("ivr console", "console", needed=False))
    keepers = [asyncio.create_task(child.keep(), name=child.name) for child in children]
    stopper = asyncio.create_task(stop.wait(), name="stop")
    try:
        await asyncio.to_thread(instance.start)
        keepers.append(asyncio.create_task(keep_asterisk(instance), name="asterisk"))
        keepers.append(asyncio.create_task(keep_logs(instance, SystemClock()), name="logs"))
        if settings.nightly != "off":
            at = time.fromisoformat(settings.nightly)
            keepers.append(asyncio.create_task(keep_nightly(SystemClock(), at, ZoneInfo(site.zone), settings)))
        print(Text("running; Ctrl-C stops it", "运行中；按 Ctrl-C 停止"), flush=True)
        await asyncio.wait([stopper, *keepers], return_when=asyncio.FIRST_COMPLETED)
        print(Text("stopping", "正在停止"), flush=True)
        for keeper in keepers:
            if keeper.done():
                keeper.result()
    finally:
        for task in (stopper, *keepers):
            task.cancel()
        await asyncio.gather(stopper, *keepers, return_exceptions=True)
        await asyncio.gather(*(child.stop() for child in children))
        await asyncio.to_thread(instance.stop)
