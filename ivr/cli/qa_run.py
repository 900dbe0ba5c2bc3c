"""``ivr qa run``: the quality worker, once or for as long as it is wanted."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from ivr.cli.common import JsonFlag, console, done, emit, errors, guarded, note, run, running_site, state
from ivr.cli.progress import Tell, progress_bar
from ivr.core.errors import IvrError
from ivr.core.language import Text
from ivr.core.ready import Ready
from ivr.core.settings import Settings

if TYPE_CHECKING:
    from ivr.storage.database import Database
    from ivr.storage.models import Job
    from recording.judging import Judged
    from recording.vault.sealing import Sealing
    from recording.worker import QualityWorker

STOP_WITHIN = 15.0  # seconds in which calls under way are given back
MOST_WAITING = 72  # threads that may wait for transcripts at once

ExecutorOption = Annotated[
    str,
    typer.Option(help="local, dask://host:port or tls://host:port; IVR_QA_EXECUTOR by default. / 执行器：本机或 Dask"),
]


@dataclass(slots=True)
class Tally:
    """What has been done so far.

    Args:
        tell: the progress bar.
        waiting: calls that waited at the beginning.
        results: one for each job that ended.
        left: calls that other workers hold at the end.
        stopped: whether we were told to stop.
    """

    tell: Tell
    waiting: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)
    left: int = 0
    stopped: bool = False
    files: set[str] = field(default_factory=set)
    _shares: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, file: str, share: float) -> None:
        """A file is done as far as ``share``, 0..1; from any thread."""
        with self._lock:
            if share >= 1:
                self.files.add(file)
                self._shares.pop(file, None)
            else:
                self._shares[file] = share
            self._show()

    def finished(self, job: Job, result: Judged | IvrError) -> None:
        """A job has ended."""
        with self._lock:
            if isinstance(result, IvrError):
                self.results.append({"call": job.call_id, "problem": str(result)})
            else:
                found = {"call": job.call_id, "linkedid": result.linkedid, "verdicts": result.verdicts}
                self.results.append({**found, "quarantined": list(result.poison)} if result.poison else found)
            self._show()

    def _show(self) -> None:
        count, total = len(self.results), max(self.waiting, len(self.results))
        stage = Text("judging", "评判中")
        if console.is_terminal:
            stage = Text(
                f"judging: {count}/{total} calls, {len(self.files)} files",
                f"评判中：{count}/{total} 通，{len(self.files)} 个文件",
            )
        under_way = min(sum(self._shares.values()) / 2, max(0.0, total - count - 0.01))  # two parties' files to a call
        self.tell(str(stage), (count + under_way) / max(1, total))


def run_(
    context: typer.Context,
    watch: Annotated[bool, typer.Option("--watch", help="Go on with calls as they end. / 持续处理")] = False,
    retry: Annotated[bool, typer.Option("--retry", help="Those that failed, too. / 重试失败的通话")] = False,
    executor: ExecutorOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Transcribe and judge the calls that wait for it. / 转写并评判待处理的通话"""
    settings = state(context).settings
    if watch:
        guarded(lambda: run(_watch(settings, executor)))
        return
    with progress_bar(quiet=as_json) as tell:
        tally = guarded(lambda: run(_once(settings, executor, Tally(tell), retry=retry)), as_json=as_json)
    failed = [result for result in tally.results if "problem" in result]
    poison = [file for result in tally.results for file in result.get("quarantined", ())]
    judged = len(tally.results) - len(failed)
    if as_json:
        calls = sorted(tally.results, key=lambda result: int(result["call"]))  # they end in any order
        counts = {"judged": judged, "failed": len(failed), "quarantined": len(poison), "elsewhere": tally.left}
        emit({**counts, "stopped": tally.stopped, "calls": calls})
    else:
        _summary(tally, judged, failed, poison)
    if tally.stopped:
        errors.print(str(Text("stopped", "已停止")))
        raise typer.Exit(130)
    raise typer.Exit(1 if failed or poison else 0)


def _summary(tally: Tally, judged: int, failed: list[dict[str, Any]], poison: list[str]) -> None:
    for problem in dict.fromkeys(result["problem"] for result in failed):
        console.print(f"[red]{escape(problem)}[/red]", soft_wrap=True)
    for file in poison:
        text = Text(f"{file}: ended two transcription workers, set aside", f"{file}：使两个转写进程崩溃，已搁置")
        console.print(f"[red]{escape(str(text))}[/red]", soft_wrap=True)
    if tally.results:
        done(f"{judged} calls judged, {len(failed)} failed", f"已评判 {judged} 通，失败 {len(failed)} 通")
        if failed:
            note("when that is mended: ivr qa run --retry", "排除故障后请执行：ivr qa run --retry")
    elif not tally.stopped:
        note("no call waits to be judged", "没有待评判的通话")
    if tally.left:
        note(f"{tally.left} calls are another worker's", f"另有 {tally.left} 通由其他进程处理")


async def _once(settings: Settings, executor: str, tally: Tally, *, retry: bool) -> Tally:
    from ivr.core.clock import SystemClock
    from ivr.storage import jobs
    from recording.ledger import Ledger
    from recording.worker import KIND

    with _told_to_stop() as stop:
        async with _worker(settings, executor) as (worker, database):
            ledger = Ledger(database, settings.recordings, settings.spool, SystemClock())
            await ledger.take_in()
            await ledger.settle()
            async with database.write() as session:
                for state_ in ("failed", "quarantined") if retry else ():
                    for job in await jobs.list_jobs(session, state=state_, limit=10_000):
                        await jobs.requeue(session, job.kind, job.call_id)
                tally.waiting = (await jobs.counts(session, KIND)).get("queued", 0)
            await _until(stop, worker, worker.run(progress=tally.heard, finished=tally.finished))
            tally.stopped = stop.is_set()
            if not tally.stopped:
                await _sealing(settings, database).sweep()
            async with database.read() as session:
                tally.left = len(await jobs.under_way(session, KIND))
    return tally


async def _watch(settings: Settings, executor: str) -> None:
    from ivr.core.log import configure_logging

    configure_logging(settings.logs / "qa.log", level=settings.log_level)
    with _told_to_stop() as stop:
        async with _worker(settings, executor) as (worker, database):
            indexing = asyncio.create_task(_index(database))
            sealing = asyncio.create_task(_sealing(settings, database).run())
            try:
                with Ready(settings.run / "qa.ready"):
                    await _until(stop, worker, worker.watch())
            finally:
                sealing.cancel()
                indexing.cancel()
                await asyncio.gather(sealing, indexing, return_exceptions=True)


async def _index(database: Database) -> None:
    """Put old calls into the index of the search where a newer version asks for it; else left to the next start."""
    from ivr.core.clock import SystemClock
    from ivr.core.log import get_logger
    from ivr.storage.search.fill import fill

    try:
        await fill(database, SystemClock())
    except Exception as error:
        get_logger("quality").error("earlier calls not put into the search", problem=str(error))


def _sealing(settings: Settings, database: Database) -> Sealing:
    """What seals recordings once they are transcribed; nothing where there are no keys."""
    from ivr.core.clock import SystemClock
    from recording.vault import vault_for
    from recording.vault.sealing import Sealing

    return Sealing(database, settings.recordings, vault_for(settings), SystemClock())


@asynccontextmanager
async def _worker(settings: Settings, executor: str) -> AsyncIterator[tuple[QualityWorker, Database]]:
    """The worker of this installation on its database."""
    from ivr.core.clock import SystemClock
    from ivr.quality import quality_worker
    from ivr.storage.migrations import upgrade
    from recording.vault.database import open_database

    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_WAITING, thread_name_prefix="wait"))
    clock = SystemClock()
    site = running_site(settings)
    await asyncio.to_thread(upgrade, settings.database)
    async with open_database(settings) as database:
        with quality_worker(settings, site, database, clock, executor=executor) as worker:
            yield worker, database


@contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """Set by SIGTERM and Ctrl-C, from the first moment on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def _until(stop: asyncio.Event, worker: QualityWorker, work: Coroutine[Any, Any, Any]) -> None:
    """Wait for the work's end; when told to stop, calls under way are given back."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await worker.stop()
            await asyncio.wait({working}, timeout=STOP_WITHIN)
        else:
            await working
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
